import { afterEach, describe, expect, test } from "vitest";
import { historyText } from "../../src/cli/text/history-text.ts";
import { describeRecords } from "../../src/cli/resources/ledger-records.ts";
import { historyCommand } from "../../src/cli/commands/history.ts";
import { redriveCommand } from "../../src/cli/commands/redrive.ts";
import { resolveCommand } from "../../src/cli/commands/resolve.ts";
import { settleCommand, type SettleCommandOptions } from "../../src/cli/commands/settle.ts";
import { statusCommand, type StatusCommandOptions } from "../../src/cli/commands/status.ts";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { workLeft } from "../../src/contract/execution-state.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { ExecutionRecord } from "../../src/contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../../src/contract/ledger.ts";
import { isSkip, type AnyRecommendation } from "../../src/contract/recommendation.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { bought, executionId, fakeTerminal, outcome, plainOptions, report, standInParts } from "./stand-ins.ts";

const started = Date.UTC(2026, 10, 22, 9, 5, 0);
const disk: AnyRecommendation = { provider: "none", service: "disk", quantity: 1, term: "P1Y" };
const reservation = fixture.recommendations.find(
  ({ service }) => service === "compute",
) as unknown as AnyRecommendation;

function record(recIndex: number, changes: Partial<TokenRecord> = {}): TokenRecord {
  return {
    token: deriveIdempotencyToken(executionId, recIndex),
    executionId,
    recIndex,
    source: "test",
    recommendation: reservation,
    fingerprint: "f",
    scope: { key: "azure", label: "Azure" },
    state: "purchased",
    generation: 0,
    attempt: 1,
    epoch: 1,
    createdAt: started,
    updatedAt: started,
    ...changes,
  };
}
const commitment = { id: "0a1b2c3d-1111-2222-3333-444455556666", standing: "live", marked: true } as const;
const done = { ...commitment, state: "Succeeded", settled: true, price: { amount: "24.5", currency: "GBP" } };
const pending = { ...commitment, state: "Creating", settled: false };
const payer = "azure 9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d";
const lost = { code: "outcome-unknown", message: "No answer." };
const records = [
  record(0, { commitment: done }),
  record(1, { commitment: pending }),
  record(2, { state: "unknown", error: lost, submission: { price: { amount: "7", currency: "USD" } } as never }),
  record(3, { state: "claimed", holder: "vm:1:aa", leaseUntil: started + 30_000, leaseLength: 30_000 }),
  record(4, { state: "claimed", recommendation: disk }),
];

const executionRecord: Omit<ExecutionRecord, "executionId" | "size"> = {
  source: "test",
  emptyPlaces: [],
  approvalRequired: false,
  maxTotals: [{ amount: "90", currency: "GBP" }],
  termsVersion: 2,
  createdAt: started,
  updatedAt: started,
};

const nothingParked = { count: 0, more: false, atRisk: [] };

function ledgerOf(all: readonly TokenRecord[] = records): Ledger {
  return {
    ...createMemoryLedger({ clock: () => started }),
    records: async ({ limit, states, work }) =>
      all
        .filter(({ state }) => states?.includes(state) ?? true)
        .filter((each) => work === undefined || work === workLeft(each))
        .slice(0, limit),
    recordsOf: async (id) => all.filter((each) => each.executionId === id),
    recorded: async (id) => {
      const own = all.filter((each) => each.executionId === id);
      const execution = { ...executionRecord, executionId: id, size: own.length };
      return own.length === 0 ? undefined : { execution, records: own, at: started };
    },
    history: async (token) => [
      {
        token,
        at: started,
        event: "claim",
        from: undefined,
        to: "claimed",
        holder: "vm:1:aa",
        epoch: 1,
        attempt: 0,
        detail: "",
      },
      {
        token,
        at: started + 1000,
        event: "submit",
        from: "claimed",
        to: "submitted",
        holder: "vm:1:aa",
        epoch: 1,
        attempt: 1,
        detail: '{"amount":"7","currency":"USD"}',
      },
      {
        token,
        at: started + 61_000,
        event: "unknown",
        from: "submitted",
        to: "unknown",
        holder: "vm:1:aa",
        epoch: 1,
        attempt: 1,
        detail: "outcome-unknown: No answer.",
      },
    ],
  };
}

