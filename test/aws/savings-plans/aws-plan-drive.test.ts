import { describe, expect, test } from "vitest";
import type { Fault } from "../../../providers/sandbox/index.ts";
import { compute, ec2Instance } from "./aws-plan-answers.ts";
import { create, list, minute, startWorld } from "./aws-plan-world.ts";

describe("driving savings plans", () => {
  test("every type is bought, as asked for, at the price of the whole commitment", async () => {
    const { sandbox, drive } = await startWorld();
    const small = { amount: "0.00123", currency: "USD" };
    const outcomes = await drive(
      compute,
      ec2Instance,
      { ...compute, type: "SageMaker", payment: "all-upfront", hourlyCommitment: small },
      { ...compute, type: "Database" },
    );
    expect(outcomes.map(({ status, price }) => [status, price?.amount])).toEqual([
      ["purchased", "10950"],
      ["purchased", "32850"],
      ["purchased", "10.7748"],
      ["purchased", "10950"],
    ]);
    const year = 31_536_000;
    expect(sandbox.savingsPlans()).toMatchObject([
      { type: "Compute", commitment: "1.25", paymentOption: "No Upfront", duration: year, upfront: "0" },
      {
        type: "EC2Instance",
        region: "us-east-1",
        instanceFamily: "m5",
        commitment: "1.25",
        paymentOption: "Partial Upfront",
        duration: 3 * year,
        upfront: "16425",
      },
      { type: "SageMaker", commitment: "0.00123", paymentOption: "All Upfront", duration: year, upfront: "10.7748" },
      { type: "Database", commitment: "1.25", paymentOption: "No Upfront", duration: year, upfront: "0" },
    ]);
  });

  test("a second drive finds it, settled, at the same price, and sends nothing", async () => {
    // Each look is two reads: one after the purchase, one of the second drive.
    const { drive, sends } = await startWorld({ readsUntilActive: 3 });
    const [first] = await drive(compute);
    expect(first).toMatchObject({ status: "purchased", commitment: { state: "payment-pending", settled: false } });
    expect(await drive(compute)).toMatchObject([
      {
        status: "already-purchased",
        commitment: { id: first?.commitment?.id, state: "active", settled: true },
        price: first?.price,
      },
    ]);
    expect(sends()).toBe(1);
  });

  test("what is not sold, and a price above the limit, are refused, and nothing is sent", async () => {
    const { drive, sends } = await startWorld();
    const outcomes = await drive(
      { ...compute, type: "Database", term: "P3Y" },
      { ...compute, type: "Database", payment: "all-upfront" },
      { ...ec2Instance, instanceFamily: "m6i" },
      { ...compute, hourlyCommitment: { amount: "1", currency: "EUR" } },
      { ...compute, maxPrice: { amount: "10949.99", currency: "USD" } },
    );
    expect(outcomes.map(({ error }) => error?.code)).toEqual([
      "not-offered",
      "not-offered",
      "not-offered",
      "not-offered",
      "price-above-limit",
    ]);
    expect(sends()).toBe(0);
  });

  test("lesson: a found savings plan that is something else is refused, not adopted and not bought", async () => {
    const { drive, withNewLedger, sends } = await startWorld();
    await drive(compute);
    const other = { ...compute, hourlyCommitment: { amount: "1.25001", currency: "USD" } };
    expect(await withNewLedger().drive(other)).toMatchObject([
      { status: "refused", error: { code: "commitment-mismatch", message: expect.stringContaining("1.25001") } },
    ]);
    expect(sends()).toBe(1);
  });

  test("lesson: a list that is empty after a change of rights; the plan that the ledger knows is missed in it", async () => {
    const { sandbox, drive, driveAnother, later, sends } = await startWorld();
    await drive(compute);
    later(20 * minute);
    sandbox.addFault({ match: list, times: 2, fault: { kind: "listing", listing: "empty" } });
    expect(await driveAnother(compute)).toMatchObject([{ status: "refused", error: { code: "lookup-untrusted" } }]);
    expect(sends()).toBe(1);
  });

  test("lesson 1940: with a lost ledger, one that is queued is found by its tag and adopted", async () => {
    const { sandbox, drive, withNewLedger, sends } = await startWorld();
    const [first] = await drive(compute);
    const id = first?.commitment?.id ?? "";
    sandbox.setSavingsPlanState(id, "queued");
    expect(await withNewLedger().drive(compute)).toMatchObject([
      { status: "already-purchased", commitment: { id, state: "queued", settled: false } },
    ]);
    expect(sends()).toBe(1);
  });
});

