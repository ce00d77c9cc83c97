import { describe, expect, test } from "vitest";
import { historyCommand } from "../../src/cli/commands/history.ts";
import { redriveCommand } from "../../src/cli/commands/redrive.ts";
import { resolveCommand } from "../../src/cli/commands/resolve.ts";
import { settleCommand } from "../../src/cli/commands/settle.ts";
import { statusCommand } from "../../src/cli/commands/status.ts";
import { createProviders } from "../../src/cli/resources/providers.ts";
import type { CommandParts } from "../../src/cli/commands/command-parts.ts";
import { exitCodeOf } from "../../src/cli/terminal/exit-code.ts";
import { nextSteps } from "../../src/cli/text/next-steps.ts";
import { reportText } from "../../src/cli/text/report-text.ts";
import type { OtherDecision } from "../../src/contract/decision.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { planned, claimPlaces } from "../../src/testing/ledger-values.ts";
import { ec2 } from "../end-to-end/recommendations.ts";
import { bought, fakeTerminal, outcome, plainOptions, report, standInParts } from "./stand-ins.ts";

const by = { person: "Ada", reason: "not on the bill" } as const;
const price = { amount: "12557.6176", currency: "USD" };
const loopback = { azureEndpoint: "http://127.0.0.1:4001", awsEndpoint: "http://127.0.0.1:4001" };
const lost = { code: "outcome-unknown", message: "No answer." };
/** 2026-11-22T09:05:00Z */
const start = 1_795_338_300_000;
const states = ["claimed", "submitted", "unknown", "refused", "rejected"] as const;

/** A ledger on a clock that a test moves. */
function newLedger() {
  let now = start;
  const ledger = createMemoryLedger({ clock: () => now });
  const later = (milliseconds: number) => void (now += milliseconds);

  async function hold(executionId: string) {
    const scope = { key: "aws/1", label: "AWS account 1" };
    const request = { recIndex: 0, source: "test", recommendation: ec2, fingerprint: "f", scope };
    const token = deriveIdempotencyToken(executionId, 0);
    const isNew = (await ledger.execution(executionId)) === undefined;
    const how = isNew ? {} : ({ states, asIs: true } as const);
    const [answer] = await claimPlaces(ledger, [{ ...request, executionId, token }], "vm:1:aa", 30_000, how);
    if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
    return answer.claim;
  }
  async function send(executionId: string) {
    const claim = await hold(executionId);
    await ledger.submit(claim, planned({ token: claim.token, price }));
    return claim;
  }
  return {
    ledger,
    later,
    /** Sent, and parked. */
    park: async (executionId: string) => void (await ledger.park(await send(executionId), lost)),
    /** Sent, and not known yet. */
    leaveOpen: async (executionId: string) => ledger.unknown(await send(executionId), lost),
    decide: async (executionId: string, decision: OtherDecision) => ledger.decide(await hold(executionId), decision),
    refuse: async (executionId: string) =>
      ledger.refuse(await hold(executionId), { code: "price-above-limit", message: "Too dear." }),
  };
}

/** Runs a command with a ledger and no cloud: what it wrote, what it returned, and what it called. */
async function run<Code>(
  ledger: Ledger,
  command: (parts: ReturnType<typeof standInParts>["parts"]) => Promise<Code>,
  behaviour: Parameters<typeof standInParts>[0] = {},
) {
  // So wide that no cell is broken over two lines.
  const { terminal, written } = fakeTerminal({ tty: true, columns: 900 });
  const { parts, calls } = standInParts({ terminal, openLedger: () => ledger, ...behaviour });
  const code = await command(parts);
  return { code, calls, ...written, text: written.stdout.replaceAll(/\s+/g, " ") };
}

const unfinished = (more: object = {}) => ({ ...plainOptions, ...loopback, ...more });
const note =
  "Parked: 1 was sent and may be bought, for 12557.6176 USD. A person decides: look at the provider, then run buyonce resolve.\n";

