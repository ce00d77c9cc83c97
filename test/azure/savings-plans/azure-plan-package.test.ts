import { spawn } from "node:child_process";
import { expect, test } from "vitest";
import { startLoopback } from "../support/azure-loopback.ts";
import { marker, token } from "../support/azure-samples.ts";
import { alias, answering, noAlias, recommend, submit } from "./azure-plan-samples.ts";

const entry = new URL("../../../providers/azure/index.ts", import.meta.url).href;

/** What a process prints that quotes and buys at the origin. */
async function run(origin: string, before: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const script = `
    ${before}
    const { createAzure } = await import(${JSON.stringify(entry)});
    const executor = createAzure({ endpoint: ${JSON.stringify(origin)} }).services["savings-plans"];
    const { signal } = new AbortController();
    const print = (error) => console.log(error.name, error.code, error.message);
    await executor.quote(${JSON.stringify(recommend())}, ${JSON.stringify(marker)}, { signal }).catch(print);
    const { kind, left, reason } = await executor.send(${JSON.stringify(submit())}, { sentBefore: false });
    console.log(kind, left, reason);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    env: { ...process.env, ...environment },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  await new Promise((resolve) => child.on("close", resolve));
  return output;
}

test("without the package: making a provider works, using savings plans says what to install, and nothing is sent", async () => {
  await using server = await startLoopback(() => ({ status: 500 }));
  const missing = `
    import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name !== "@azure/arm-billingbenefits") return next(name, context);
      throw Object.assign(new Error(\`Cannot find package '\${name}'\`), { code: "ERR_MODULE_NOT_FOUND" });
    } });`;
  const [quoted, bought] = (await run(server.origin, missing)).trim().split("\n");
  const advice = "npm install @azure/arm-billingbenefits@1.";
  expect(quoted).toMatch(/^RefusedError invalid-configuration /);
  expect(quoted).toContain(advice);
  expect(bought).toMatch(/^rejected false .*was not sent/);
  expect(bought).toContain(advice);
  expect(server.arrived).toEqual([]);
});

test("lesson 652: the SDK's most talkative log holds neither the token nor the bearer token", async () => {
  const validate = { status: 200, body: { benefits: [{ valid: true }] } };
  await using server = await startLoopback(
    answering({ validate, alias: noAlias, purchase: { status: 201, body: alias() } }),
  );
  const output = await run(server.origin, "", { AZURE_LOG_LEVEL: "verbose" });
  expect(server.count("PUT")).toBe(1);
  expect(output).toContain("azure:");
  expect(output).not.toContain(token.slice(0, 16));
  expect(output).not.toContain("buyonce-loopback");
});
