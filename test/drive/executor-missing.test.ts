import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { findUnfinished } from "../../src/drive/redrive-unfinished.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { ExecutionPlace, Ledger, TokenRecord, UnfinishedQuery } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createImitationCloud } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { setup } from "./setup.ts";

const minutes = 60_000;

/** Two clouds on one ledger: `purchaser` has the first, `theirs` the other, `both` has both. */
function twoClouds() {
  const parts = setup();
  const { environment, cloud, options } = parts;
  const otherCloud = createImitationCloud({ identity: "minted", now: environment.now });
  const { executor } = otherCloud;
  const theirExecutor: ServiceExecutor = {
    ...executor,
    provider: "other",
    schema: { safeParse: (data: unknown) => ({ success: true, data }) } as unknown as ServiceExecutor["schema"],
    scopeOf: () => ({ key: "other", label: "other" }),
    send: (submission, context) => executor.send({ ...submission, recommendation: disk() }, context),
  };
  const other: Provider = { name: "other", services: { disk: theirExecutor } };
  const worker = (...providers: Provider[]) => createPurchaser({ ...options, providers });
  return { ...parts, otherCloud, both: worker(cloud.provider, other), theirs: worker(other) };
}

const otherDisk = (): AnyRecommendation => ({ ...disk(), provider: "other" });
const execution = (executionId: string, ...recommendations: AnyRecommendation[]) => ({
  executionId,
  source: "test",
  recommendations,
});

/** A claim for a driver that dies with it. */
const request = (executionId: string, recommendation: AnyRecommendation): ExecutionPlace => ({
  token: `token of ${executionId}`,
  executionId,
  recIndex: 0,
  source: "test",
  recommendation,
  fingerprint: "f",
  scope: { key: "other", label: "other" },
});

/** All that a ledger knows of some executions. */
async function known(ledger: Ledger, ...ids: readonly string[]) {
  const records = (await Promise.all(ids.map((id) => ledger.recordsOf(id)))).flat();
  return { records, histories: await Promise.all(records.map(({ token }) => ledger.history(token))) };
}

function message(stands: string): string {
  return (
    `This worker has no executor for other disk, so it stays in the ledger as it is (${stands}). ` +
    "Run a worker that has one."
  );
}