describe("B8: something is parked, and there is nothing else to do", () => {
  test("B8: redrive names it with its price, asks no cloud and nobody, and ends with 4", async () => {
    const { ledger, park } = newLedger();
    await park("night-1");
    const { code, stdout, text, calls } = await run(ledger, (parts) => redriveCommand(undefined, unfinished(), parts));
    expect(code).toBe(4);
    expect(calls.names).toEqual(["ledger"]);
    expect(stdout).toMatch(/^There is nothing to drive again but what is parked, and that waits for a person\.\n/);
    expect(stdout.endsWith(`\n\n${note}`)).toBe(true);
    expect(text).toContain("Execution night-1");
    expect(text).toContain(
      "0 2 × m5.large Linux/UNIX, us-east-1, P1Y, no-upfront, aws 123456789012 unresolved 12557.6176 USD Parked since",
    );
    expect(text).toContain("sent, may be bought 12557.6176 USD");
    expect(text).not.toContain("Nothing was left behind");
    // Against a real cloud, without a terminal: nothing is bought, so nobody has to agree.
    const { terminal } = fakeTerminal();
    const { parts } = standInParts({ terminal, openLedger: () => ledger });
    expect(await redriveCommand(undefined, plainOptions, parts)).toBe(4);
  });

  test("B8: settle names it with its price, and ends with 4; another execution's is not its business", async () => {
    const { ledger, park, refuse } = newLedger();
    await park("night-1");
    await refuse("night-2");
    for (const id of [undefined, "night-1"]) {
      const { code, stdout } = await run(ledger, (parts) => settleCommand(id, unfinished(), parts));
      expect([code, stdout]).toEqual([4, `Nothing is pending: what is bought is final.\n${note}`]);
    }
    const other = await run(ledger, (parts) => settleCommand("night-2", unfinished(), parts));
    expect([other.code, other.stdout]).toEqual([0, "Nothing is pending: what is bought is final.\n"]);
  });

  test("B8: --json: a field says how many and what they cost; the reports of a redrive hold them", async () => {
    const { ledger, park } = newLedger();
    await park("night-1");
    await park("night-2");
    const parked = { count: 2, more: false, atRisk: [{ amount: "25115.2352", currency: "USD" }] };
    const driven = await run(ledger, (parts) => redriveCommand(undefined, unfinished({ json: true }), parts));
    expect(driven.code).toBe(4);
    expect(JSON.parse(driven.stdout)).toMatchObject({
      parked,
      reports: [
        { executionId: "night-1", outcomes: [{ status: "unresolved", parked: {}, price }], atRisk: [price] },
        { executionId: "night-2", outcomes: [{ status: "unresolved", parked: {}, price }], atRisk: [price] },
      ],
    });
    const settled = await run(ledger, (parts) => settleCommand(undefined, unfinished({ json: true }), parts));
    expect([settled.code, JSON.parse(settled.stdout)]).toEqual([4, { reports: [], parked }]);
  });
});

describe("B8: something is parked beside what there is to do", () => {
  const done = async () => report([outcome({ ...bought, status: "already-purchased" })]);

  test("B8: redrive says so after its reports, and ends with 4", async () => {
    const { ledger, later, park, leaveOpen } = newLedger();
    await park("night-1");
    await leaveOpen("night-2");
    later(60_000);
    const driven = await run(ledger, (parts) => redriveCommand(undefined, unfinished(), parts), { drive: done });
    expect(driven.code).toBe(4);
    expect(driven.stdout.endsWith(`\n${note}`)).toBe(true);
    const json = await run(ledger, (parts) => redriveCommand(undefined, unfinished({ json: true }), parts), {
      drive: done,
    });
    expect(JSON.parse(json.stdout)).toMatchObject({ parked: { count: 1, atRisk: [price] } });
    // About one execution it speaks of that one.
    const named = await run(ledger, (parts) => redriveCommand("night-2", unfinished(), parts), { drive: done });
    expect([named.code, named.stdout.includes("Parked:")]).toEqual([0, false]);
  });

  test("B8: what is open and not old enough is not called nothing", async () => {
    const { ledger, leaveOpen } = newLedger();
    await leaveOpen("night-2");
    const { code, stdout } = await run(ledger, (parts) => redriveCommand(undefined, unfinished(), parts));
    expect([code, stdout]).toEqual([
      0,
      "What is open was touched in the last 30 seconds, or another driver holds it: there is nothing to drive again yet.\n1 was sent and may be bought: buyonce status --state unresolved --sandbox\n",
    ]);
  });
});