describe("buyonce status", () => {
  const options: StatusCommandOptions = { limit: 100 };
  async function status(changes: Partial<StatusCommandOptions> = {}, id?: string, ledger = ledgerOf(), columns = 200) {
    const { terminal, written } = fakeTerminal({ columns });
    const { parts, calls } = standInParts({ terminal, openLedger: () => ledger });
    return { code: await statusCommand(id, { ...options, ...changes }, parts), calls, ...written };
  }

  test("one execution: what, status, commitment, price, since when, why; sums; what to do next", async () => {
    const { code, stdout, calls } = await status({}, undefined, ledgerOf(), 260);
    expect(code).toBe(0);
    expect(calls.names).toEqual(["ledger"]);
    expect(calls).toMatchObject({ ledger: ".buyonce/ledger.db", ledgerOptions: { mustExist: true } });
    // It says where to look for what may be bought, and asks nobody.
    expect(calls.providers).toMatchObject([{ names: ["azure"] }]);
    const rows = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, " | "));
    const what = `1 × Standard_B1ls (compute), westus, P1Y, Upfront, ${payer}`;
    const [when, id] = ["2026-11-22 09:05:00", commitment.id];
    expect(rows[0]).toBe(`Execution ${executionId}`);
    expect(rows).toContain("state | working");
    expect(rows).toContain("at risk | 1 sent, and may be bought: 7.00 USD");
    expect(rows).toContain("to come | 2, at most 30.00 GBP; 1 without a limit (maxPrice)");
    expect(rows).toContain("total allowed | 90.00 GBP");
    expect(rows).toContain("# | what | status | commitment | price | changed (UTC) | why");
    for (const row of [
      `0 | ${what} | purchased | ${id} | 24.50 GBP | ${when}`,
      `1 | ${what} | purchased | ${id} | ${when} | not yet settled (Creating)`,
      `2 | ${what} | unresolved | 7.00 USD | ${when} | No answer. (outcome-unknown)`,
      `3 | ${what} | in-progress | ${when} | vm:1:aa holds it until 2026-11-22 09:05:30`,
      `4 | none disk | abandoned | ${when} | its driver ended before anything was sent`,
      "shown | 2 purchased, 1 in-progress, 1 unresolved, 1 abandoned",
      "bought | 24.50 GBP | 1 without a known price",
      "sent, may be bought | 7.00 USD",
      "azure 9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d | 24.50 GBP, 1 without a known price | 7.00 USD",
      "next: find out what became of it, and buy what was not bought:\n | buyonce redrive",
      "next: wait until the provider's state is final:\n | buyonce settle",
    ])
      expect(rows.join("\n")).toContain(row);
    // What may be bought comes first, then what waits, then what is bought.
    expect(stdout.match(/^\d(?= )/gm)).toEqual(["2", "3", "4", "0", "1"]);
  });

  test.each([80, 200])(
    "several, at %d columns: what needs a person first, and its execution before the others, each in one piece",
    async (width) => {
      const error = { code: "price-above-limit", message: "Too dear." } as const;
      const all = [
        record(0, { executionId: "fine" }),
        record(0, { executionId: "left" }),
        record(1, { executionId: "left", state: "claimed" }),
        record(2, { executionId: "left", state: "refused", error }),
        record(0, { executionId: "lost" }),
        record(1, { executionId: "lost", state: "written-off" }),
        record(2, { executionId: "lost", state: "unknown", parkedAt: started, error: lost }),
        // Refused, and yet it may be bought: a person decides.
        record(3, { executionId: "lost", state: "refused", error: { ...error, code: "several-commitments" } }),
      ];
      const { stdout } = await status({}, undefined, ledgerOf(all), width);
      const table = stdout.slice(stdout.indexOf("\nexecution "));
      expect(table.match(/(?<=^execution )\w+$|^\d(?= )/gm)).toEqual(
        ["lost", "2", "3", "1", "0"].concat(["left", "2", "1", "0"], ["fine", "0"]),
      );
    },
  );

  test.each([60, 80, 100, 130, 160])("ids stand whole at %d columns", async (width) => {
    const another = "0f7d1a3e-5b2c-4d6f-8a9b-0c1d2e3f4a5b";
    const all = [...records, record(5, { executionId: another, commitment: done })];
    const { stdout } = await status({}, undefined, ledgerOf(all), width);
    const table = stdout.slice(stdout.indexOf("\nexecution "), stdout.indexOf("\nshown"));
    expect(table.split(payer).length - 1).toBe(5);
    expect(table.split(commitment.id).length - 1).toBe(3);
    for (const id of [executionId, another]) expect(table).toContain(`\nexecution ${id}\n`);
  });

  test("several: the id stands once among the executions and once before its rows; more than the limit is said", async () => {
    const others = [record(0, { executionId: "another" }), record(1, { executionId: "another" }), ...records];
    const { stdout } = await status({ limit: 3 }, undefined, ledgerOf(others));
    expect(stdout.match(/another/g)).toHaveLength(2);
    expect(stdout).toContain("These are the last 3; there are more: --limit shows them, --state narrows.");
  });

  test.each([80, 100, 140, 200])("no line is wider than %d columns", async (width) => {
    const message = "Reservation order ".concat("0a1b2c3d-1111-2222-3333-444455556666 ".repeat(3));
    const all = [
      ...records,
      record(5, { executionId: "another", state: "refused", error: { code: "internal", message } }),
    ];
    const { stdout } = await status({}, undefined, ledgerOf(all), width);
    // A command stands whole: it is there to be copied.
    const lines = stdout.split("\n").filter((line) => !/^ +(buyonce|az) /.test(line));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test("--sandbox, --ledger and --state choose; nothing found is said", async () => {
    expect((await status({ sandbox: true })).calls.ledger).toBe(".buyonce/sandbox-ledger.db");
    expect((await status({ ledger: "my.db" })).calls.ledger).toBe("my.db");
    expect((await status({ state: "rejected" })).stdout).toBe("Nothing is rejected.\n");
    expect((await status({}, undefined, ledgerOf([]))).stdout).toBe("The ledger holds nothing.\n");
    expect((await status({ state: "rejected" }, executionId)).stdout).toMatch(
      /total allowed +90.00 GBP[^]*\nNothing is rejected\.\n$/,
    );
    await expect(status({}, "none")).rejects.toThrow('The ledger knows no execution "none"');
  });

  test("--json: one document, times in ISO 8601", async () => {
    const account = "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d";
    const { stdout } = await status({ json: true, state: "unknown" }, executionId);
    expect(JSON.parse(stdout)).toEqual({
      executions: [expect.objectContaining({ executionId, state: "working", unlimited: 1 })],
      recommendations: [
        {
          executionId,
          recIndex: 2,
          token: deriveIdempotencyToken(executionId, 2),
          provider: "azure",
          service: "compute",
          account,
          description: "1 × Standard_B1ls (compute), westus, P1Y, Upfront",
          status: "unresolved",
          state: "unknown",
          price: { amount: "7", currency: "USD" },
          error: lost,
          lookFor: expect.objectContaining({ account, sent: [{ amount: { amount: "7", currency: "USD" } }] }),
          attempt: 1,
          generation: 0,
          createdAt: "2026-11-22T09:05:00.000Z",
          updatedAt: "2026-11-22T09:05:00.000Z",
        },
      ],
      more: false,
      totals: { bought: [], unresolved: [{ amount: "7", currency: "USD" }] },
      payments: [],
      accounts: [
        { provider: "azure", account, bought: [], unresolved: [{ amount: "7", currency: "USD" }], payments: [] },
      ],
    });
  });
});