describe("redriveUnfinished, with another worker's cloud in the ledger", () => {
  test("what is that one's is not touched, takes up no place, and is reported as it stands; that one drives it", async () => {
    const { both, purchaser, theirs, ledger, cloud, otherCloud, environment } = twoClouds();
    const ids = ["one", "two", "three"];
    otherCloud.faults.sends = ids.map(() => "lost-before");
    otherCloud.faults.resolve = "throws";
    for (const id of ids) await both.drive(execution(id, otherDisk()));
    environment.advance(minutes);
    cloud.faults.sends = ["lost-before", "lost-before"];
    cloud.faults.resolve = "throws";
    for (const id of ["mine", "mine too"]) await both.drive(execution(id, disk()));
    cloud.faults.resolve = undefined;
    otherCloud.faults.resolve = undefined;
    environment.advance(10 * minutes);
    const before = await known(ledger, ...ids);
    const asked = { ...otherCloud.counts };

    const reports = await purchaser.redriveUnfinished({ limit: 1 });
    expect(reports).toMatchObject([
      { executionId: "mine", outcomes: [{ status: "purchased" }] },
      ...ids.map((executionId) => ({
        executionId,
        outcomes: [
          {
            status: "unresolved",
            error: { code: "executor-missing", message: message("unknown"), retryable: false },
          },
        ],
      })),
    ]);
    expect(await known(ledger, ...ids)).toEqual(before);
    expect(otherCloud.counts).toEqual(asked);
    expect(cloud.orders).toHaveLength(1);

    const found = await theirs.redriveUnfinished({ limit: 3, olderThan: 5 * minutes });
    expect(found.map(({ executionId }) => executionId)).toEqual(ids);
    expect(found.map(({ outcomes }) => outcomes[0]?.status)).toEqual(["purchased", "purchased", "purchased"]);
    expect(otherCloud.orders).toHaveLength(3);
    // What its own worker looks after is nothing that another one sees, who waits for longer than that one's interval.
    environment.advance(minutes);
    expect(await purchaser.redriveUnfinished({ olderThan: 5 * minutes })).toMatchObject([{ executionId: "mine too" }]);
  });

  test("of one execution, its own recommendations are driven, with the whole budget, and all are in the report", async () => {
    const { both, purchaser, ledger, cloud, otherCloud, environment } = twoClouds();
    cloud.faults.sends = ["rejected"];
    otherCloud.faults.sends = ["rejected", undefined];
    await both.drive(execution("mixed", otherDisk(), disk(), otherDisk()));
    environment.advance(minutes);
    const maxTotals = [{ amount: "10", currency: "GBP" }];
    expect(await purchaser.redriveUnfinished({ retryRefused: true, maxTotals })).toMatchObject([
      {
        executionId: "mixed",
        outcomes: [
          { recIndex: 0, status: "refused", error: { code: "executor-missing", message: message("rejected") } },
          { recIndex: 1, status: "purchased" },
          {
            recIndex: 2,
            status: "already-purchased",
            commitment: { settled: false },
            warnings: [`It was not looked at again: ${message("purchased")}`],
          },
        ],
        totals: [{ amount: "20", currency: "GBP" }],
      },
    ]);
    expect((await ledger.recordsOf("mixed")).map(({ state }) => state)).toEqual(["rejected", "purchased", "purchased"]);
    expect(otherCloud.counts.sends).toBe(2);
  });

  test("what was claimed and never sent, and what is parked, is said to be so", async () => {
    const { both, purchaser, otherCloud, environment, ledger } = twoClouds();
    otherCloud.faults.sends = ["lost-before"];
    otherCloud.faults.resolve = "throws";
    await both.drive(execution("parked", otherDisk()));
    environment.advance(2 * 86_400_000);
    await both.redrive("parked");
    await claimPlaces(ledger, [request("claimed", otherDisk())], "dead:1:aa", 1000);
    environment.advance(minutes);
    const reports = await purchaser.redriveUnfinished({ includeParked: true });
    expect(reports.map(({ executionId, outcomes: [first] }) => [executionId, first?.status, first?.error])).toEqual([
      ["parked", "unresolved", { code: "executor-missing", message: message("parked"), retryable: false }],
      ["claimed", "refused", { code: "executor-missing", message: message("claimed"), retryable: false }],
    ]);
    expect(await purchaser.redriveUnfinished()).toMatchObject([
      { executionId: "claimed" },
      { executionId: "parked", outcomes: [{ error: { code: "outcome-unknown" }, parked: {} }] },
    ]);
  });

  test.each([
    ["a provider", []],
    ["a service", [{ name: "imitation", services: {} }]],
  ])("without %s for anything: all is skipped, nothing is claimed", async (_what, providers) => {
    const { options, purchaser, ledger } = setup();
    await purchaser.drive(execution("one", disk()));
    const before = await known(ledger, "one");
    const worker = createPurchaser({ ...options, providers });
    for (const reports of [await worker.redriveUnfinished(), await worker.watchPending()]) {
      expect(reports).toMatchObject([
        {
          outcomes: [
            { status: "already-purchased", warnings: [expect.stringContaining("no executor for imitation disk")] },
          ],
        },
      ]);
    }
    expect(await known(ledger, "one")).toEqual(before);
  });

  test("a service with the name of what every object has is not one that was given", async () => {
    const { ledger, purchaser, environment } = setup();
    await claimPlaces(ledger, [request("one", { ...disk(), service: "toString" })], "dead:1:aa", 1000);
    environment.advance(minutes);
    const before = await known(ledger, "one");
    expect(await purchaser.redriveUnfinished()).toMatchObject([
      { outcomes: [{ status: "refused", error: { code: "executor-missing" } }] },
    ]);
    await expect(purchaser.redrive("one")).rejects.toMatchObject({ code: "invalid-execution" });
    expect(await known(ledger, "one")).toEqual(before);
  });

  test("an error before anything was driven is thrown, although something was skipped", async () => {
    const { both, purchaser, cloud, otherCloud, environment } = twoClouds();
    [cloud.faults.sends, otherCloud.faults.sends] = [["rejected"], ["rejected"]];
    await both.drive(execution("one", otherDisk(), disk()));
    environment.advance(minutes);
    const signal = AbortSignal.abort();
    await expect(purchaser.redriveUnfinished({ retryRefused: true, signal })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});

describe("settle, with another worker's cloud in the ledger", () => {
  test("looks after its own, waits for nothing else, and reports that as it stood", async () => {
    const { both, purchaser, ledger, cloud, otherCloud, environment } = twoClouds();
    await both.drive(execution("theirs", otherDisk()));
    await both.drive(execution("mixed", disk(), otherDisk()));
    const before = await known(ledger, "theirs");
    const asked = { ...otherCloud.counts };
    const started = environment.now();
    const events: DriveEvent[] = [];
    const onEvent = (event: DriveEvent) => {
      events.push(event);
      if (event.type === "still-pending") for (const order of cloud.orders) order.state = "Succeeded";
    };
    const pending = {
      status: "already-purchased",
      commitment: { settled: false },
      warnings: [`It was not looked at again: ${message("purchased")}`],
    };
    const reports = await purchaser.watchPending({ onEvent });
    expect(reports.toSorted((a, b) => (a.executionId < b.executionId ? -1 : 1))).toMatchObject([
      { executionId: "mixed", outcomes: [{ commitment: { settled: true } }, { recIndex: 1, ...pending }] },
      { executionId: "theirs", outcomes: [pending] },
    ]);
    expect(reports.flatMap(({ outcomes }) => outcomes)).toHaveLength(3);
    expect(events.filter(({ type }) => type === "still-pending")).toMatchObject([{ pending: 1, wait: 5000 }]);
    expect(environment.now() - started).toBe(5000);
    expect(await known(ledger, "theirs")).toEqual(before);
    expect(otherCloud.counts).toEqual(asked);
  });

  test("an execution that is named, and that it has no executor for, is an error", async () => {
    const { both, purchaser } = twoClouds();
    await both.drive(execution("theirs", otherDisk()));
    await expect(purchaser.watchPending({ executionId: "theirs" })).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "recommendations[0]", message: "needs other disk" }],
    });
  });

  test("an error before anything was looked at is thrown, although something was skipped", async () => {
    const { both, options } = twoClouds();
    await both.drive(execution("one", otherDisk(), disk()));
    const broken = new LedgerError({ code: "ledger-unavailable", message: "gone" });
    const ledger: Ledger = { ...options.ledger, claim: () => Promise.reject(broken) };
    await expect(createPurchaser({ ...options, ledger }).watchPending()).rejects.toBe(broken);
  });
});