describe("B9: after a decision", () => {
  test.each<[OtherDecision, string, string]>([
    [{ kind: "not-bought", ...by }, "not-bought", "decided not bought by Ada: not on the bill; the next drive buys it"],
    [
      { kind: "written-off", ...by },
      "written-off",
      "written off by Ada: not on the bill; it may be bought, and is never bought again",
    ],
    [
      { kind: "not-this", id: "ri-1", ...by },
      "unresolved",
      "parked since 2026-11-22 09:05:00: a person decides (buyonce resolve); decided not to be ri-1 by Ada: not on the bill; No answer. (outcome-unknown)",
    ],
  ])("B9: %j: status and history say it, and nothing is abandoned", async (decision, status, why) => {
    const { ledger, park, decide } = newLedger();
    await park("night-1");
    await decide("night-1", decision);
    const shown = await run(ledger, (parts) => statusCommand(undefined, { ...plainOptions, limit: 100 }, parts));
    expect(shown.text).toContain(` ${status} `);
    expect(shown.text).toContain(why);
    expect(shown.text).not.toContain("abandoned");
    const json = await run(ledger, (parts) =>
      statusCommand(undefined, { ...plainOptions, limit: 100, json: true }, parts),
    );
    expect(JSON.parse(json.stdout)).toMatchObject({
      recommendations: [{ status, decision: { ...decision, at: "2026-11-22T09:05:00.000Z" } }],
      totals: { unresolved: status === "not-bought" ? [] : [price] },
    });
    const history = await run(ledger, (parts) => historyCommand("night-1", 0, plainOptions, parts));
    const [said = ""] = why.split("; ").filter((part) => part.includes("by Ada"));
    expect(history.text).toContain(said);
  });

  test("B9: refused for its price afterwards, or for what a person said is another purchase: the decision stands beside it", async () => {
    const { ledger, park, decide, refuse } = newLedger();
    await park("night-1");
    await decide("night-1", { kind: "not-bought", ...by });
    await refuse("night-1");
    await refuse("night-2");
    await decide("night-2", { kind: "not-this", id: "ri-1", ...by });
    const { text } = await run(ledger, (parts) => statusCommand(undefined, { ...plainOptions, limit: 100 }, parts));
    expect(text).toContain("Too dear. (price-above-limit); before that: decided not bought by Ada: not on the bill");
    expect(text).toContain("decided not to be ri-1 by Ada: not on the bill");
  });

  test("B9: the question of a redrive says it in place of the state, and does not count what is written off", async () => {
    const { ledger, later, park, decide } = newLedger();
    await park("night-1");
    await decide("night-1", { kind: "not-bought", ...by });
    later(60_000);
    const { terminal, written } = fakeTerminal({ tty: true, columns: 160 });
    const { parts, calls } = standInParts({ terminal, openLedger: () => ledger });
    await redriveCommand(undefined, plainOptions, parts);
    expect(written.stderr.replaceAll(/\s+/g, " ")).toContain("decided not bought by Ada: not on the bill none");
    expect(calls.question).toContain("Up to 1 may be bought.");
    await decide("night-1", { kind: "not-bought", ...by });
    await park("night-2");
    await decide("night-2", { kind: "written-off", ...by });
    await redriveCommand("night-2", plainOptions, parts);
    expect(calls.question).toBe(
      "Look again at 1 recommendation of 1 execution? All of it was bought before, or written off.",
    );
  });

  test("B9: outcomes say it, in the table and as what to do next; what is written off is 4", () => {
    const decision = { ...by, at: "2026-11-22T09:05:00.000Z" };
    const boughtBy = outcome({
      ...bought,
      status: "already-purchased",
      decision: { kind: "bought", id: "ri-1", ...decision },
    });
    const writtenOff: Outcome = outcome({
      recIndex: 1,
      status: "written-off",
      price,
      error: { code: "written-off", message: "Written off by Ada: not on the bill. It may be.", retryable: false },
      decision: { kind: "written-off", ...decision },
    });
    const dear = { code: "price-above-limit", message: "Too dear.", retryable: false } as const;
    const refused = outcome({
      recIndex: 2,
      status: "refused",
      error: dear,
      decision: { kind: "not-bought", ...decision },
    });
    const all = report([boughtBy, writtenOff, refused]);
    const paint = (_style: unknown, text: string) => text;
    const text = reportText(all, { descriptions: ["a", "b", "c"], width: 200, paint }).replaceAll(/\s+/g, " ");
    expect(text).toContain("Decided bought as ri-1 by Ada: not on the bill.");
    expect(text).toContain("Written off by Ada: not on the bill. It may be. (written-off)");
    expect(text).not.toContain("(written-off) Written off");
    expect(text).toContain("Too dear. (price-above-limit) Decided not bought by Ada: not on the bill.");
    expect(nextSteps([writtenOff])[0]?.text).toMatch(/^A person wrote it off: it may be bought, /);
    expect(exitCodeOf([boughtBy, writtenOff])).toBe(4);
  });
});

