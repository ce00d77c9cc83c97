// What the pages call things: as an operator does, who never sees the command line.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compute } from "../end-to-end/recommendations.ts";
import { firstSentence, inTheConsole, inWords } from "../../src/door/console/console-texts.ts";
import { ec2In, knownTokens, lostAnswer, type Night, park, startNight, submitted } from "./night.ts";

let night: Night;
beforeAll(async () => {
  night = await startNight();
});
afterAll(() => night.close());

/** A page of the console, and its text alone. */
async function shown(path: string) {
  const page = await (await fetch(night.url + path)).text();
  const main = page.slice(page.indexOf("<main"));
  return { page, text: main.replaceAll(/<[^>]*>/g, "").replaceAll(/\s+/g, " ") };
}

test("notes of an execution and of a recommendation are shown, and hostile ones are texts", async () => {
  const evil = "<img src=x onerror=alert(1)> & </bdi>";
  await night.purchaser.submit(
    {
      executionId: "noted",
      source: "engine",
      note: `whole ${evil}`,
      recommendations: [ec2In("us-east-1", { note: `one ${evil}` })],
    },
    { requireApproval: true, submitter: { caller: "engine" } },
  );
  for (const path of ["", "/approve"]) {
    const { page } = await shown(`/executions/noted${path}`);
    expect(page, path).toMatch(/<\/h1>\s*<p class="note">Note: <bdi>whole &lt;img src=x/);
    expect(page, path).toContain("Note: <bdi>one &lt;img src=x");
    expect(page, path).not.toMatch(/<img/);
  }
  expect((await shown("/executions/noted/recommendations/0")).page).toContain("Note: <bdi>one &lt;img");
});

test("who did what: who submitted it, and who asked for a re-drive, once for all that it is about", async () => {
  const cheap = { maxPrice: { amount: "1.00", currency: "USD" } };
  await submitted(night, "driven", [ec2In("us-east-2", cheap), ec2In("us-west-1", cheap)]);
  await night.ledger.askRedrive("driven", "bob");
  const { page, text } = await shown("/executions/driven");
  expect(text).toContain("Submitted by engine: 2 recommendations");
  expect(text.match(/Re-drive asked for by bob/g)).toHaveLength(1);
  expect(text).toContain("Source: cost-engine");
  expect(text).toContain("Submitted by engine Recorded");
  expect(page).not.toMatch(/Decided by|Sent by|places</);
});

test("where the provider alone has something left to do, there is nothing to do", async () => {
  await submitted(night, "completing", [{ ...compute, maxPrice: { amount: "30.00", currency: "GBP" } }]);
  const { records } = (await night.ledger.recorded("completing"))!;
  const open = records.map((record) => ({ ...record, commitment: { ...record.commitment!, settled: false } }));
  const { recorded } = night.ledger;
  Object.assign(night.ledger, {
    recorded: async (id: string) => ({
      ...(await recorded(id))!,
      records: [...open, ...open.map((one) => ({ ...one, recIndex: 1 }))],
    }),
  });
  const { text } = await shown("/executions/completing");
  Object.assign(night.ledger, { recorded });
  expect(text).toContain("All 2 are bought; the provider still completes 2. There is nothing to do.");
  expect(text).not.toContain("There is nothing that you can do about it");
});

test("sent and not answered: said beside the amount; only what is parked needs a person", async () => {
  const line = "Sent, no answer yet. It is looked for; decide only if you know better.";
  night.sandbox.addFault(lostAnswer("before"));
  await night.purchaser.submit(
    { executionId: "unanswered", source: "engine", recommendations: [ec2In("eu-west-1")] },
    { submitter: { caller: "engine" } },
  );
  await night.purchaser.redrive("unanswered", { concurrency: 1 });
  night.sandbox.clearFaults();
  expect((await night.ledger.recorded("unanswered"))!.records[0]).toMatchObject({ state: "unknown" });
  const list = (await shown("/")).page;
  const needed = list.slice(0, list.indexOf('id="all"'));
  expect(needed).not.toContain("/executions/unanswered");
  expect(list.slice(needed.length)).toMatch(/USD<\/span>\s*<p class="note">Sent, no answer yet\. It is looked for;/);
  for (const path of ["", "/recommendations/0"]) {
    expect((await shown(`/executions/unanswered${path}`)).text).toContain(line);
  }
  const place = await shown("/executions/unanswered/recommendations/0");
  expect(place.page).toMatch(/<details>\s*<summary>Technical details<\/summary>\s*<span[^>]*><bdi>baseline/);
  await park(night, "left", [ec2In("eu-west-2")]);
  const after = (await shown("/")).page;
  expect(after.slice(0, after.indexOf('id="all"'))).toContain("/executions/left");
  const parked = (await shown("/executions/left/recommendations/0")).text;
  expect(parked).not.toMatch(/buyonce (resolve|redrive|reopen)/);
  const row = (await shown("/executions/left")).text;
  expect(row).toContain("Reported: Parked since");
  expect(row).not.toMatch(/buyonce (resolve|redrive|reopen)|\d{4}-\d\d-\d\dT/);
  // But in the command for the provider, which is to be copied.
  expect(parked).toContain("Look with aws ec2 describe-reserved-instances");
  expect(parked.replace(/ Look with .*? What happened /, " ")).not.toMatch(/\d{4}-\d\d-\d\dT/);
  const finding = "/executions/left/recommendations/0/resolve";
  expect((await shown(`${finding}/bought`)).text).toContain("Record it as bought?");
  expect((await shown(`${finding}/not-bought`)).text).toContain("Record it as not bought?");
});