describe("a purchase of a savings plan that meets trouble on the wire", () => {
  const before: readonly Fault[] = [
    { kind: "reset", when: "before" },
    { kind: "status", status: 500, when: "before" },
    { kind: "html", when: "before" },
    { kind: "hang", when: "before" },
  ];
  const after: readonly Fault[] = [
    { kind: "reset", when: "after" },
    { kind: "status", status: 500, when: "after" },
    { kind: "status", status: 502, when: "after" },
    { kind: "status", status: 503, when: "after" },
    { kind: "status", status: 504, when: "after" },
    { kind: "status", status: 408, when: "after" },
    { kind: "cut" },
    { kind: "cut", status: 400 },
    { kind: "html", when: "after" },
    { kind: "hang", when: "after" },
  ];
  const named = (faults: readonly Fault[]) => faults.map((fault) => [JSON.stringify(fault), fault] as const);

  test.each(named(before))("%s: nothing is there, it is sent again, one plan", async (_name, fault) => {
    const { sandbox, drive, sends } = await startWorld();
    sandbox.addFault({ match: create, fault });
    expect(await drive(compute)).toMatchObject([{ status: "purchased", price: { amount: "10950" } }]);
    expect(sandbox.savingsPlans()).toHaveLength(1);
    expect(sends()).toBe(2);
  });

  test.each(named(after))("%s: it is looked for and found, one plan, one send", async (_name, fault) => {
    const { sandbox, drive, sends } = await startWorld();
    sandbox.addFault({ match: create, fault });
    expect(await drive(compute)).toMatchObject([{ status: "purchased", price: { amount: "10950" } }]);
    expect(sandbox.savingsPlans()).toHaveLength(1);
    expect(sends()).toBe(1);
  });

  test.each(named(after))("%s, and the listing lags: the same request again, one plan", async (_name, fault) => {
    const { sandbox, drive, sends } = await startWorld({ visibilityLag: { milliseconds: 10 * minute } });
    sandbox.addFault({ match: create, fault });
    expect(await drive(compute)).toMatchObject([{ status: "purchased", price: { amount: "10950" } }]);
    expect(sandbox.savingsPlans()).toHaveLength(1);
    expect(sends()).toBe(2);
  });

  test("the listing lags, and the ledger is lost: the same client token, one plan", async () => {
    const { sandbox, drive, withNewLedger } = await startWorld({ visibilityLag: { milliseconds: 10 * minute } });
    const [first] = await drive(compute);
    expect(await withNewLedger().drive(compute)).toMatchObject([
      { status: "purchased", commitment: { id: first?.commitment?.id } },
    ]);
    expect(sandbox.savingsPlans()).toHaveLength(1);
  });

  test("the same with another amount: that the token was used is no rejection", async () => {
    const { sandbox, drive, withNewLedger, later } = await startWorld({ visibilityLag: { milliseconds: 10 * minute } });
    await drive(compute);
    const other = { ...compute, hourlyCommitment: { amount: "2", currency: "USD" } };
    const again = withNewLedger();
    expect(await again.drive(other)).toMatchObject([{ status: "unresolved" }]);
    later(20 * minute);
    expect(await again.drive(other)).toMatchObject([
      { status: "unresolved", error: { message: expect.stringContaining("hourlyCommitment") } },
    ]);
    expect(sandbox.savingsPlans()).toHaveLength(1);
  });
});
