import { describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { type CloudSandbox, type Fault, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import { clockAhead } from "../clock-ahead.ts";
import { standingForAll } from "../standing-for-all.ts";
import { compute, ec2, executionOf } from "./recommendations.ts";

/** A purchaser over real HTTP whose waits are short; `later` moves its clock and the ledger's. */
function drivers(sandbox: CloudSandbox) {
  let skipped = 0;
  const environment = {
    ...systemEnvironment,
    now: () => Date.now() + skipped,
    readClock: () => clockAhead(skipped),
    sleep: (milliseconds: number, signal?: AbortSignal) => systemEnvironment.sleep(milliseconds / 1000, signal),
  };
  const settings = { endpoint: sandbox.url, environment, purchaseTimeout: 2000, readTimeout: 2000 };
  const ledger = createMemoryLedger({ clock: environment.now });
  const purchaser = createPurchaser({ ledger, environment, providers: [createAzure(settings), createAws(settings)] });
  return { purchaser, later: (milliseconds: number) => (skipped += milliseconds) };
}

const before: readonly Fault[] = [
  { kind: "reset", when: "before" },
  { kind: "status", status: 500, when: "before" },
  { kind: "status", status: 503, when: "before", retryAfter: 1 },
  { kind: "status", status: 408, when: "before" },
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
/** Another 5xx is judged as the first. A drive waits for a request that hangs, whether or not it had its effect. */
const isFirst = (fault: Fault) => (fault.kind === "status" ? fault.status <= 500 : fault.kind !== "hang");
const named = (faults: readonly Fault[]) => faults.map((fault) => [JSON.stringify(fault), fault] as const);

describe("a purchase of an Azure reservation that meets trouble on the wire", () => {
  test.each([
    ...named(standingForAll(before, (fault) => isFirst(fault) || fault.kind === "hang")),
    ...named(standingForAll(after, isFirst)),
    ['{"status":429,"after"}', { kind: "status", status: 429, when: "after" }] as const,
  ])("%s: one order, reported as bought", async (_name, fault) => {
    await using sandbox = await startCloudSandbox();
    sandbox.addFault({ match: { action: "PUT reservationOrders" }, fault });
    const { purchaser } = drivers(sandbox);
    const report = await purchaser.drive(executionOf(compute));
    expect(report.outcomes[0]).toMatchObject({ status: "purchased", price: { amount: "24", currency: "GBP" } });
    expect(sandbox.orders()).toHaveLength(1);
    expect(sandbox.requests.filter(({ action }) => action === "POST calculatePrice")).toHaveLength(1);
  });

  test.each(["already-exists", "session-timed-out"] as const)(
    "assumption: a second PUT may answer %s; the order is found all the same",
    async (secondPut) => {
      await using sandbox = await startCloudSandbox({ azure: { secondPut } });
      // The answer is lost, and the order cannot be seen at first, so that the same id is sent again.
      sandbox.addFault([
        { match: { action: "PUT reservationOrders" }, fault: { kind: "reset", when: "after" } },
        {
          match: { action: "GET reservationOrders/{id}" },
          times: 2,
          fault: { kind: "status", status: 404, code: "ReservationOrderNotFound", when: "before" },
        },
      ]);
      const { purchaser } = drivers(sandbox);
      const report = await purchaser.drive(executionOf(compute));
      expect(report.outcomes[0]?.status).toBe("purchased");
      expect(sandbox.orders()).toHaveLength(1);
    },
  );

  test("A1: a first send that is said to have timed out is sent again under its id, without a new price, and one order is bought", async () => {
    await using sandbox = await startCloudSandbox();
    sandbox.addFault({
      match: { action: "PUT reservationOrders" },
      fault: {
        kind: "status",
        status: 400,
        when: "before",
        body: JSON.stringify({
          error: {
            code: "BadRequest",
            message:
              "Session timed out - Call CalculatePrice again and provide the new Reservation Order ID for purchase",
          },
        }),
      },
    });
    const { purchaser } = drivers(sandbox);
    expect((await purchaser.drive(executionOf(compute))).outcomes[0]?.status).toBe("purchased");
    expect(sandbox.orders()).toHaveLength(1);
    expect(sandbox.requests.filter(({ action }) => action === "POST calculatePrice")).toHaveLength(1);
  });

  test("billing that fails later: nothing is bought, and the next drive buys again", async () => {
    await using sandbox = await startCloudSandbox({ azure: { finalStates: { Standard_B1ls: "BillingFailed" } } });
    const { purchaser } = drivers(sandbox);
    expect((await purchaser.drive(executionOf(compute))).outcomes[0]?.status).toBe("purchased");
    let report;
    for (let drives = 0; drives < 8 && sandbox.orders().length < 2; drives += 1) {
      report = await purchaser.drive(executionOf(compute));
    }
    expect(report?.outcomes[0]?.status).toBe("purchased");
    expect(sandbox.orders().map(({ state }) => state)).toEqual(["BillingFailed", "Creating"]);
  });
});

describe("a purchase of an EC2 Reserved Instance that meets trouble on the wire", () => {
  test.each(named(standingForAll(after, (fault) => isFirst(fault) || fault.kind === "hang")))(
    "%s: one Reserved Instance, adopted after 5 minutes and tagged",
    async (_name, fault) => {
      await using sandbox = await startCloudSandbox();
      sandbox.addFault({ match: { action: "PurchaseReservedInstancesOffering" }, fault });
      const { purchaser, later } = drivers(sandbox);
      expect((await purchaser.drive(executionOf(ec2))).outcomes[0]).toMatchObject({ status: "unresolved" });
      later(5 * 60_000);
      const report = await purchaser.drive(executionOf(ec2));
      expect(report.outcomes[0]).toMatchObject({ status: "already-purchased" });
      expect(sandbox.reservedInstances()).toHaveLength(1);
      expect(sandbox.reservedInstances()[0]?.tags["cudly-idempotency-token"]).toBe(report.outcomes[0]?.token);
    },
  );

  test.each(named(standingForAll(before, isFirst)))(
    "%s: unresolved, not bought again within 5 minutes, then bought once",
    async (_name, fault) => {
      await using sandbox = await startCloudSandbox();
      sandbox.addFault({ match: { action: "PurchaseReservedInstancesOffering" }, fault });
      const { purchaser, later } = drivers(sandbox);
      const first = await purchaser.drive(executionOf(ec2));
      expect(first.outcomes[0]).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
      later(4 * 60_000);
      expect((await purchaser.drive(executionOf(ec2))).outcomes[0]?.status).toBe("unresolved");
      expect(sandbox.reservedInstances()).toHaveLength(0);
      later(60_000);
      expect((await purchaser.drive(executionOf(ec2))).outcomes[0]?.status).toBe("purchased");
      expect(sandbox.reservedInstances()).toHaveLength(1);
    },
  );

  test("the new id is not visible at once: bought, marked when it shows up", async () => {
    await using sandbox = await startCloudSandbox({ aws: { visibilityLag: { reads: 30 } } });
    const { purchaser } = drivers(sandbox);
    const first = await purchaser.drive(executionOf(ec2));
    expect(first.outcomes[0]).toMatchObject({ status: "purchased", warnings: [expect.stringContaining("marker")] });
    let last = first;
    for (let drives = 0; drives < 10 && last.outcomes[0]?.warnings; drives += 1) {
      last = await purchaser.drive(executionOf(ec2));
      expect(last.outcomes[0]?.status).toBe("already-purchased");
    }
    expect(last.outcomes[0]?.warnings).toBeUndefined();
    expect(sandbox.reservedInstances()).toHaveLength(1);
    expect(sandbox.reservedInstances()[0]?.tags["cudly-idempotency-token"]).toBe(last.outcomes[0]?.token);
  });

  test("a purchase that crosses a discount tier: its real ids are found, tagged and reported", async () => {
    await using sandbox = await startCloudSandbox({ aws: { tierCrossing: true } });
    const { purchaser, later } = drivers(sandbox);
    const first = await purchaser.drive(executionOf(ec2));
    expect(first.outcomes[0]).toMatchObject({ status: "purchased", warnings: [expect.stringContaining("marker")] });
    // Until then the parts may be hidden, and what is somebody else's may show.
    later(5 * 60_000);
    const report = await purchaser.drive(executionOf(ec2));
    expect(report.outcomes[0]).not.toHaveProperty("warnings");
    const ids = sandbox.reservedInstances().map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const commitment = report.outcomes[0]?.commitment;
    expect([commitment?.id, ...(commitment?.furtherIds ?? [])].toSorted()).toEqual(ids.toSorted());
    for (const { tags } of sandbox.reservedInstances()) {
      expect(tags["cudly-idempotency-token"]).toBe(report.outcomes[0]?.token);
    }
    const again = await purchaser.drive(executionOf(ec2));
    expect(again.outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { id: commitment?.id } });
    // With the ledger lost, the two are recognised by their tags as one purchase.
    const withoutLedger = await drivers(sandbox).purchaser.drive(executionOf(ec2));
    expect(withoutLedger.outcomes[0]?.status).toBe("already-purchased");
    expect(sandbox.reservedInstances()).toHaveLength(2);
  });
});

describe("a look-up that cannot be trusted", () => {
  test.each<[string, Fault]>([
    ["a foreign next link", { kind: "listing", listing: "foreign-next-link", to: "http://127.0.0.1:1" }],
    ["a next link to itself", { kind: "listing", listing: "repeated-next-link" }],
    ["HTML with status 200", { kind: "html", when: "after" }],
    ["403", { kind: "status", status: 403, when: "before" }],
  ])("%s: refused, nothing is sent", async (_name, fault) => {
    await using sandbox = await startCloudSandbox();
    sandbox.addFault({ match: { action: "GET reservationOrders" }, times: 20, fault });
    const report = await drivers(sandbox).purchaser.drive(executionOf(compute, compute));
    for (const outcome of report.outcomes) expect(outcome.status).toBe("refused");
    expect(sandbox.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    expect(sandbox.orders()).toHaveLength(0);
  });

  test("an empty listing, although the ledger knows an order: refused", async () => {
    await using sandbox = await startCloudSandbox();
    const { purchaser, later } = drivers(sandbox);
    await purchaser.drive(executionOf(compute));
    later(16 * 60_000);
    sandbox.addFault({ match: { action: "GET reservationOrders" }, fault: { kind: "listing", listing: "empty" } });
    const report = await purchaser.drive({ ...executionOf(compute), executionId: "another" });
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "lookup-untrusted" } });
    expect(sandbox.orders()).toHaveLength(1);
  });

  test("a stale listing with the ledger lost: what was just bought is bought again, as the README says", async () => {
    // The window that remains: no ledger, and a listing that does not show the order yet.
    await using sandbox = await startCloudSandbox();
    sandbox.addFault({
      match: { action: "GET reservationOrders" },
      skip: 1,
      fault: { kind: "listing", listing: "stale" },
    });
    await drivers(sandbox).purchaser.drive(executionOf(compute));
    await drivers(sandbox).purchaser.drive(executionOf(compute));
    expect(sandbox.orders()).toHaveLength(2);
  });
});
