// More executions than the first page reads one by one: what is at risk or waits in older ones is told all the same.
import { beforeAll, afterAll, expect, test } from "vitest";
import { ec2In, knownTokens, type Night, park, startNight, submitted, tokens } from "./night.ts";

let night: Night;
beforeAll(async () => {
  night = await startNight({ authenticate: knownTokens() });
  const limit = (amount: string) => ({ maxPrice: { amount, currency: "USD" } });
  await submitted(night, "engine-old-bought", [ec2In("us-east-1")]);
  await park(night, "engine-old-parked", [ec2In("us-west-1")]);
  await submitted(night, "engine-old-waiting", [ec2In("us-east-2", limit("777.00"))], { requireApproval: true });
  await submitted(night, "reader-old-waiting", [ec2In("eu-west-3", limit("555.00"))], {
    requireApproval: true,
    caller: "reader",
  });
  const word = { person: "operator", reason: "not needed" };
  for (let number = 0; number < 501; number += 1) {
    const executionId = `engine-${number}`;
    await submitted(night, executionId, [ec2In("eu-west-1", limit("1.00"))], { requireApproval: true });
    await night.purchaser.skip(executionId, 0, word);
  }
}, 120_000);
afterAll(() => night.close());

async function list(who: keyof typeof tokens, path = "/") {
  const response = await fetch(night.url + path, { headers: { authorization: `Bearer ${tokens[who]}` } });
  const page = await response.text();
  return { page, text: page.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ") };
}

test("what may be charged and what waits in older executions is in the sums, and the sentence says what they are of", async () => {
  const { text } = await list("operator");
  expect(text).toContain(
    "of the 500 executions last changed, and of 3 older ones on which something is left; others, on which nothing is left, are not in it.",
  );
  expect(text).toContain("1,332.00 USD");
  expect(text).toContain("Needs a person (3)");
  expect(text).toMatch(/Needs a person \(3\).*engine-old-parked.*old-waiting/);
});

test("older executions of another caller are not in it", async () => {
  const { text } = await list("engine");
  expect(text).toContain("and of 2 older ones");
  expect(text).toContain("777.00 USD");
  expect(text).not.toContain("reader-old-waiting");
});

test("a later page shows no sums: what came before it was not read", async () => {
  const { page } = await list("operator");
  const next = /<a class="button" href="([^"]*)">Older executions/.exec(page)?.[1]?.replaceAll("&amp;", "&");
  expect((await list("operator", next)).text).not.toContain("Waits for approval");
});
