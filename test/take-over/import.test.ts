import { describe, expect, onTestFinished, test } from "vitest";
import { join } from "node:path";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { countBought, execution, ourEngine, runGo, startClouds } from "./take-over-run.ts";
import { proofTest } from "../standing-for-all.ts";

const { executionId, source, recommendations } = execution;
const placeOf = (provider: string, service: string) =>
  recommendations.findIndex((one) => one.provider === provider && one.service === service);
const [ec2, plan, rds] = [placeOf("aws", "ec2"), placeOf("aws", "savings-plans"), placeOf("aws", "rds")];
const by = { from: "go-engine", file: "export.json" } as const;

/** What the Go engine's table says of a place. */
interface Said {
  readonly id?: string | undefined;
  readonly selected?: boolean;
  readonly error?: string;
  readonly wanted?: Readonly<Record<string, unknown>>;
}

const place = (recIndex: number, { id, selected = true, error = "", wanted = {} }: Said) => ({
  ...recommendations[recIndex],
  ...wanted,
  Selected: selected,
  Purchased: id !== undefined,
  PurchaseID: id ?? "",
  Error: error,
});

/** A row with all 16 places, none of them selected but those that are named. */
function rowOf(said: Readonly<Record<number, Said>>, changes: object = {}) {
  const places = recommendations.map((_, recIndex) => place(recIndex, said[recIndex] ?? { selected: false }));
  return {
    execution_id: "e-1",
    idempotency_key: executionId,
    status: "completed",
    source,
    recommendations: places,
    ...changes,
  };
}

/** The same execution, to be driven from a file. */
function fileOf(...recIndexes: readonly number[]) {
  const skip = { skip: "not selected" };
  return {
    ...execution,
    recommendations: recommendations.map((one, index) => (recIndexes.includes(index) ? one : skip)),
  };
}

