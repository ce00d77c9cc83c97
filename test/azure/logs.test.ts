import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { startLoopback } from "./support/azure-loopback.ts";
import { kindOf, order, priceAnswer, token, digestOf } from "./support/azure-samples.ts";

const engine = `
const { createReservationsClient, purchaseTwoStepIdempotent } = await import(process.env.ENTRY);
const client = createReservationsClient({ endpoint: process.env.ENDPOINT });
const properties = { term: "P1Y", billingPlan: "Upfront", quantity: 1 };
const bought = await purchaseTwoStepIdempotent({ client, body: { sku: { name: "A" }, properties }, source: "s", token: process.env.TOKEN });
console.log(bought.orderId);
`;

test("lesson 652: the SDK's most talkative log holds neither the token nor the bearer token", async () => {
  await using server = await startLoopback((request) => {
    const kind = kindOf(request);
    if (kind === "list") return { status: 200, body: { value: [] } };
    return kind === "price" ? { status: 200, body: priceAnswer } : { status: 202, body: order() };
  });
  const child = spawn(process.execPath, ["--input-type=module", "--eval", engine], {
    env: {
      ...process.env,
      AZURE_LOG_LEVEL: "verbose",
      ENTRY: new URL("../../providers/azure/index.ts", import.meta.url).href,
      ENDPOINT: server.origin,
      TOKEN: token,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  await new Promise((resolve) => child.on("close", resolve));
  expect(server.count("PUT")).toBe(1);
  expect(output).toContain("azure:");
  expect(output).toContain("REDACTED");
  expect(output).not.toContain(digestOf(token));
  expect(output).not.toContain("buyonce-loopback");
});