describe("what a driver finds that it can drive", () => {
  /** A ledger with these left behind, `m` for mine and `t` for theirs, and what it was asked for. */
  function lined(up: string) {
    const limits: number[] = [];
    const records = up.split("").map((whose, recIndex) => ({ recIndex, source: whose }) as TokenRecord);
    const ledger = {
      now: async () => 0,
      execution: async () => undefined,
      unfinished: async ({ limit, after }: UnfinishedQuery) => {
        limits.push(limit);
        const begin = after === undefined ? 0 : after.recIndex + 1;
        return records.slice(begin, begin + limit);
      },
    } as unknown as Ledger;
    const find = async (limit: number) => {
      const query = { olderThan: 0, limit, refused: false, parked: false };
      const { own, withoutExecutor } = await findUnfinished(ledger, query, ({ source }) => source === "m");
      return [own, withoutExecutor].map((found) => found.map(({ recIndex }) => recIndex));
    };
    return { limits, find };
  }

  test.each<[string, number, number[], number[], number[]]>([
    ["mmm", 2, [100], [0, 1], []],
    ["tmm", 2, [100], [1, 2], [0]],
    ["tmmm", 2, [100], [1, 2], [0]],
    ["tm", 3, [100], [1], [0]],
    ["tt", 2, [100], [], [0, 1]],
    [`${"t".repeat(1100)}m`, 2, [100, 1000, 1000], [1100], Array.from({ length: 1100 }, (_, index) => index)],
    ["m".repeat(300), 250, [250], Array.from({ length: 250 }, (_, index) => index), []],
    ["", 2, [100], [], []],
    ["m", 0, [100], [], []],
  ])("%s, at most %d", async (up, limit, asked, own, withoutExecutor) => {
    const { limits, find } = lined(up);
    expect(await find(limit)).toEqual([own, withoutExecutor]);
    expect(limits).toEqual(asked);
  });
});