describe("resolve", () => {
  const said = { ...loopback, ...by, json: false };
  const answer = (
    kind: OtherDecision["kind"],
    status: Outcome["status"],
    code: NonNullable<Outcome["error"]>["code"],
  ) =>
    outcome({
      status,
      error: { code, message: "m", retryable: false },
      decision: { kind, ...by, ...(kind === "not-this" ? { id: "ri-1" } : {}), at: "2026-11-22T09:05:00.000Z" },
    });

  test.each<[object, unknown, Outcome, string]>([
    [
      { notThis: " ri-1 " },
      { notThis: "ri-1" },
      answer("not-this", "unresolved", "resolved-as-not-this"),
      "Recorded for #0: decided not to be ri-1 by Ada: not on the bill\nnext: whether it was bought is not known yet. To find out, drive it again; or say what became of it.\n    buyonce redrive night-1 --azure-endpoint http://127.0.0.1:4001 --aws-endpoint http://127.0.0.1:4001\n",
    ],
    [
      { notThis: "ri-1" },
      { notThis: "ri-1" },
      answer("not-this", "refused", "resolved-as-not-this"),
      "Recorded for #0: decided not to be ri-1 by Ada: not on the bill\nnext: to go on, drive it again.\n    buyonce redrive night-1 --azure-endpoint http://127.0.0.1:4001 --aws-endpoint http://127.0.0.1:4001\n",
    ],
    [
      { writeOff: true },
      "write-off",
      answer("written-off", "written-off", "written-off"),
      "Recorded for #0: written off by Ada: not on the bill\nIt counts as maybe bought, and is never bought again.\nnext: if it shows after all, say so with --bought ID.\n",
    ],
  ])("%j is handed on as %j, recorded is 0, and what to do next is said", async (option, finding, result, text) => {
    const { ledger, park } = newLedger();
    await park("night-1");
    const { code, stdout, calls } = await run(
      ledger,
      (parts) => resolveCommand("night-1", 0, { ...said, ...option }, parts),
      { resolve: async () => result },
    );
    expect([code, stdout]).toEqual([0, text]);
    expect(calls.decision).toEqual({ executionId: "night-1", recIndex: 0, finding, ...by });
  });

  test.each([
    {},
    { notThis: "a", bought: "b" },
    { notBought: true, writeOff: true },
    { notThis: "a", writeOff: true },
    { notThis: " " },
    { notThis: "a\u200b" },
  ])("%j is a usage error: no ledger is opened", async (options) => {
    const { parts, calls } = standInParts();
    const resolving = resolveCommand("night-1", 0, { ...said, ...options }, parts);
    await expect(resolving).rejects.toMatchObject({ code: "invalid-configuration" });
    expect(calls.names).toEqual([]);
  });
});

