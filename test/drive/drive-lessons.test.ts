import { describe, expect, test } from "vitest";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup, token } from "./setup.ts";

describe("lessons of earlier programs", () => {
  test("1014: a partly bought execution is finished by driving it again; what is settled is skipped", async () => {
    const { purchaser, cloud } = setup();
    const three = execution(disk(), disk({ size: "medium" }), disk({ size: "large" }));
    cloud.faults.sends = [undefined, "rejected", "failed"];
    const first = await purchaser.drive(three, { concurrency: 1 });
    expect(first.outcomes.map(({ status }) => status)).toEqual(["purchased", "rejected", "rejected"]);
    const second = await purchaser.drive(three, { concurrency: 1 });
    expect(second.outcomes.map(({ status }) => status)).toEqual(["already-purchased", "purchased", "purchased"]);
    expect(second.outcomes[0]).toEqual({ ...first.outcomes[0], status: "already-purchased" });
    expect([0, 1, 2].map((recIndex) => cloud.live(token(recIndex)).length)).toEqual([1, 1, 1]);
    expect(cloud.counts.sends).toBe(5);
  });

  test("1985: one record per recommendation, whatever became of it on the way; the history tells all of it in order", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.listing = "throws";
    await purchaser.drive(execution());
    cloud.faults.listing = undefined;
    cloud.faults.sends = ["rejected", "failed"];
    await purchaser.drive(execution());
    await purchaser.drive(execution());
    await purchaser.drive(execution());
    for (const order of cloud.orders) if (order.state === "Creating") order.state = "BillingFailed";
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(await ledger.recordsOf("execution-1")).toMatchObject([
      { recIndex: 0, token: token(), state: "purchased", generation: 2, attempt: 4 },
    ]);
    const history = await ledger.history(token());
    expect(history.map(({ event }) => event).join(" ")).toBe(
      "claim wait claim submit reject claim submit dead reject claim submit purchase claim reopen submit purchase",
    );
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("1830: another count under the same index is a conflict that names it, and buys nothing", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution(disk({ quantity: 2 })));
    const [outcome] = (await purchaser.drive(execution(disk({ quantity: 3 })))).outcomes;
    expect(outcome).toMatchObject({ status: "refused", error: { code: "execution-changed" } });
    expect(outcome?.error?.message).toContain("#0 was changed (quantity)");
    expect(cloud.counts).toMatchObject({ quotes: 1, sends: 1 });
  });

  test("1905: a caller cannot bring a price: the provider's quote is what is reported, summed and limited", async () => {
    const { purchaser, cloud } = setup();
    const priced = { ...disk(), price: { amount: "1", currency: "GBP" } };
    await expect(purchaser.drive(execution(priced))).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "recommendations[0].price", message: "is not a known field" }],
    });
    cloud.faults.price = "31";
    const report = await purchaser.drive(execution(disk(), disk({ maxPrice: { amount: "30", currency: "GBP" } })));
    expect(report.outcomes).toMatchObject([
      { status: "purchased", price: { amount: "31", currency: "GBP" } },
      { status: "refused", error: { code: "price-above-limit" } },
    ]);
    expect(report.totals).toEqual([{ amount: "31", currency: "GBP" }]);
  });

  test("1537: an execution id that differs only in letter case is another execution, and says so by its own token", async () => {
    const { purchaser, cloud } = setup();
    const lower = { ...execution(), executionId: "night-a" };
    const [one] = (await purchaser.drive(lower)).outcomes;
    const [other] = (await purchaser.drive({ ...lower, executionId: "night-A" })).outcomes;
    expect(one?.token).not.toBe(other?.token);
    expect(cloud.counts.sends).toBe(2);
    expect((await purchaser.drive(lower)).outcomes[0]).toEqual({ ...one, status: "already-purchased" });
  });

  test("a refusal that the user can lift is never replayed: money, quota, rights and look-ups are tried afresh each time", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected", "rejected"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("rejected");
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("rejected");
    cloud.faults.listing = "throws";
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("refused");
    cloud.faults.listing = undefined;
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.counts.sends).toBe(3);
  });

  test("two executions that are driven at the same time keep a record each; neither erases the other's", async () => {
    const { purchaser, cloud, ledger } = setup();
    const other = { ...execution(), executionId: "execution-2" };
    const [one, two] = await Promise.all([purchaser.drive(execution()), purchaser.drive(other)]);
    expect([one, two].map(({ outcomes }) => outcomes[0]?.status)).toEqual(["purchased", "purchased"]);
    const states = await Promise.all(["execution-1", "execution-2"].map(async (id) => ledger.recordsOf(id)));
    expect(states).toMatchObject([[{ state: "purchased" }], [{ state: "purchased" }]]);
    await purchaser.drive(execution());
    await purchaser.drive(other);
    expect(cloud.counts.sends).toBe(2);
  });
});