async function sqlite(): Promise<Ledger> {
  const ledger = await openSqliteLedger({ file: join(temporaryFolder(), "ledger.db") });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** What the Go engine bought at these places, by recIndex. */
async function bought(sandbox: CloudSandbox, ...recIndexes: readonly number[]) {
  const { lines } = await runGo(sandbox, recIndexes);
  return new Map(lines.map((line) => [line.recIndex, line.bought ?? ""]));
}

async function approve(engine: ReturnType<typeof ourEngine>, id = executionId) {
  const { termsHash } = await engine.execution(id);
  await engine.approve(id, { person: "Ada", reason: "read", termsHash });
}

describe("A13: what the Go engine bought is imported before the first drive", () => {
  test("16 of 16 services are recorded with their ids, a drive sends nothing, and an import again changes nothing", async () => {
    await using sandbox = await startClouds();
    const ids = await bought(sandbox, ...recommendations.keys());
    const row = rowOf(Object.fromEntries([...ids].map(([recIndex, id]) => [recIndex, { id }])));
    const ledger = await sqlite();
    const engine = ourEngine(sandbox, { ledger });
    const [taken] = (await engine.importExecutions(JSON.stringify([row]), by)).executions;
    expect(taken).toMatchObject({ row: "row 1", executionId, status: "completed", result: "recorded", problems: [] });
    expect(taken?.places.map(({ result }) => result)).toEqual(recommendations.map(() => "bought"));
    for (const { recIndex, commitment } of taken?.places ?? []) {
      // OpenSearch goes by its own id; the Go engine's is the name.
      if (recIndex !== placeOf("aws", "opensearch")) expect(commitment).toBe(ids.get(recIndex));
    }
    const record = (await ledger.recordsOf(executionId))[plan];
    expect(record).toMatchObject({
      state: "purchased",
      source,
      decision: { kind: "bought", person: "import from the Go engine", reason: "export.json, row 1" },
    });

    const before = await ledger.recorded(executionId);
    const [again] = (await engine.importExecutions(JSON.stringify([row]), by)).executions;
    expect(again?.result).toBe("known");
    expect(again?.places.map(({ result }) => result)).toEqual(recommendations.map(() => "bought"));
    expect((await ledger.recorded(executionId))?.records).toEqual(before?.records);

    const { outcomes } = await engine.drive(execution);
    expect(outcomes.map(({ status }) => status)).toEqual(recommendations.map(() => "already-purchased"));
    expect(countBought(sandbox)).toBe(16);
  }, 60_000);

  test("what is open waits for an approval, then it is bought under the Go engine's token; what was not selected is not", async () => {
    await using sandbox = await startClouds();
    const ids = await bought(sandbox, rds);
    const key = `${executionId}:222233334444`;
    const row = rowOf({ [rds]: {}, [ec2]: { error: "it timed out" } }, { cloud_account_id: "222233334444" });
    const ledger = await sqlite();
    const engine = ourEngine(sandbox, { ledger });
    const [taken] = (await engine.importExecutions(JSON.stringify([row]), by)).executions;
    expect(taken?.places[rds]).toEqual({ recIndex: rds, result: "open" });
    expect(taken?.places[ec2]).toEqual({ recIndex: ec2, result: "open", note: "the Go engine's error: it timed out" });
    expect(taken?.places[plan]).toEqual({ recIndex: plan, result: "skipped", note: "not selected in the Go engine" });
    expect(taken?.executionId).toBe(key);
    expect(await engine.redriveUnfinished()).toEqual([]);
    expect((await engine.redrive(key)).outcomes[rds]?.error?.code).toBe("approval-missing");
    expect(countBought(sandbox)).toBe(1);
    await approve(engine, key);
    const { outcomes } = await engine.redrive(key);
    expect(
      outcomes.map(({ recIndex, status }) => [recIndex, status]).filter(([, status]) => status !== "skipped"),
    ).toEqual([
      [ec2, "purchased"],
      [rds, "purchased"],
    ]);
    expect(outcomes[rds]?.commitment?.id).not.toBe(ids.get(rds));
    expect(countBought(sandbox)).toBe(3);
  });

  test.each([
    ["the key", { idempotency_key: "k-1" }, "k-1"],
    ["the execution id where there is none", { idempotency_key: null }, "e-1"],
    ["the execution id where it is empty", { idempotency_key: "" }, "e-1"],
    ["the key with the account", { idempotency_key: "k-1", cloud_account_id: "0123" }, "k-1:0123"],
    ["a key that has the account already", { idempotency_key: "k-1:0123", cloud_account_id: "0123" }, "k-1:0123"],
  ])("the execution is %s", async (_, columns, expected) => {
    await using sandbox = await startClouds();
    const engine = ourEngine(sandbox, { ledger: await sqlite() });
    const report = await engine.importExecutions(JSON.stringify(rowOf({ [rds]: {} }, columns)), by);
    expect(report.executions).toMatchObject([{ executionId: expected, result: "recorded" }]);
    expect((await engine.execution(expected)).execution.source).toBe(source);
  });
});

describe("what is said to be bought and does not show", () => {
  test("waits alone: nothing is bought for it, the rest goes on; once it shows it is recorded", async () => {
    await using sandbox = await startClouds();
    const ledger = await sqlite();
    const engine = ourEngine(sandbox, { ledger });
    const text = (id: string) => JSON.stringify(rowOf({ [ec2]: { id }, [rds]: {} }));
    const hidden = "0a1b2c3d-1111-2222-3333-444455556666";
    const [taken] = (await engine.importExecutions(text(hidden), by)).executions;
    expect(taken?.result).toBe("recorded");
    expect(taken?.places[ec2]).toMatchObject({
      result: "waits",
      commitment: hidden,
      note: expect.stringContaining(`shows nothing under ${hidden}`),
    });
    expect((await engine.execution(executionId)).places).toMatchObject({ bought: 0, atRisk: 1, toCome: 1 });
    await approve(engine);
    const { outcomes } = await engine.drive(fileOf(ec2, rds));
    expect(outcomes[ec2]).toMatchObject({ status: "refused", error: { code: "bought-elsewhere" } });
    expect(outcomes[rds]?.status).toBe("purchased");
    expect((await engine.plan(fileOf(ec2, rds))).recommendations[ec2]).toMatchObject({
      verdict: "refuse",
      error: { code: "bought-elsewhere" },
    });
    expect(sandbox.reservedInstances()).toHaveLength(0);

    // It shows under its final id, with the token.
    const final = (await bought(sandbox, ec2)).get(ec2);
    const [again] = (await engine.importExecutions(text(hidden), by)).executions;
    expect(again).toMatchObject({ result: "updated" });
    const note = `the Go engine's id is ${hidden}; the provider shows it by its token`;
    expect(again?.places[ec2]).toEqual({ recIndex: ec2, result: "bought", commitment: final, note });
    expect((await engine.importExecutions(text(hidden), by)).executions).toMatchObject([{ result: "known" }]);
    expect(sandbox.reservedInstances()).toHaveLength(1);
  });

  test("a newer export says so of an execution that is recorded: it waits from then on, for a driver too that is on its way", async () => {
    await using sandbox = await startClouds();
    const ledger = await sqlite();
    const engine = ourEngine(sandbox, { ledger });
    await engine.importExecutions(JSON.stringify(rowOf({ [ec2]: {}, [rds]: {} })), by);
    await approve(engine);
    const text = JSON.stringify(rowOf({ [ec2]: { id: "provisional" }, [rds]: {} }));
    let isImported = false;
    const claim: Ledger["claim"] = async (...given) => {
      const answers = await ledger.claim(...given);
      if (isImported) return answers;
      isImported = true;
      const [taken] = (await engine.importExecutions(text, by)).executions;
      expect(taken).toMatchObject({ result: "updated" });
      expect(taken?.places[ec2]).toMatchObject({ result: "waits", commitment: "provisional" });
      return answers;
    };
    const other = ourEngine(sandbox, { ledger: { ...ledger, claim } });
    const { outcomes } = await other.drive(fileOf(ec2, rds));
    expect(outcomes[ec2]?.error?.code).toBe("terms-changed");
    expect((await engine.importExecutions(text, by)).executions).toMatchObject([{ result: "known" }]);
    const again = await engine.drive(fileOf(ec2, rds));
    expect([ec2, rds].map((index) => again.outcomes[index]?.error?.code ?? "bought")).toEqual([
      "bought-elsewhere",
      "bought",
    ]);
    expect(sandbox.reservedInstances()).toHaveLength(0);
    expect((await ledger.executionHistory(executionId)).at(-1)).toMatchObject({
      event: "elsewhere",
      person: "import from the Go engine",
      reason: "export.json, row 1",
      detail: `#${ec2} provisional`,
    });
  });

  proofTest("the drive adopts what carries its token, without a person", async () => {
    await using sandbox = await startClouds();
    const engine = ourEngine(sandbox, { ledger: await sqlite() });
    await engine.importExecutions(JSON.stringify(rowOf({ [ec2]: { id: "provisional" } })), by);
    const final = (await bought(sandbox, ec2)).get(ec2);
    await approve(engine);
    expect((await engine.drive(fileOf(ec2))).outcomes[ec2]).toMatchObject({
      status: "already-purchased",
      commitment: { id: final },
    });
  });

  test("a person says that the id is no purchase for it: it is bought then, once", async () => {
    await using sandbox = await startClouds();
    const engine = ourEngine(sandbox, { ledger: await sqlite() });
    await engine.importExecutions(JSON.stringify(rowOf({ [ec2]: { id: "provisional" } })), by);
    await approve(engine);
    const said = { executionId, recIndex: ec2, person: "Ada", reason: "never charged" };
    await expect(engine.resolveByPerson({ ...said, finding: { notThis: "another" } })).rejects.toMatchObject({
      code: "commitment-unverifiable",
    });
    await engine.resolveByPerson({ ...said, finding: { notThis: "provisional" } });
    expect((await engine.execution(executionId)).places).toMatchObject({ atRisk: 0, toCome: 1 });
    expect((await engine.drive(fileOf(ec2))).outcomes[ec2]?.status).toBe("purchased");
    expect(sandbox.reservedInstances()).toHaveLength(1);
  });

  proofTest("it counts towards the totals of its execution", async () => {
    await using sandbox = await startClouds();
    const engine = ourEngine(sandbox, { ledger: await sqlite() });
    await engine.importExecutions(JSON.stringify(rowOf({ [ec2]: { id: "provisional" }, [rds]: {} })), by);
    const maxTotals = [{ amount: "3800.00", currency: "USD" }];
    await engine.setLimits(executionId, { person: "Ada", reason: "budget", maxTotals });
    await approve(engine);
    // 1200 may be spent for the one that waits, and the other one costs more than the 2600 that are left.
    expect((await engine.redrive(executionId)).outcomes[rds]).toMatchObject({
      status: "refused",
      error: { code: "total-above-limit" },
    });
  });
});

describe("a row that contradicts changes nothing, and the others go on", () => {
  async function world() {
    const sandbox = await startClouds();
    onTestFinished(() => sandbox.close());
    const ledger = await sqlite();
    const engine = ourEngine(sandbox, { ledger });
    const good = rowOf({ [rds]: {} }, { idempotency_key: "good" });
    const take = async (row: object) => (await engine.importExecutions(JSON.stringify([row, good]), by)).executions;
    return { sandbox, ledger, engine, take };
  }
  const at = `row 1, recommendations[${ec2}].PurchaseID`;

  test("the provider: it is something else than what was asked for, whatever token it carries", async () => {
    const { sandbox, ledger, take } = await world();
    const id = (await bought(sandbox, ec2)).get(ec2) ?? "";
    const [first, second] = await take(rowOf({ [ec2]: { id, wanted: { quantity: 5 } }, [rds]: {} }));
    expect(first).toMatchObject({
      result: "not-taken",
      places: [],
      problems: [
        { path: at, message: expect.stringMatching(new RegExp(`^${id}: .*not what was asked for.*quantity`)) },
      ],
    });
    expect(second?.result).toBe("recorded");
    expect(await ledger.recorded(executionId)).toBeUndefined();
  });

  proofTest("the provider: it carries another token, so the key or the place is wrong", async () => {
    const { sandbox, ledger, take } = await world();
    const id = (await bought(sandbox, ec2)).get(ec2) ?? "";
    const [first] = await take(rowOf({ [ec2]: { id } }, { idempotency_key: "another-key" }));
    expect(first?.problems).toMatchObject([
      { path: at, message: expect.stringContaining("another recommendation's token") },
    ]);
    expect(await ledger.recorded("another-key")).toBeUndefined();
  });

  test("the provider cannot be asked", async () => {
    const { sandbox, ledger, take } = await world();
    const id = (await bought(sandbox, ec2)).get(ec2) ?? "";
    const fault = { kind: "status", status: 403, code: "UnauthorizedOperation", when: "before" } as const;
    sandbox.addFault({ match: { action: "DescribeReservedInstances" }, fault, times: 100 });
    const [first, second] = await take(rowOf({ [ec2]: { id } }));
    expect([first?.result, first?.problems[0]?.path, second?.result]).toEqual(["not-taken", at, "recorded"]);
    expect(await ledger.recorded(executionId)).toBeUndefined();
  });

  test("the ledger: another list, another source, another purchase, a place that a person dropped", async () => {
    const { sandbox, ledger, engine, take } = await world();
    const id = (await bought(sandbox, ec2)).get(ec2) ?? "";
    await take(rowOf({ [ec2]: { id }, [rds]: {} }));
    await engine.skip(executionId, rds, { person: "Ada", reason: "no more" });
    const before = await ledger.recorded(executionId);
    const problemsOf = async (row: object) => {
      const [first, second] = await take(row);
      expect([first?.result, second?.result]).toEqual(["not-taken", "known"]);
      return first?.problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
    };
    const asked = sandbox.requests.length;
    expect(await problemsOf(rowOf({ [ec2]: { id }, [plan]: { id: "more" } }))).toContain(`#${rds} was removed`);
    expect(sandbox.requests).toHaveLength(asked);
    expect(await problemsOf(rowOf({ [ec2]: { id }, [rds]: {} }, { source: "cudly-cli" }))).toContain("cudly-cli");
    expect(await problemsOf(rowOf({ [ec2]: { id }, [rds]: { id: "rds-1" } }))).toContain("a person skipped this place");
    const other = (await ourEngine(sandbox).drive({ ...fileOf(ec2), executionId: "other" })).outcomes[ec2]?.commitment;
    expect(await problemsOf(rowOf({ [ec2]: { id: other?.id }, [rds]: {} }))).toContain(`as bought as ${id}`);
    expect(await ledger.recorded(executionId)).toEqual({ ...before, at: expect.any(Number) });
  });

  test("the ledger: it was sent from here too, or a person said that the id is another purchase", async () => {
    const { sandbox, ledger, engine, take } = await world();
    await take(rowOf({ [ec2]: {}, [rds]: { id: "not theirs" } }));
    await engine.resolveByPerson({
      executionId,
      recIndex: rds,
      person: "Ada",
      reason: "not on the bill",
      finding: { notThis: "not theirs" },
    });
    await approve(engine);
    const fault = { kind: "status", status: 500, code: "InternalError", when: "before" } as const;
    sandbox.addFault({ match: { action: "PurchaseReservedInstancesOffering" }, fault, times: 100 });
    await engine.redrive(executionId, { maxTotals: [{ amount: "1200.00", currency: "USD" }] });
    await engine.redrive(executionId);
    const before = await ledger.recorded(executionId);
    expect(before?.records.find(({ recIndex }) => recIndex === ec2)?.state).toBe("unknown");
    const [first] = await take(rowOf({ [ec2]: { id: "hidden" }, [rds]: { id: "not theirs" } }));
    expect(first?.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("hidden: it was sent from here too"),
      "not theirs: a person said in the ledger that this is another purchase",
    ]);
    expect((await ledger.recorded(executionId))?.records).toEqual(before?.records);
  });

  test("one commitment in two rows counts for the first alone", async () => {
    const { sandbox, ledger, engine } = await world();
    const ids = await bought(sandbox, plan);
    const said = { [plan]: { id: ids.get(plan) } };
    const rows = [rowOf(said), rowOf(said, { idempotency_key: "second" })];
    const { executions } = await engine.importExecutions(JSON.stringify(rows), by);
    expect(executions.map(({ result }) => result)).toEqual(["recorded", "not-taken"]);
    expect(executions[1]?.problems[0]?.message).toContain("one commitment cannot count for two");
    expect(await ledger.recorded("second")).toBeUndefined();
  });
});