describe("what a person looks for is said where it is reported", () => {
  /** Of AWS itself: nothing is asked. */
  const withAws = (parts: CommandParts): CommandParts => ({ ...parts, createProviders });
  const looks = ["aws ec2 describe-reserved-instances", "--region us-east-1"];

  test("status: place, times, amount, the command that looks and those that say what was found", async () => {
    const { ledger, park } = newLedger();
    await park("night-1");
    const options = { limit: 100, ledger: "some.db" };
    const { stdout } = await run(ledger, (parts) => statusCommand("night-1", options, withAws(parts)));
    const [, below = ""] = stdout.split("look for, at the provider\n");
    const say = (found: string) =>
      `buyonce resolve night-1 0 ${found} --person NAME --reason REASON --ledger some.db\n`;
    for (const line of [
      "  #0 2 × m5.large Linux/UNIX, us-east-1, P1Y, no-upfront, aws 123456789012\n",
      "    where           AWS account 1, us-east-1\n",
      "    sent            2026-11-22 09:05:00 UTC\n",
      "    shows a time    from 2026-11-22 09:00:00 to 2026-11-22 09:20:00 UTC\n",
      "    amount          12557.6176 USD\n",
      "    signed in to    AWS account 123456789012\n",
      ...["--bought ID", "--not-bought", "--not-this ID", "--write-off"].map(say),
    ]) {
      expect(below).toContain(line);
    }
    for (const words of looks) expect(below).toContain(words);
  });

  test("status --json and redrive --json: the same, as a program reads it", async () => {
    const { ledger, park } = newLedger();
    await park("night-1");
    const status = await run(ledger, (parts) => statusCommand(undefined, { limit: 100, json: true }, withAws(parts)));
    const redriven = await run(ledger, (parts) =>
      redriveCommand(undefined, { ...plainOptions, json: true }, withAws(parts)),
    );
    type Said = {
      readonly lookFor?: { readonly place: string; readonly sent: readonly { readonly command: string }[] };
    };
    const { recommendations } = JSON.parse(status.stdout) as { readonly recommendations: readonly Said[] };
    const { reports } = JSON.parse(redriven.stdout) as {
      readonly reports: readonly { readonly outcomes: readonly Said[] }[];
    };
    expect(recommendations[0]?.lookFor?.place).toBe("AWS account 1");
    expect(recommendations[0]?.lookFor?.sent[0]?.command).toContain(looks[0]);
    expect(reports[0]?.outcomes[0]?.lookFor).toEqual(recommendations[0]?.lookFor);
  });

  test("with an endpoint the commands go there; with an imitation that has ended there is none that looks", async () => {
    const { ledger, park } = newLedger();
    await park("night-1");
    const there = await run(ledger, (parts) => redriveCommand(undefined, unfinished(), withAws(parts)));
    expect(there.stdout).toContain("--endpoint-url http://127.0.0.1:4001");
    expect(there.stdout).toMatch(
      /buyonce resolve night-1 0 --not-bought .*--aws-endpoint http:\/\/127\.0\.0\.1:4001\n/,
    );
    const sandbox = await run(ledger, (parts) =>
      statusCommand("night-1", { limit: 100, sandbox: true }, withAws(parts)),
    );
    expect(sandbox.stdout).toContain(
      "buyonce resolve night-1 0 --not-bought --person NAME --reason REASON --sandbox\n",
    );
    expect(sandbox.stdout).not.toContain("aws ec2");
  });

  test("what a driver holds it finds out itself; what is bought or refused is not looked for", async () => {
    const { ledger, refuse } = newLedger();
    await refuse("night-2");
    const claimed = await ledger.recordsOf("night-2");
    const { stdout } = await run(ledger, (parts) => statusCommand(undefined, { limit: 100 }, withAws(parts)));
    expect([claimed.length, stdout.includes("look for")]).toEqual([1, false]);
  });

  test("more than ten: the rest by the page, not one after the other", async () => {
    const { ledger, park } = newLedger();
    for (let index = 0; index < 12; index++) await park(`night-${index}`);
    const { stdout } = await run(ledger, (parts) => statusCommand(undefined, { limit: 100 }, withAws(parts)));
    expect(stdout.match(/--write-off/g)).toHaveLength(10);
    expect(stdout).toContain("And 2 more. This shows all of them:\n    buyonce status --json\n");
  });
});
