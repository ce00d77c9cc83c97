// An action that does not fit how an execution stands is not asked about: its page says why, and links to what fits.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { termsHash } from "../../src/contract/terms.ts";
import { staticTokens } from "../../src/door/static-tokens.ts";
import { ec2In, type Night, park, startNight, submitted } from "./night.ts";

const day = 86_400_000;
let night: Night;
beforeAll(async () => {
  night = await startNight();
  const { purchaser } = night;
  const word = { person: "ann", reason: "ordered twice" };
  const submit = (executionId: string, region: string, limits: { expiresAt?: string; notBefore?: string } = {}) =>
    purchaser.submit(
      { executionId, source: "engine", recommendations: [ec2In(region)], ...limits },
      { requireApproval: true, submitter: { caller: "engine" } },
    );
  await submitted(night, "complete", [ec2In("us-east-1")]);
  const bought = (await night.ledger.recorded("complete"))!.records[0];
  expect(bought).toMatchObject({ state: "purchased", commitment: { settled: true } });
  await submit("waiting", "us-east-2");
  await submit("later", "eu-west-1", { notBefore: new Date(Date.now() + 900 * day).toISOString() });
  await submit("approved", "us-west-1");
  const { execution, records } = (await night.ledger.recorded("approved"))!;
  await purchaser.approve("approved", {
    person: "ann",
    reason: "in the budget",
    termsHash: termsHash(execution, records),
  });
  await submit("cancelled", "us-west-2");
  await purchaser.cancel("cancelled", word);
  await submit("expired", "ca-central-1", { expiresAt: new Date(Date.now() + day).toISOString() });
  await submit("cancelled-expired", "sa-east-1", { expiresAt: new Date(Date.now() + day).toISOString() });
  await purchaser.cancel("cancelled-expired", word);
  await submitted(night, "refused", [ec2In("eu-west-2", { maxPrice: { amount: "1.00", currency: "USD" } })]);
  await park(night, "parked", [ec2In("eu-west-3")]);
  await park(night, "parked-cancelled", [ec2In("eu-north-1")]);
  await purchaser.cancel("parked-cancelled", word);
});
afterAll(() => night.close());

const form = "a form";
const cancelledLine = /This execution was cancelled by ann on \d+ \w+ \d{4}, [\d:]+ UTC: ordered twice\./;

test.each([
  ["approve", "waiting", form],
  ["approve", "complete", "Everything is bought: there is nothing to approve."],
  ["approve", "approved", /These terms were approved by ann on .* already\./],
  ["approve", "cancelled", new RegExp(`${cancelledLine.source} It cannot be approved\\. Reopen …`)],
  ["approve", "expired", /This execution expired on .* UTC\. It cannot be approved\./],
  ["approve", "refused", "It needs no approval."],
  ["cancel", "waiting", form],
  ["cancel", "refused", form],
  ["cancel", "parked", form],
  ["cancel", "complete", "Nothing is left to buy, so cancelling stops nothing."],
  ["cancel", "cancelled", new RegExp(`${cancelledLine.source} Nothing more is sent for it\\. Reopen …`)],
  ["reopen", "cancelled", form],
  ["reopen", "waiting", "It is not cancelled, so there is nothing to reopen. Approve …"],
  ["reopen", "expired", "It is not cancelled, so there is nothing to reopen."],
  ["redrive", "expired", /This execution expired on .* Nothing that was sent is open/],
  ["reopen", "complete", "It is not cancelled, so there is nothing to reopen."],
  ["reopen", "cancelled-expired", /This execution expired on .* UTC\. It cannot be reopened\./],
  ["redrive", "refused", form],
  ["redrive", "parked", form],
  ["redrive", "parked-cancelled", form],
  ["redrive", "complete", "Everything is bought: there is nothing to drive again."],
  [
    "redrive",
    "waiting",
    /It waits, and is driven by itself once it may be: there is nothing to drive again\. Approve …/,
  ],
  ["redrive", "approved", "It is driven by itself already"],
  ["redrive", "cancelled", /Nothing that was sent is open, so driving it again does nothing\. Reopen …/],
] as const)("%s, of one that is %s: %s", async (action, executionId, expected) => {
  const page = await (await fetch(`${night.url}/executions/${executionId}/${action}`)).text();
  const hasForm = page.includes('class="ask"');
  expect(hasForm).toBe(expected === form);
  expect(page.includes("What will happen")).toBe(hasForm);
  if (expected === form) return;
  const text = page.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ");
  expect(text).toMatch(typeof expected === "string" ? new RegExp(expected.replaceAll(".", "\\.")) : expected);
  // Nor is it offered.
  const own = await (await fetch(`${night.url}/executions/${executionId}`)).text();
  expect(own).not.toContain(`/executions/${executionId}/${action}"`);
});

