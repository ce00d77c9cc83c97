import { describe, expect, test } from "vitest";
import type { Fault } from "../../../providers/sandbox/index.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services } from "./reservation-services.ts";
import { nameFor, setup, token } from "./reservation-world.ts";

const lost: readonly Fault[] = [
  { kind: "reset", when: "after" },
  { kind: "reset", when: "before" },
  { kind: "status", status: 500, when: "after" },
  { kind: "status", status: 503, when: "before" },
  { kind: "cut" },
  { kind: "cut", status: 400 },
  { kind: "html", when: "after" },
];

describe.each(standingForAll(services, isRds))("a drive that buys $service", ({ service, purchase, list }) => {
  const name = nameFor(service);
  // The sandbox names actions of REST too.
  const action = purchase.replace("POST p", "P");
  const listing = list.replace("GET r", "DescribeR");

  test("one reservation under the id of the token, with source and token as tags where there are tags", async () => {
    const { sandbox, drive } = await setup(service);
    const first = await drive();
    expect(first).toMatchObject({ status: "purchased", token });
    expect(sandbox.reservations()).toMatchObject([
      {
        service,
        name,
        region: "us-east-1",
        tags: service === "opensearch" ? {} : { "purchase-automation": "cudly-web", "cudly-idempotency-token": token },
      },
    ]);
    expect(await drive()).toEqual({ ...first, status: "already-purchased" });
    expect(await drive()).toEqual({
      ...first,
      status: "already-purchased",
      commitment: { ...first.commitment, state: "active", settled: true },
    });
    expect(sandbox.purchases()).toBe(1);
  });

  test.each(lost.map((fault) => [JSON.stringify(fault), fault] as const))(
    "the answer is lost (%s): one reservation, reported as bought",
    async (_name, fault) => {
      const { sandbox, drive, shown } = await setup(service);
      sandbox.addFault({ match: { action }, fault });
      expect(await drive()).toMatchObject({ status: "purchased" });
      expect(shown().map(([which]) => which)).toEqual([name]);
    },
  );

  test("the request is lost and the next ones are refused: after minutes and an empty look it is rejected, not unresolved for ever", async () => {
    const { sandbox, environment, drive } = await setup(service);
    sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "before" } });
    const refusal = { kind: "status", status: 400, code: "InvalidParameterValue", when: "before" } as const;
    sandbox.addFault({ match: { action }, times: 100, fault: refusal });
    expect(await drive()).toMatchObject({ status: "unresolved" });
    environment.advance(600_000);
    expect(await drive()).toMatchObject({
      status: "rejected",
      error: { message: expect.stringContaining("InvalidParameterValue") },
    });
    sandbox.clearFaults();
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(sandbox.purchases()).toBe(1);
  });

  test("it was bought, cannot be seen for long, and the next request is refused: whatever is concluded, it stays the only one", async () => {
    const { sandbox, environment, drive, shown } = await setup(service, { aws: { visibilityLag: { reads: 40 } } });
    sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "after" } });
    const refusal = { kind: "status", status: 400, code: "InvalidParameterValue", when: "before" } as const;
    sandbox.addFault({ match: { action }, times: 3, fault: refusal });
    expect(await drive()).toMatchObject({ status: "unresolved" });
    environment.advance(600_000);
    let outcome = await drive();
    for (let drives = 0; drives < 9 && outcome.status === "unresolved"; drives++) outcome = await drive();
    expect(outcome.commitment).toBeDefined();
    expect(shown()).toHaveLength(1);
    expect(sandbox.purchases()).toBe(1);
  });

  test("the answer is lost and it cannot be seen yet: the same id is sent again, refused, read and adopted", async () => {
    const { sandbox, drive, shown } = await setup(service, { aws: { visibilityLag: { reads: 4 } } });
    sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "after" } });
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(shown()).toHaveLength(1);
    expect(sandbox.requests.filter((request) => request.action === action).length).toBeGreaterThan(1);
  });

  test("it cannot be seen for long: unresolved, never called failed, and adopted later", async () => {
    const { sandbox, drive, shown } = await setup(service, { aws: { visibilityLag: { reads: 20 } } });
    sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "after" } });
    expect(await drive()).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
    let outcome = await drive();
    for (let drives = 0; drives < 5 && outcome.status === "unresolved"; drives++) outcome = await drive();
    expect(outcome).toMatchObject({ status: "already-purchased" });
    expect(shown()).toHaveLength(1);
  });

  test("lesson: a used reservation id in a failed state blocked for ever; the next generation is bought after the proof, one is live", async () => {
    const { sandbox, drive, shown } = await setup(service, { aws: { readsUntilActive: 99 } });
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    expect(shown()).toEqual([[name, "payment-pending"]]);
    sandbox.setReservationState(name, "payment-failed");
    expect(await drive()).toMatchObject({ status: "purchased" });
    sandbox.setReservationState(`${name}-g1`, "active");
    expect(shown()).toEqual([
      [name, "payment-failed"],
      [`${name}-g1`, "active"],
    ]);
    expect(await drive()).toMatchObject({
      status: "already-purchased",
      commitment: { state: "active", settled: true },
    });
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    expect(sandbox.purchases()).toBe(2);
  });

  test("lesson: billing failed, nothing bought, success reported; the one whose answer was lost failed, the next is bought", async () => {
    const { sandbox, drive, shown } = await setup(service, { aws: { visibilityLag: { reads: 20 } } });
    sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "after" } });
    expect(await drive()).toMatchObject({ status: "unresolved" });
    sandbox.setReservationState(name, "payment-failed");
    let outcome = await drive();
    for (let drives = 0; drives < 8 && outcome.status !== "purchased"; drives++) outcome = await drive();
    expect(outcome.status).toBe("purchased");
    expect(shown().map(([which]) => which)).toEqual([name, `${name}-g1`]);
  });

  test.each(["payment-failed", "queued-deleted"])(
    "the ledger is lost and the first id was used up (%s): its generation is found out, and one is live",
    async (state) => {
      const { sandbox, newPurchaser, drive, shown } = await setup(service);
      await drive();
      sandbox.setReservationState(name, state);
      const again = newPurchaser();
      let outcome = await again();
      for (let drives = 0; drives < 3 && outcome.status !== "purchased"; drives++) outcome = await again();
      expect(outcome.status).toBe("purchased");
      expect(shown().map(([which]) => which)).toEqual([name, `${name}-g1`]);
      // And once more without a ledger: the live one of the two is adopted.
      expect(await newPurchaser()()).toMatchObject({ status: "already-purchased" });
      expect(sandbox.purchases()).toBe(2);
    },
  );

  test("the ledger is lost: found by its id, compared, adopted", async () => {
    const { sandbox, newPurchaser, drive } = await setup(service);
    const first = await drive();
    expect(await newPurchaser()()).toMatchObject({
      status: "already-purchased",
      commitment: { id: first.commitment?.id },
      price: first.price,
    });
    expect(sandbox.purchases()).toBe(1);
  });

  test("the ledger is lost and something else is asked for: refused, naming what differs, nothing sent", async () => {
    const { sandbox, newPurchaser, drive } = await setup(service);
    await drive();
    expect(await newPurchaser()({ quantity: 7, maxPrice: undefined })).toMatchObject({
      status: "refused",
      error: { code: "commitment-mismatch", message: expect.stringContaining("quantity") },
    });
    expect(sandbox.purchases()).toBe(1);
  });

  const over = (state: string) => ({
    status: "rejected",
    error: { providerCode: state, message: expect.stringMatching(/is over.*new execution/) },
  });

  test.each(["retired", "returned"])(
    "A29: the ledger is lost and what was bought is %s: rejected, nothing is sent",
    async (state) => {
      const { sandbox, newPurchaser, drive } = await setup(service);
      await drive();
      sandbox.setReservationState(name, state);
      const sends = () => sandbox.requests.filter((request) => request.action === action).length;
      const again = newPurchaser();
      expect(await again()).toMatchObject(over(state));
      // Recorded: every later drive says the same.
      expect(await again()).toMatchObject(over(state));
      expect(sends()).toBe(1);
      expect(sandbox.purchases()).toBe(1);
    },
  );

  test.each([
    ["the answer says that the name is used", []],
    ["the answer is lost", [{ kind: "reset", when: "after" }]],
    ["the request is lost", [{ kind: "reset", when: "before" }]],
  ] satisfies [string, Fault[]][])(
    "A29: the same with a list that is stale; %s: rejected all the same",
    async (_what, faults) => {
      const { sandbox, newPurchaser, drive } = await setup(service);
      await drive();
      sandbox.setReservationState(name, "retired");
      sandbox.addFault({ match: { action: listing }, fault: { kind: "listing", listing: "empty" } });
      for (const fault of faults) sandbox.addFault({ match: { action }, fault });
      expect(await newPurchaser()()).toMatchObject(over("retired"));
      expect(sandbox.purchases()).toBe(1);
    },
  );

  test("two live ones with one token: refused, naming both", async () => {
    const { sandbox, newPurchaser, drive } = await setup(service, { aws: { readsUntilActive: 99 } });
    await drive();
    sandbox.setReservationState(name, "payment-failed");
    await drive();
    sandbox.setReservationState(name, "active");
    expect(await newPurchaser()()).toMatchObject({ status: "refused", error: { code: "several-commitments" } });
    expect(sandbox.purchases()).toBe(2);
  });

  test("lesson: the list was short or empty after a change of rights; a known reservation must be in it", async () => {
    const { sandbox, environment, drive } = await setup(service);
    await drive();
    environment.advance(20 * 60_000);
    sandbox.addFault({ match: { action: listing }, fault: { kind: "listing", listing: "empty" } });
    expect(await drive({}, "another execution")).toMatchObject({
      status: "refused",
      error: { code: "lookup-untrusted" },
    });
    expect(sandbox.purchases()).toBe(1);
    expect(await drive({}, "another execution")).toMatchObject({ status: "purchased" });
    expect(sandbox.purchases()).toBe(2);
  });

  test("the price is above the limit: refused, nothing sent", async () => {
    const { sandbox, drive } = await setup(service);
    expect(await drive({ maxPrice: { amount: "1.00", currency: "USD" } })).toMatchObject({
      status: "refused",
      error: { code: "price-above-limit" },
    });
    expect(await drive({ maxPrice: { amount: "99999.00", currency: "EUR" } }, "another execution")).toMatchObject({
      status: "refused",
      error: { code: "price-currency-mismatch" },
    });
    expect(sandbox.purchases()).toBe(0);
  });
});
