import { describe, expect, test } from "vitest";
import { redrivingQuestion } from "../../src/cli/commands/ask-before-buying.ts";
import { maskPassword } from "../../src/cli/text/explain-error.ts";
import { commandLineOf } from "../../src/cli/commands/same-run.ts";
import { againFromLedger, nextSteps } from "../../src/cli/text/next-steps.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { redriveCommand, type RedriveCommandOptions } from "../../src/cli/commands/redrive.ts";
import { resolveCommand, type ResolveCommandOptions } from "../../src/cli/commands/resolve.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { ExecutionRecord } from "../../src/contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../../src/contract/ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { bought, executionId, fakeTerminal, outcome, plainOptions, report, standInParts } from "./stand-ins.ts";

const loopback = { azureEndpoint: "http://127.0.0.1:4001", awsEndpoint: "http://127.0.0.1:4001" };
const options: RedriveCommandOptions = plainOptions;

/** A ledger in which recommendations of these providers, or of their services, were left behind. */
function ledgerOf(...left: readonly (string | { readonly provider: string; readonly service: string })[]): Ledger {
  const wanted = left.map((one) =>
    typeof one === "string" ? { provider: one, service: one === "aws" ? "ec2" : "compute" } : one,
  );
  const records = wanted.map(({ provider, service }, recIndex): TokenRecord => ({
    token: deriveIdempotencyToken(executionId, recIndex),
    executionId,
    recIndex,
    source: "test",
    recommendation: { provider, service, quantity: 1, term: "P1Y" },
    fingerprint: "f",
    scope: { key: provider, label: provider },
    state: "unknown",
    generation: 0,
    attempt: 1,
    epoch: 1,
    createdAt: 0,
    updatedAt: 0,
  }));
  return {
    ...createMemoryLedger(),
    unfinished: async ({ limit }) => records.slice(0, limit),
    recordsOf: async (id) => (id === executionId ? records : []),
    recorded: async (id) =>
      id === executionId ? { execution: executionRecord(records.length), records, at: 0 } : undefined,
  };
}

function executionRecord(size: number): ExecutionRecord {
  const [emptyPlaces, times] = [[], { createdAt: 0, updatedAt: 0 }];
  return { executionId, source: "test", size, emptyPlaces, approvalRequired: false, termsVersion: 1, ...times };
}

const stands = (ledger: Ledger, behaviour: Parameters<typeof standInParts>[0] = {}) =>
  standInParts({ openLedger: () => ledger, ...behaviour });