test("a cancellation is said once above, with a time that can be read", async () => {
  await submitted(night, "over", [ec2In("sa-east-1")], { requireApproval: true });
  await night.purchaser.cancel("over", { person: "ann", reason: "ordered twice" });
  const { text } = await shown("/executions/over");
  expect(text).toMatch(/This execution was cancelled by ann on \d+ \w+ \d{4}, [\d:]+ UTC: ordered twice\./);
  expect(text).not.toMatch(/\d{4}-\d\d-\d\dT/);
  expect(text).toContain("Limit for the whole execution");
  // Above, and in the list of who did what.
  expect(text.match(/ordered twice/g)).toHaveLength(2);
  expect(text).toMatch(/1 year, nothing upfront|1 year, no/);
});

describe("texts", () => {
  test.each([
    ["m5.large, us-east-1, P1Y, no-upfront", "m5.large, us-east-1, 1 year, nothing upfront"],
    ["P3Y, partial-upfront", "3 years, partly upfront"],
    ["all-upfront", "all upfront"],
    ["TP1YX no-upfrontage", "TP1YX no-upfrontage"],
  ])("%s in words", (text, words) => {
    expect(inWords(text)).toBe(words);
  });

  test.each([
    ["decide: buyonce resolve 'a b' 3 --bought ID, --not-this ID, --not-bought or --write-off", "decide on its page"],
    ["and decide with `buyonce resolve`.", "and decide on its page."],
    ["reopen it (`buyonce reopen`)", "reopen it (on the page of the execution)"],
    ["raise it with `buyonce limits`", "raise it with `buyonce limits`"],
    ["at 2026-11-27T07:13:33.217Z", "at 27 Nov 2026, 07:13:33 UTC"],
  ])("%s in the console", (text, here) => {
    expect(inTheConsole(text)).toBe(here);
  });
});

test.each([
  ["It was not sent. Sign in first.", "It was not sent."],
  ['Sent under {"baseline":[],"offeringId":"b3"}, and its time is over. More.', "Sent, and its time is over."],
  ["EC2 v1.2 said no", "EC2 v1.2 said no"],
  ["", ""],
  [`${"word ".repeat(60)}end.`, `${"word ".repeat(39)}word …`],
])("in a row, of %s", (text, expected) => {
  expect(firstSentence(text)).toBe(expected);
});

test("a row shows no raw data and no half word; the page of the recommendation says all of it", async () => {
  await park(night, "cut", [ec2In("ap-south-1", { instanceType: "m5.xlarge" })]);
  const { text } = await shown("/executions/cut");
  expect(text).toMatch(/Reported: Parked since [^{}]*is over\. \(outcome-unknown\)/);
  expect(text).not.toMatch(/characters\)|\{"/);
  expect((await shown("/executions/cut/recommendations/0")).text).toContain("Since then:");
});

test("the sign-in names the server; a page that is not there says so to a person", async () => {
  const missing = await fetch(`${night.url}/executions/nix`, { headers: { accept: "text/html" } });
  expect(await missing.text()).toContain("Check the address, and that this is the server that you mean.");
  const other = await startNight({ authenticate: knownTokens() });
  const page = await (await fetch(`${other.url}/sign-in`)).text();
  expect(page).toContain(`To the server at <bdi>${new URL(other.url).host}</bdi>`);
  await other.close();
});

test.each([
  ["at most 9000.00 USD, not 1234567.5 GBP", "at most 9,000.00 USD, not 1,234,567.5 GBP"],
  ["999.00 USD", "999.00 USD"],
  ["id 123456 and 2026-11-27", "id 123456 and 2026-11-27"],
  ["1,160.5248 USD", "1,160.5248 USD"],
])("amounts in a message: %s", (text, expected) => {
  expect(inTheConsole(text)).toBe(expected);
});