describe("descriptions without an SDK", () => {
  test("say what the executors say, for everything that the fixture buys", async () => {
    const providers = [createAzure(), createAws(), createGcp()];
    const recommendations = validateExecution(fixture, providers).recommendations.flatMap((place) =>
      isSkip(place) ? [] : [place],
    );
    const said = recommendations.map((recommendation) => {
      const services = providers.find(({ name }) => name === recommendation.provider)?.services;
      return services?.[recommendation.service]?.describe(recommendation);
    });
    const all = recommendations.map((recommendation, recIndex) => record(recIndex, { recommendation }));
    expect(await describeRecords(all)).toEqual(said);
    expect(said.length).toBeGreaterThan(8);
  });

  test("what nobody knows, or cannot be read, is provider and service", async () => {
    const strange = [
      disk,
      { ...disk, provider: "aws", service: "unheard-of" },
      { ...disk, provider: "azure", service: "savings-plans" },
    ];
    const all = strange.map((recommendation, recIndex) => record(recIndex, { recommendation }));
    expect(await describeRecords(all)).toEqual(["none disk", "aws unheard-of", "azure savings-plans"]);
  });
});

describe("buyonce history", () => {
  async function history(recIndex?: number, json = false) {
    const { terminal, written } = fakeTerminal({ columns: 140 });
    const { parts } = standInParts({ terminal, openLedger: () => ledgerOf() });
    return { code: await historyCommand(executionId, recIndex, { json }, parts), ...written };
  }

  test("every change: when, what, the state after it, try, driver, price or answer code", async () => {
    const { code, stdout } = await history(2);
    expect(code).toBe(0);
    expect(stdout).toBe(`#2 1 × Standard_B1ls (compute), westus, P1Y, Upfront, ${payer}

time (UTC)           what             then       try  driver   detail
${"─".repeat(90)}
2026-11-22 09:05:00  claimed          claimed         vm:1:aa
2026-11-22 09:05:01  written ahead    submitted    1  vm:1:aa  at 7.00 USD
2026-11-22 09:06:01  outcome unknown  unknown      1  vm:1:aa  outcome-unknown: No answer.
`);
    expect((await history()).stdout.match(/^#\d/gm)).toEqual(["#0", "#1", "#2", "#3", "#4"]);
    await expect(history(9)).rejects.toThrow("knows no recommendation #9");
  });

  test("what a person changed says what, who and why", () => {
    const line = {
      token: "t",
      at: started,
      from: "claimed",
      to: "claimed",
      holder: undefined,
      epoch: 1,
      attempt: 0,
    } as const;
    const lines = [
      { ...line, event: "limits", person: "ann", detail: "limits, says ann: as agreed" },
      { ...line, event: "redrive", person: "ann", detail: "asked by ann" },
    ];
    const rows = historyText(lines, 140, (_style, text) => text).replaceAll(/ {2,}/g, " | ");
    expect(rows).toContain("limit changed | claimed | by ann: as agreed\n");
    expect(rows).toContain("re-drive | claimed | asked by ann\n");
  });

  test("--json: one document, the answer code apart", async () => {
    const document = JSON.parse((await history(2, true)).stdout) as { recommendations: { history: object[] }[] };
    expect(document).toMatchObject({ executionId, recommendations: [{ recIndex: 2 }] });
    expect(document.recommendations[0]?.history[2]).toEqual({
      at: "2026-11-22T09:06:01.000Z",
      event: "unknown",
      from: "submitted",
      to: "unknown",
      holder: "vm:1:aa",
      epoch: 1,
      attempt: 1,
      code: "outcome-unknown",
      detail: "No answer.",
    });
  });
});

describe("buyonce settle", () => {
  const againstReal: SettleCommandOptions = { concurrency: 4, timeout: 60 };
  const loopback = "http://127.0.0.1:4001";
  const options: SettleCommandOptions = { ...againstReal, azureEndpoint: loopback, awsEndpoint: loopback };
  const failed = outcome({
    recIndex: 1,
    status: "rejected",
    error: {
      code: "purchase-rejected",
      providerCode: "BillingFailed",
      message: "It came to nothing.",
      retryable: false,
    },
  });
  const settled = outcome({ ...bought, status: "already-purchased" });
  const stillPending = outcome({
    recIndex: 1,
    status: "already-purchased",
    commitment: { id: "a", state: "Creating", settled: false },
  });
  let last: ReturnType<typeof standInParts>["calls"] | undefined;
  afterEach(() => (last = undefined));

  async function settle(
    outcomes: Parameters<typeof report>[0],
    changes: Partial<SettleCommandOptions> = {},
    id?: string,
  ) {
    const { terminal, written } = fakeTerminal();
    const all = id === undefined ? records : [record(1, { commitment: pending })];
    const { parts, calls } = standInParts({
      terminal,
      openLedger: () => ledgerOf(all),
      settle: async () => [report(outcomes)],
    });
    last = calls;
    return { code: await settleCommand(id, { ...options, ...changes }, parts), ...written };
  }

  test.each([
    [0, [settled]],
    [3, [settled, failed]],
    [3, [stillPending, failed]],
    [4, [settled, stillPending]],
    [4, [outcome({ ...bought, status: "already-purchased", warnings: ["Its marker is missing."] })]],
    [4, [outcome({ status: "in-progress" })]],
  ])("exit code %d", async (code, outcomes) => {
    expect((await settle(outcomes)).code).toBe(code);
  });

  test("what came to nothing is said loudly, with the next step; nobody is asked", async () => {
    const { stdout } = await settle([settled, failed], {}, executionId);
    expect(stdout).toContain("CAME TO NOTHING: #1. Bought before, and now not bought: see why below.");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(`then drive it again: it starts over.`);
    expect(stdout).toMatch(new RegExp(`^ +buyonce redrive ${executionId} `, "m"));
    expect(last?.names).toEqual(["ledger", "settle", "interrupts ignored"]);
    expect(last?.settleOptions).toMatchObject({ executionId, deadline: 1_060_000, concurrency: 4 });
  });

  test("what is still pending: settle again", async () => {
    const { stdout } = await settle([settled, stillPending]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain(
      `Bought; the provider is still completing it. To see it completed, run buyonce settle again later: it is not bought twice.`,
    );
    expect(stdout).toMatch(new RegExp(`^ +buyonce settle ${executionId} `, "m"));
    expect(stdout).not.toContain("CAME TO NOTHING");
  });

  test("against a real cloud it needs no --yes; --json: one document of reports", async () => {
    const { stdout } = await settle([settled], { azureEndpoint: undefined, awsEndpoint: undefined, json: true });
    expect(last?.ledger).toBe(".buyonce/ledger.db");
    expect(JSON.parse(stdout)).toMatchObject({
      reports: [{ executionId, outcomes: [{ status: "already-purchased" }] }],
    });
  });

  test("another program's is not waited for: it is said to be pending, 4; its own is settled all the same", async () => {
    const { terminal, written } = fakeTerminal({ tty: true, columns: 200 });
    const tape: AnyRecommendation = { provider: "azure", service: "tape", quantity: 1, term: "P1Y" };
    const theirs = [disk, tape].map((recommendation, index) => record(index, { recommendation, commitment: pending }));
    const ledger = ledgerOf(theirs);
    const { parts, calls } = standInParts({ terminal, openLedger: () => ledger });
    const real = { ...parts, createPurchaser };
    expect(await settleCommand(undefined, againstReal, real)).toBe(4);
    const text = written.stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("0 none disk already-purchased");
    expect(text).toContain("1 azure tape already-purchased");
    expect(text).toContain("It was not looked at again: This worker has no executor for none disk");
    expect(written.stderr).not.toMatch(/disk|tape/);
    expect(calls.providers).toMatchObject([{ names: [] }]);

    const mixed = standInParts({
      openLedger: () => ledgerOf([...theirs, record(2, { commitment: pending })]),
      settle: async () => [report([settled])],
    });
    expect(await settleCommand(undefined, options, mixed.parts)).toBe(0);
    expect(mixed.calls.providers).toMatchObject([{ names: ["azure"] }]);
  });

  test.each([false, true])("nothing pending (--json %s): says so, 0, nothing is started", async (json) => {
    const { terminal, written } = fakeTerminal();
    const { parts, calls } = standInParts({ terminal, openLedger: () => ledgerOf([record(0, { commitment: done })]) });
    expect(await settleCommand(undefined, { ...againstReal, sandbox: true, json }, parts)).toBe(0);
    expect(calls.names).toEqual(["ledger"]);
    if (json) expect(JSON.parse(written.stdout)).toEqual({ reports: [], parked: nothingParked });
    else expect(written.stdout).toBe("Nothing is pending: what is bought is final.\n");
  });
});

test.each(["night\u200b", "night-\ud83d", "cafe\u0301", ""])(
  "A23: an execution id that none can have (%j) is a usage error of every command, and no ledger is opened",
  async (id) => {
    const { parts, calls } = standInParts();
    const buy = { ...plainOptions, retryRefused: false, parked: false };
    const said = { ...plainOptions, notBought: true, person: "Ada", reason: "seen" };
    for (const run of [
      () => statusCommand(id, { ...plainOptions, limit: 5 }, parts),
      () => historyCommand(id, 0, plainOptions, parts),
      () => settleCommand(id, plainOptions, parts),
      () => redriveCommand(id, buy, parts),
      () => resolveCommand(id, 0, said, parts),
    ]) {
      await expect(run()).rejects.toMatchObject({
        code: "invalid-configuration",
        message: expect.stringMatching(/^The execution id must /),
      });
    }
    expect(calls.names).toEqual([]);
  },
);