test("what is approved now and may be bought later is said to be bought later", async () => {
  const page = await (await fetch(`${night.url}/executions/later/approve`)).text();
  expect(page).toMatch(/It is bought from <time[^>]*>.* UTC<\/time> on: 1 recommendation\./);
  expect(page).not.toContain("at once");
});

test("a form that was opened before all was bought does nothing, though no terms changed", async () => {
  const { updatedAt } = (await night.ledger.recorded("complete"))!.execution;
  const { headers } = await fetch(`${night.url}/v1/executions/complete`);
  const body = new URLSearchParams({ terms: headers.get("etag") ?? "", reason: "too late" });
  const answer = await fetch(`${night.url}/executions/complete/cancel`, {
    method: "POST",
    headers: { origin: night.url },
    body,
  });
  expect(answer.status).toBe(412);
  expect(await answer.text()).toMatch(/Nothing was changed\.[^]*Nothing is left to buy/);
  expect((await night.ledger.recorded("complete"))!.execution).toMatchObject({ updatedAt });
  expect((await night.ledger.recorded("complete"))!.execution.cancelled).toBeUndefined();
});

test("whoever may not approve it is told why, by whatever case of letters, and is offered no button; another one is", async () => {
  const names = ["Ann", "Bob"];
  const entries = names.map((name) => ({
    name,
    sha256: createHash("sha256").update(name).digest("hex"),
    scopes: ["read", "write", "approve", "all"],
    executionIdPrefix: `${name.toLowerCase()}-`,
  }));
  const other = await startNight({
    authenticate: staticTokens(JSON.stringify({ tokens: entries }), "tokens.json").authenticate,
  });
  onTestFinished(() => other.close());
  const execution = { executionId: "ann-1", source: "engine", recommendations: [ec2In("us-east-1")] };
  await other.purchaser.submit(execution, { twoPersons: true, submitter: { caller: "ann" } });
  const read = async (path: string, name: string) =>
    (await fetch(`${other.url}/executions/ann-1${path}`, { headers: { authorization: `Bearer ${name}` } })).text();
  const page = await read("/approve", "Ann");
  expect(page).toContain("You may not approve it. It was recorded as one that needs two persons");
  expect(page).not.toContain('class="ask"');
  expect(await read("", "Ann")).not.toContain("/executions/ann-1/approve");
  expect(await read("/approve", "Bob")).toContain('class="ask"');
  expect(await read("", "Bob")).toContain("/executions/ann-1/approve");
});

test.each([
  ["complete", "skip", "It is bought: it cannot be dropped."],
  ["complete", "resolve", "It is bought, so there is nothing to decide."],
  ["complete", "resolve/write-off", "It is bought, so there is nothing to decide."],
  ["parked", "skip", "It was sent already: it cannot be dropped."],
  ["parked", "resolve", undefined],
  ["parked", "resolve/bought", undefined],
  ["refused", "resolve/not-bought", "Nothing of it may be bought, so there is nothing to decide."],
  ["refused", "skip", undefined],
] as const)("about a recommendation of one that is %s, %s: %s", async (executionId, action, why) => {
  const page = await (await fetch(`${night.url}/executions/${executionId}/recommendations/0/${action}`)).text();
  if (why === undefined) expect(page).toMatch(/class="(?:ask|choices)"/);
  else {
    expect(page).toContain(why);
    expect(page).not.toMatch(/class="(?:ask|choices)"/);
  }
});