describe("redrive", () => {
  test("what was left behind: the options reach the purchaser, the table names the execution", async () => {
    const { terminal, written } = fakeTerminal();
    const { parts, calls } = stands(ledgerOf("azure", "aws"), { terminal });
    const maxTotals = [{ amount: "12000.00", currency: "USD" }];
    const chosen = {
      ...options,
      ...loopback,
      olderThan: 60,
      limit: 7,
      retryRefused: true,
      parked: true,
      concurrency: 2,
      maxTotal: maxTotals,
    };
    expect(await redriveCommand(undefined, chosen, parts)).toBe(0);
    expect(calls.names).toEqual(["ledger", "redrive unfinished", "interrupts ignored"]);
    expect(calls.driveOptions).toMatchObject({
      olderThan: 60_000,
      limit: 7,
      retryRefused: true,
      includeParked: true,
      concurrency: 2,
      maxTotals,
    });
    expect(calls.driveOptions?.deadline).toBe(1_600_000);
    expect(calls).toMatchObject({ ledger: ".buyonce/sandbox-ledger.db", ledgerOptions: { mustExist: true } });
    expect(written.stdout).toContain(`Execution ${executionId}`);
    expect(written.stdout).toContain("azure compute × 1");
  });

  test("the defaults: 30 seconds, 100 recommendations, not what was refused", async () => {
    const { parts, calls } = stands(ledgerOf("aws"));
    await redriveCommand(undefined, { ...options, ...loopback }, parts);
    expect(calls.driveOptions).toMatchObject({
      olderThan: 30_000,
      limit: 100,
      retryRefused: false,
      includeParked: false,
    });
  });

  test("--parked looks at what is parked now, unless --older-than says otherwise; where it does not, it says why", async () => {
    for (const [olderThan, expected] of [
      [undefined, 0],
      [45, 45_000],
    ] as const) {
      const asked: number[] = [];
      const ledger = ledgerOf("aws");
      const unfinished: Ledger["unfinished"] = async (query) => {
        asked.push(query.olderThan);
        return ledger.unfinished(query);
      };
      const { parts, calls } = stands({ ...ledger, unfinished });
      await redriveCommand(
        undefined,
        { ...options, ...loopback, parked: true, ...(olderThan ? { olderThan } : {}) },
        parts,
      );
      expect(asked).toEqual([expected]);
      expect(calls.driveOptions).toMatchObject({ olderThan: expected, includeParked: true });
    }
    const [left] = await ledgerOf("aws").recordsOf(executionId);
    if (left === undefined) throw new Error("There is one.");
    const { terminal, written } = fakeTerminal();
    const records: Ledger["records"] = async ({ work }) => (work === "parked" ? [{ ...left, parkedAt: 1 }] : []);
    const { parts } = stands({ ...ledgerOf(), records }, { terminal });
    expect(await redriveCommand(undefined, { ...options, sandbox: true, parked: true, olderThan: 45 }, parts)).toBe(4);
    expect(written.stdout).toMatch(/^What is parked was touched in the last 45 seconds, or another driver holds it/);
  });

  test("one execution by its id; --json: one document of reports; what is unresolved is 4", async () => {
    const { terminal, written } = fakeTerminal();
    const drive = async () => report([outcome(bought), outcome({ recIndex: 1, status: "unresolved" })]);
    const { parts, calls } = stands(ledgerOf("aws", "aws"), { terminal, drive });
    expect(await redriveCommand(executionId, { ...options, ...loopback, json: true }, parts)).toBe(4);
    expect(calls.names).toContain(`redrive ${executionId}`);
    expect(JSON.parse(written.stdout)).toMatchObject({
      reports: [{ executionId, outcomes: [{ status: "purchased" }, { status: "unresolved" }] }],
    });
  });

  test("nothing left: says so, 0, nothing is started", async () => {
    for (const json of [false, true]) {
      const { terminal, written } = fakeTerminal();
      const { parts, calls } = stands(ledgerOf(), { terminal });
      expect(await redriveCommand(undefined, { ...options, sandbox: true, json }, parts)).toBe(0);
      expect(calls.names).toEqual(["ledger"]);
      const parked = { count: 0, more: false, atRisk: [] };
      if (json) expect(JSON.parse(written.stdout)).toEqual({ reports: [], parked });
      else expect(written.stdout).toMatch(/^Nothing was left behind \d+ seconds ago or before: .*\n$/);
    }
  });

  test("nothing left, and something that nobody looks at yet may be bought: it is named", async () => {
    const { terminal, written } = fakeTerminal();
    const open = { state: "unknown", updatedAt: Date.now() } as const;
    const records: Ledger["records"] = async ({ work }) => (work === "parked" ? [] : [open as TokenRecord]);
    const ledger = { ...ledgerOf(), records };
    const { parts } = stands(ledger, { terminal });
    expect(await redriveCommand(undefined, { ...options, sandbox: true }, parts)).toBe(0);
    expect(written.stdout).toBe(
      "What is open was touched in the last 30 seconds, or another driver holds it: there is nothing to drive again yet.\n1 was sent and may be bought: buyonce status --state unresolved --sandbox\n",
    );
  });

  test("a real cloud: without a terminal --yes is needed; the other ledger is the default", async () => {
    const without = stands(ledgerOf("aws"));
    await expect(redriveCommand(undefined, options, without.parts)).rejects.toThrow("Give --yes");
    expect(without.calls.names).toEqual(["ledger"]);
    const { parts, calls } = stands(ledgerOf("aws"));
    expect(await redriveCommand(undefined, { ...options, yes: true }, parts)).toBe(0);
    expect(calls.ledger).toBe(".buyonce/ledger.db");
    // Once to buy, and once to say how a person looks for what may be bought.
    const aws = { names: ["aws"], endpoints: {} };
    expect(calls.providers).toMatchObject([aws, aws]);
  });

  test("partly an imitation, partly a real cloud, even with --yes: refused", async () => {
    const { parts, calls } = stands(ledgerOf("azure", "aws"));
    const mixed = { ...options, yes: true, awsEndpoint: loopback.awsEndpoint };
    await expect(redriveCommand(undefined, mixed, parts)).rejects.toThrow("Give --azure-endpoint too");
    expect(calls.names).toEqual(["ledger"]);
  });

  test("an imitation of another cloud than the records need, even with --yes: refused; with --ledger it is what was meant", async () => {
    const mixed = { ...options, yes: true, azureEndpoint: loopback.awsEndpoint };
    const { parts, calls } = stands(ledgerOf("aws"));
    await expect(redriveCommand(undefined, mixed, parts)).rejects.toThrow(
      "This would drive the ledger of imitated purchases (.buyonce/sandbox-ledger.db) against the real aws. Give --aws-endpoint too, or no endpoint. Nothing was sent.",
    );
    expect(calls.names).toEqual(["ledger"]);
    const named = stands(ledgerOf("aws"));
    expect(await redriveCommand(undefined, { ...mixed, ledger: "my.db" }, named.parts)).toBe(0);
  });

  test("the question counts what is pending as well: it is bought anew where it came to nothing", async () => {
    const [record] = await ledgerOf("azure").recordsOf(executionId);
    if (record === undefined) throw new Error("a record");
    const commitment: Commitment = { id: "c", state: "Creating", standing: "live", settled: false, marked: true };
    const pending: TokenRecord = { ...record, state: "purchased", commitment };
    expect(redrivingQuestion([pending])).toContain("Up to 1 may be bought. This cannot be undone.");
    const settled: TokenRecord = { ...pending, commitment: { ...commitment, settled: true } };
    expect(redrivingQuestion([settled])).toBe(
      "Look again at 1 recommendation of 1 execution? All of it was bought before.",
    );
  });

  test("at a terminal it says how many of which executions, and takes no more than was shown", async () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 120 });
    const { parts, calls } = stands(ledgerOf("azure", "aws"), { terminal });
    expect(await redriveCommand(undefined, options, parts)).toBe(0);
    expect(calls.question).toBe(
      "Drive 2 recommendations of 1 execution again? Up to 2 may be bought. This cannot be undone.",
    );
    expect(written.stderr).toContain(`\nexecution ${executionId}\n`);
    expect(written.stderr).toMatch(/^ *1 +aws ec2 × 1 +unknown +none$/m);
    expect(calls.driveOptions?.limit).toBe(2);
  });

  test("A8: the agreement names what was shown and nothing else: its limit or the price that it was sent at, and its terms", async () => {
    const { terminal } = fakeTerminal({ tty: true, columns: 120 });
    const left = ledgerOf("azure", "aws");
    const [first, second] = await left.recordsOf(executionId);
    if (first === undefined || second === undefined) throw new Error("two were left behind");
    const maxPrice = { amount: "12.00", currency: "USD" };
    const limited = { ...first, recommendation: { ...first.recommendation, maxPrice } };
    const ledger: Ledger = {
      ...left,
      unfinished: async () => [limited, second],
      execution: async () => ({ termsVersion: 4 }) as Awaited<ReturnType<Ledger["execution"]>>,
      now: async () => 0,
    };
    const { parts, calls } = stands(ledger, { terminal });
    expect(await redriveCommand(undefined, options, parts)).toBe(0);
    expect(calls.driveOptions?.agreement).toEqual({
      termsVersions: { [executionId]: 4 },
      prices: { [first.token]: maxPrice, [second.token]: null },
    });
  });

  test.each(["no", "stopped"] as const)("answered with %s: nothing is driven", async (answer) => {
    const { terminal } = fakeTerminal({ tty: true });
    const { parts, calls } = stands(ledgerOf("aws"), { terminal, answer });
    await expect(redriveCommand(undefined, options, parts)).rejects.toMatchObject({ code: "aborted" });
    expect(calls.names).toEqual(["ledger", "confirm", "interrupts ignored"]);
  });

  test("progress names the record, by index and token; Ctrl-C says how to go on", async () => {
    const { terminal, written } = fakeTerminal();
    const { parts, calls } = stands(ledgerOf("azure", "aws"), {
      terminal,
      drive: async ({ onEvent }) => {
        const token = `${deriveIdempotencyToken(executionId, 1).slice(0, 8)}…`;
        onEvent?.({ at: 0, type: "quoting", recIndex: 1, token });
        onEvent?.({ at: 0, type: "quoting", recIndex: 1, token: "another…" });
        calls.interrupts?.first();
        return report([outcome(bought)]);
      },
    });
    await redriveCommand(undefined, { ...options, ...loopback }, parts);
    expect(written.stderr).toContain("#1 aws ec2 × 1 (token");
    expect(written.stderr).toContain("#1 (token another…): asking for the price");
    expect(written.stderr).toContain("Stopped. To go on, run buyonce redrive again.");
  });

  test("another program's: not in the question, not counted, and no provider is built for it", async () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 120 });
    const { parts, calls } = stands(ledgerOf("oracle", "azure", "gcp"), { terminal });
    expect(await redriveCommand(undefined, { ...options, limit: 1 }, parts)).toBe(0);
    expect(calls.providers).toMatchObject([{ names: ["azure"] }]);
    expect(calls.question).toContain("Drive 1 recommendation of 1 execution again?");
    expect(written.stderr).toContain("azure compute × 1");
    expect(written.stderr).not.toContain("oracle");
    expect(calls.driveOptions?.limit).toBe(1);
  });

  test.each([
    ["a provider", "oracle", "compute"],
    ["a service", "azure", "tape"],
  ])(
    "%s that nobody here can buy: nobody is asked, it is reported as it stands, 4",
    async (_what, provider, service) => {
      const { terminal, written } = fakeTerminal({ tty: true, columns: 200 });
      const { parts, calls } = stands(ledgerOf({ provider, service }), { terminal });
      expect(await redriveCommand(undefined, options, { ...parts, createPurchaser })).toBe(4);
      expect(calls.names).toEqual(["ledger", "interrupts ignored"]);
      const text = written.stdout.replaceAll(/\s+/g, " ");
      expect(text).toContain(`${provider} ${service} unresolved`);
      expect(text).toContain("Run a worker that has an executor for it. Until then, buy it nowhere else.");
      expect(text).not.toContain("run buyonce redrive");
    },
  );

  test("with an id, a provider or service that nobody here can buy is a usage error, as is --limit", async () => {
    const foreign = stands(ledgerOf("oracle"));
    await expect(redriveCommand(executionId, { ...options, yes: true }, foreign.parts)).rejects.toMatchObject({
      code: "invalid-configuration",
    });
    const tape = stands(ledgerOf({ provider: "azure", service: "tape" }));
    const parts = { ...tape.parts, createPurchaser };
    await expect(redriveCommand(executionId, { ...options, yes: true }, parts)).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ message: "needs azure tape" }],
    });
    const limited = stands(ledgerOf("aws"));
    await expect(redriveCommand(executionId, { ...options, limit: 1 }, limited.parts)).rejects.toThrow(
      "Leave them out",
    );
    expect(limited.calls.names).toEqual([]);
  });

  test("what to do next needs no file, but for what only the file can change", () => {
    const again = againFromLedger("it's", commandLineOf({ sandbox: true }, { terminal: { env: {} } }));
    expect(again.command).toBe(String.raw`buyonce redrive 'it'\''s' --sandbox`);
    const texts = (code: "access-denied" | "execution-changed") =>
      nextSteps([outcome({ status: "refused", error: { code, message: "m", retryable: false } })], again)[0]?.text;
    expect(texts("access-denied")).toContain(`then ${again.words}.`);
    expect(texts("execution-changed")).toContain("Restore the file and drive the same file again, or");
  });
});

