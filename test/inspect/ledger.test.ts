import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { ledgerHistory } from "../../src/inspect/read-history.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { type StatusFilter, statusFilters } from "../../src/inspect/status-filters.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { dyingCall, execution, setup, token } from "../drive/setup.ts";

/** One execution for each way in which a recommendation can stand, oldest first, named after it. */
async function everyStatus() {
  const parts = setup();
  const { cloud, environment, options, purchaser, ledger } = parts;
  const drive = (executionId: string) => {
    environment.advance(60_000);
    return purchaser.drive({ ...execution(), executionId });
  };
  /** A driver that dies where the ledger never answers. */
  const dieAt = async (executionId: string, stuckAt: (die: () => Promise<never>) => Partial<Ledger>) => {
    const { die, reached } = dyingCall();
    const dead = { ...environment, every: () => () => undefined };
    const dying = createPurchaser({ ...options, ledger: { ...ledger, ...stuckAt(die) }, environment: dead });
    void dying.drive({ ...execution(), executionId });
    await reached;
  };
  const submitThenDie = (die: () => Promise<never>): Partial<Ledger> => ({
    submit: async (...all) => ledger.submit(...all).then(die),
  });
  await drive("settled");
  for (const order of cloud.orders) order.state = "Succeeded";
  await drive("settled");
  await drive("pending");
  await purchaser.drive({ ...execution(disk({ maxPrice: { amount: "9", currency: "GBP" } })), executionId: "refused" });
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await drive("parked");
  environment.advance(100 * 60 * 60_000);
  await drive("parked");
  cloud.faults.sends = ["rejected"];
  cloud.faults.resolve = undefined;
  await drive("rejected");
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await drive("unknown");
  await dieAt("abandoned", (die) => ({ submit: die }));
  await dieAt("submitted", submitThenDie);
  environment.advance(60_000);
  await dieAt("held", (die) => ({ submit: die }));
  await dieAt("sent", submitThenDie);
  return parts;
}

const names = async (ledger: Ledger, state?: StatusFilter, limit?: number) =>
  (await ledgerStatus(ledger, { state, limit })).recommendations.map(({ record }) => record.executionId);

describe("the status of the ledger", () => {
  test("every way to stand has its word, what was worked on last first", async () => {
    const { ledger } = await everyStatus();
    const { recommendations, totals, more } = await ledgerStatus(ledger);
    expect(recommendations.map(({ status, record }) => `${record.executionId}: ${status}`)).toEqual([
      "held: in-progress",
      "sent: in-progress",
      "abandoned: abandoned",
      "submitted: unresolved",
      "unknown: unresolved",
      "rejected: rejected",
      "parked: unresolved",
      "pending: purchased",
      "refused: refused",
      "settled: purchased",
    ]);
    const gbp = (amount: string) => [{ amount, currency: "GBP" }];
    expect({ totals, more }).toEqual({ totals: { bought: gbp("20"), unresolved: gbp("40") }, more: false });
  });

  test.each<[StatusFilter, string[]]>([
    ["purchased", ["pending", "settled"]],
    ["already-purchased", ["pending", "settled"]],
    ["pending", ["pending"]],
    ["in-progress", ["held", "sent"]],
    ["unresolved", ["submitted", "unknown", "parked"]],
    ["parked", ["parked"]],
    ["abandoned", ["abandoned"]],
    ["refused", ["refused"]],
    ["rejected", ["rejected"]],
    ["claimed", ["held", "abandoned"]],
    ["submitted", ["sent", "submitted"]],
    ["unknown", ["unknown", "parked"]],
  ])("filtered by %s; within one execution the same", async (state, expected) => {
    const { ledger } = await everyStatus();
    expect(await names(ledger, state)).toEqual(expected);
    for (const executionId of [
      "held",
      "sent",
      "abandoned",
      "submitted",
      "unknown",
      "parked",
      "rejected",
      "pending",
      "refused",
      "settled",
    ]) {
      const { recommendations } = await ledgerStatus(ledger, { executionId, state });
      expect(recommendations).toHaveLength(expected.includes(executionId) ? 1 : 0);
    }
    expect(statusFilters).toContain(state);
  });

  test("at most so many, and whether there are more; the totals are of those", async () => {
    const { ledger } = await everyStatus();
    expect(await names(ledger, undefined, 2)).toEqual(["held", "sent"]);
    const one = await ledgerStatus(ledger, { state: "purchased", limit: 1 });
    expect(one).toMatchObject({ more: true, totals: { bought: [{ amount: "10", currency: "GBP" }] } });
    expect(await ledgerStatus(ledger, { state: "purchased", limit: 2 })).toMatchObject({ more: false });
  });

  test("one execution comes in its order; an unknown one is an error; nothing is changed", async () => {
    const { ledger, purchaser } = setup();
    await purchaser.drive(execution(disk(), disk(), disk()));
    const before = await ledger.recordsOf("execution-1");
    const { recommendations } = await ledgerStatus(ledger, { executionId: "execution-1" });
    expect(recommendations.map(({ record }) => record.recIndex)).toEqual([0, 1, 2]);
    expect(await ledger.recordsOf("execution-1")).toEqual(before);
    await expect(ledgerStatus(ledger, { executionId: "none" })).rejects.toMatchObject({ code: "invalid-execution" });
  });
});

describe("the history", () => {
  test("every change with time, driver, attempt and answer code", async () => {
    const { ledger, purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    await purchaser.drive(execution());
    const [history, ...more] = await ledgerHistory(ledger, "execution-1");
    expect(more).toEqual([]);
    expect(history?.record.token).toBe(token());
    expect(history?.lines.map(({ event, from, to, attempt, code }) => [event, from, to, attempt, code])).toEqual([
      ["claim", "planned", "claimed", 0, undefined],
      ["submit", "claimed", "submitted", 1, undefined],
      ["reject", "submitted", "rejected", 1, "purchase-rejected"],
      ["claim", "rejected", "claimed", 1, undefined],
      ["submit", "claimed", "submitted", 2, undefined],
      ["purchase", "submitted", "purchased", 2, undefined],
    ]);
    expect(history?.lines[2]?.detail).toBe("CardDeclined: The card was declined.");
    const holders = new Set(history?.lines.map(({ holder }) => holder));
    expect(holders.size).toBe(2);
  });

  test("of one recommendation; what is not there is an error", async () => {
    const { ledger, purchaser } = setup();
    await purchaser.drive(execution(disk(), disk()));
    expect((await ledgerHistory(ledger, "execution-1", 1)).map(({ record }) => record.recIndex)).toEqual([1]);
    expect(await ledgerHistory(ledger, "execution-1")).toHaveLength(2);
    await expect(ledgerHistory(ledger, "execution-1", 2)).rejects.toThrow("recIndex: is not in the ledger");
    await expect(ledgerHistory(ledger, "none")).rejects.toThrow("executionId: is not in the ledger");
  });
});
