import { describe, expect, test } from "vitest";
import type { DriveEvent } from "../../src/contract/events.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, payer, setup, token } from "./setup.ts";

describe("a fresh execution", () => {
  test("is bought: one listing, one quote and one send for each recommendation", async () => {
    const { purchaser, cloud } = setup();
    const report = await purchaser.drive(execution(disk(), disk({ size: "large" })));
    expect(report.outcomes).toEqual([
      {
        recIndex: 0,
        status: "purchased",
        token: token(0),
        ...payer,
        commitment: { id: "minted-1", state: "Creating", settled: false },
        price: { amount: "10", currency: "GBP" },
      },
      {
        recIndex: 1,
        status: "purchased",
        token: token(1),
        ...payer,
        commitment: { id: "minted-2", state: "Creating", settled: false },
        price: { amount: "10", currency: "GBP" },
      },
    ]);
    expect(report.totals).toEqual([{ amount: "20", currency: "GBP" }]);
    expect(cloud.counts).toMatchObject({ listings: 1, quotes: 2, sends: 2, reads: 0, resolves: 0, facts: 0 });
  });

  test("driven again buys nothing and reports the same result, field for field", async () => {
    const { purchaser, cloud } = setup();
    const first = await purchaser.drive(execution());
    const second = await purchaser.drive(execution());
    expect(second).toEqual({
      ...first,
      outcomes: first.outcomes.map((outcome) => ({ ...outcome, status: "already-purchased" })),
    });
    expect(cloud.counts.sends).toBe(1);
  });

  test("what is settled costs no request at all", async () => {
    const { purchaser, cloud } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Succeeded";
    const second = await purchaser.drive(execution());
    expect(second.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { settled: true } });
    const before = { ...cloud.counts };
    const third = await purchaser.drive(execution());
    expect(third).toEqual(second);
    expect(cloud.counts).toEqual(before);
  });

  test("two recommendations alike are two purchases with two tokens", async () => {
    const { purchaser, cloud } = setup();
    const report = await purchaser.drive(execution(disk(), disk()));
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
    expect(new Set(cloud.orders.map((order) => order.token)).size).toBe(2);
  });

  test("can be driven again from the ledger alone", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    const report = await purchaser.redrive("execution-1");
    expect(report.outcomes[0]).toMatchObject({ status: "purchased" });
    await expect(purchaser.redrive("execution-2")).rejects.toMatchObject({ code: "invalid-execution" });
  });

  test("tells each step as an event with the token masked, and a listener that throws disturbs nothing", async () => {
    const { purchaser } = setup();
    const events: DriveEvent[] = [];
    await purchaser.drive(execution(), {
      onEvent: (event) => {
        events.push(event);
        throw new Error("listener");
      },
    });
    expect(events.map(({ type }) => type)).toEqual([
      "started",
      "claimed",
      "listing",
      "listed",
      "quoting",
      "quoted",
      "writing-ahead",
      "submitted",
      "sending",
      "sent",
      "recording",
      "finished",
      "ended",
    ]);
    const texts = events.filter(({ type }) => type !== "finished").map((event) => JSON.stringify(event));
    for (const text of texts) expect(text).not.toContain(token().slice(0, 12));
  });
});

describe("guards", () => {
  test("an invalid execution is refused whole before anything is claimed or sent", async () => {
    const { purchaser, cloud, ledger } = setup();
    await expect(purchaser.drive(execution(disk(), disk({ quantity: 0 })))).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "recommendations[1].quantity" }],
    });
    expect(cloud.counts.listings).toBe(0);
    expect(await ledger.recordsOf("execution-1")).toEqual([]);
  });

  test("a quote above the limit is refused, and bought once the limit is raised on purpose in the same execution", async () => {
    const { purchaser, cloud } = setup();
    const limited = (amount: string) => execution(disk({ maxPrice: { amount, currency: "GBP" } }));
    const refused = await purchaser.drive(limited("9.99"));
    expect(refused.outcomes[0]).toMatchObject({ status: "refused", error: { code: "price-above-limit" } });
    expect(cloud.counts.sends).toBe(0);
    const raised = await purchaser.drive(limited("10.00"));
    expect(raised.outcomes[0]).toMatchObject({ status: "refused", error: { code: "limits-differ" } });
    expect(raised.outcomes[0]?.error?.message).toContain("maxPrice of #0 from 9.99 GBP to 10.00 GBP");
    const bought = await purchaser.drive(limited("10.00"), { raiseLimits: true });
    expect(bought.outcomes[0]).toMatchObject({ status: "purchased" });
  });

  test("limits are compared as decimals, not as floats or texts", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.price = "10.000000000000000001";
    const limited = execution(disk({ maxPrice: { amount: "10.000000000000000000", currency: "GBP" } }));
    expect((await purchaser.drive(limited)).outcomes[0]?.error?.code).toBe("price-above-limit");
    cloud.faults.price = "9";
    expect((await purchaser.drive(limited)).outcomes[0]?.status).toBe("purchased");
  });

  test("a limit in another currency is refused", async () => {
    const { purchaser, cloud } = setup();
    const report = await purchaser.drive(execution(disk({ maxPrice: { amount: "99", currency: "USD" } })));
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "price-currency-mismatch" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("the same execution with another recommendation is a conflict that names the fields", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    await purchaser.drive(execution());
    const report = await purchaser.drive(execution(disk({ size: "large", account: "b" })));
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "execution-changed" } });
    expect(report.outcomes[0]?.error?.message).toContain("#0 was changed (account, size)");
    expect(cloud.counts.sends).toBe(1);
  });

  test("a definite refusal is not replayed: the next drive tries again from the start", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.sends = ["rejected"];
    const first = await purchaser.drive(execution());
    expect(first.outcomes[0]).toMatchObject({
      status: "rejected",
      error: { code: "purchase-rejected", providerCode: "CardDeclined" },
    });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.orders).toHaveLength(1);
  });

  test("a purchase that the provider ends as failed at once is rejected, and the next one is a new generation", async () => {
    const { purchaser, cloud, ledger } = setup();
    cloud.faults.sends = ["failed"];
    expect((await purchaser.drive(execution())).outcomes[0]).toMatchObject({ status: "rejected" });
    expect((await ledger.recordsOf("execution-1"))[0]).toMatchObject({ state: "rejected", generation: 1 });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.live(token())).toHaveLength(1);
  });

  test("identical purchases that could not be told apart are sent one after the other", async () => {
    const { purchaser, cloud } = setup({ identity: "stamped" });
    let under = 0;
    cloud.faults.onSend = async () => {
      under += 1;
      expect(under).toBe(1);
      await new Promise((done) => setImmediate(done));
      under -= 1;
    };
    const report = await purchaser.drive(execution(disk(), disk(), disk()));
    expect(report.outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased", "purchased"]);
    expect(cloud.orders.map((order) => order.token)).toEqual([token(0), token(1), token(2)]);
  });
});