describe("resolve", () => {
  const said: ResolveCommandOptions = {
    ...loopback,
    notBought: true,
    person: "operator on duty",
    reason: "not on the bill",
  };
  const notBought = outcome({
    status: "refused",
    error: { code: "resolved-as-not-bought", message: "m", retryable: true },
    decision: {
      kind: "not-bought",
      person: "operator on duty",
      reason: "not on the bill",
      at: "2026-11-22T00:00:00.000Z",
    },
  });

  test("not bought: recorded is 0, and what to do next", async () => {
    const { terminal, written } = fakeTerminal();
    const { parts, calls } = stands(ledgerOf("aws"), { terminal, resolve: async () => notBought });
    expect(await resolveCommand(executionId, 0, said, parts)).toBe(0);
    expect(calls.decision).toEqual({
      executionId,
      recIndex: 0,
      finding: "not-bought",
      person: "operator on duty",
      reason: "not on the bill",
    });
    expect(written.stdout).toBe(
      `Recorded for #0: decided not bought by operator on duty: not on the bill\nnext: to buy it, drive it again. A timer buys it, too.\n    buyonce redrive ${executionId} --azure-endpoint http://127.0.0.1:4001 --aws-endpoint http://127.0.0.1:4001\n`,
    );
  });

  test("bought: the id is handed on; against a real cloud nobody is asked, for nothing is bought", async () => {
    const { terminal, written } = fakeTerminal();
    const { person, reason } = said;
    const decision = { kind: "bought", id: "id-1", person, reason, at: "2026-11-22T00:00:00.000Z" } as const;
    const resolve = async () => outcome({ ...bought, status: "already-purchased", decision });
    const { parts, calls } = stands(ledgerOf("aws"), { terminal, resolve });
    const options = { person, reason, bought: " id-1 " };
    expect(await resolveCommand(executionId, 0, options, parts)).toBe(0);
    expect(calls.decision?.finding).toEqual({ bought: "id-1" });
    expect(calls.ledger).toBe(".buyonce/ledger.db");
    expect(calls.names).toEqual(["ledger", "resolve", "interrupts ignored"]);
    expect(written.stdout).toBe("Recorded for #0: decided bought as id-1 by operator on duty: not on the bill\n");
  });

  test("what a guard says comes through", async () => {
    const shown = new RefusedError({ code: "still-shown", message: "It is shown." });
    const { parts } = stands(ledgerOf("aws"), { resolve: () => Promise.reject(shown) });
    await expect(resolveCommand(executionId, 0, said, parts)).rejects.toBe(shown);
  });

  test.each([
    { bought: "x" },
    { notBought: false },
    { bought: " ", notBought: false },
    { person: " " },
    { reason: "\n" },
  ])("%j is a usage error: no ledger is opened", async (change) => {
    const { parts, calls } = stands(ledgerOf("aws"));
    await expect(resolveCommand(executionId, 0, { ...said, ...change }, parts)).rejects.toMatchObject({
      code: "invalid-configuration",
    });
    expect(calls.names).toEqual([]);
  });

  test.each([
    [{ person: "Ada\u200b" }, "--person must not hold U+200B"],
    [{ reason: "sold\u202e" }, "--reason must not hold U+202E"],
    [{ reason: "r".repeat(256) }, "--reason must have at most 255 characters"],
    [{ bought: "id\ufeff", notBought: false }, "--bought must not hold U+FEFF"],
  ])("A23: %j is refused by its option and code point: no ledger is opened", async (change, message) => {
    const { parts, calls } = stands(ledgerOf("aws"));
    await expect(resolveCommand(executionId, 0, { ...said, ...change }, parts)).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(message),
    });
    expect(calls.names).toEqual([]);
  });

  test("stopped: nothing is recorded", async () => {
    const stand = stands(ledgerOf("aws"), {
      resolve: () => {
        stand.calls.interrupts?.first();
        return Promise.reject(new DOMException("stopped", "AbortError"));
      },
    });
    await expect(resolveCommand(executionId, 0, said, stand.parts)).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("the URL of a ledger", () => {
  test.each([
    "postgres:/user:secret@host/db",
    "postgres://user:se/cret@host/db",
    "postgres://user:12/secret@host/db",
    "postgresql://user:12#secret@host/db",
  ])("%s cannot be used, and is not repeated", async (url) => {
    const error = await openLedger(url).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.not.stringContaining("cret") });
  });

  test("passwords are masked wherever one is written", () => {
    expect(maskPassword("no postgres://u:s3@cr@h/db, PostgreSQL://u:p@h:1/db?password=p2&x=1")).toBe(
      "no postgres://u:***@h/db, PostgreSQL://u:***@h:1/db?password=***&x=1",
    );
    expect(maskPassword("postgres://u@h/db")).toBe("postgres://u@h/db");
  });
});