test("killed between the execution and what it bought: nothing is bought for it, and the same import goes on", async () => {
  await using sandbox = await startClouds();
  const ledger = await sqlite();
  const ids = await bought(sandbox, plan);
  const text = JSON.stringify(rowOf({ [plan]: { id: ids.get(plan) } }));
  const dying = ourEngine(sandbox, { ledger: { ...ledger, claim: () => Promise.reject(new Error("killed")) } });
  await expect(dying.importExecutions(text, by)).rejects.toThrow("killed");
  const engine = ourEngine(sandbox, { ledger });
  await approve(engine);
  expect((await engine.drive(fileOf(plan))).outcomes[plan]?.error?.code).toBe("bought-elsewhere");
  expect((await engine.importExecutions(text, by)).executions).toMatchObject([{ result: "updated" }]);
  expect((await engine.drive(fileOf(plan))).outcomes[plan]?.status).toBe("already-purchased");
  expect(sandbox.savingsPlans()).toHaveLength(1);
});

test("stopped: what it did not come to is not taken, and says so", async () => {
  await using sandbox = await startClouds();
  const engine = ourEngine(sandbox, { ledger: await sqlite() });
  const text = JSON.stringify(rowOf({ [rds]: {} }));
  const { executions } = await engine.importExecutions(text, { ...by, signal: AbortSignal.abort() });
  expect(executions).toMatchObject([
    { result: "not-taken", problems: [{ path: "row 1", message: expect.stringContaining("import again") }] },
  ]);
});
