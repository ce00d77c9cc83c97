import { describe, expect, test } from "vitest";
import { createAzure } from "../../../providers/azure/index.ts";
import type { CloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import type { Ledger } from "../../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";
import { sandboxFor } from "../../sandbox/support.ts";
import { fakeEnvironment } from "../support/azure-samples.ts";
import { recommend } from "./azure-plan-samples.ts";

const put = "PUT savingsPlanOrderAliases";

/** Drives against the sandbox, on one virtual clock; without a ledger handed in, with an empty one. */
function driver(sandbox: CloudSandbox, handedIn?: Ledger, executionId = "savings") {
  const environment = createVirtualEnvironment();
  const ledger = handedIn ?? createMemoryLedger({ clock: environment.now });
  const providers = [createAzure({ endpoint: sandbox.url, environment: fakeEnvironment() })];
  const purchaser = createPurchaser({ ledger, providers, environment });
  const drive = async (...recommendations: readonly AnyRecommendation[]) => {
    const execution = { executionId, source: "cudly-web", recommendations };
    return (await purchaser.drive(execution, { concurrency: 1 })).outcomes;
  };
  return { ledger, drive, environment };
}

const puts = (sandbox: CloudSandbox) => sandbox.requests.filter(({ action }) => action === put).length;

test("buys once, for the whole commitment, and replays it; a later look settles it", async () => {
  const sandbox = await sandboxFor();
  const { drive } = driver(sandbox);
  const [first] = await drive(recommend());
  expect(first).toMatchObject({
    status: "purchased",
    commitment: { state: "Created", settled: false },
    price: { amount: "32.3244", currency: "USD" },
  });
  expect(sandbox.savingsPlanOrders()).toMatchObject([
    { id: first?.commitment?.id, billingPlan: "Monthly", commitment: { amount: 0.00123, currencyCode: "USD" } },
  ]);
  for (let nth = 0; nth < 4; nth += 1) {
    const [again] = await drive(recommend());
    expect(again).toMatchObject({ status: "already-purchased", price: first?.price });
    expect(again?.commitment?.id).toBe(first?.commitment?.id);
    expect(again?.commitment?.settled).toBe(nth >= 2);
  }
  expect([puts(sandbox), sandbox.savingsPlanOrders().length]).toEqual([1, 1]);
});

test("two of the same in one execution are two, each with its own alias and token", async () => {
  const sandbox = await sandboxFor();
  const { drive } = driver(sandbox);
  const outcomes = await drive(recommend(), recommend());
  expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "purchased"]);
  const bought = sandbox.savingsPlanOrders();
  expect(new Set(bought.flatMap(({ aliases }) => aliases)).size).toBe(2);
  expect(bought.map(({ tags }) => tags["cudly-idempotency-token"])).toEqual(outcomes.map(({ token }) => token));
});

describe.each(["existing", "already-exists", "buys-again"] as const)(
  "assumption: a second PUT of one alias may do this: %s",
  (secondPut) => {
    test.each([
      ["its answer is lost", "after"],
      ["it never arrives", "before"],
    ] as const)("the first PUT: %s. One order, and never a second PUT under a name that shows", async (_name, when) => {
      const sandbox = await sandboxFor({ azure: { savingsPlan: { secondPut } } });
      sandbox.addFault({ match: { action: put }, fault: { kind: "reset", when } });
      const [outcome] = await driver(sandbox).drive(recommend());
      expect(outcome).toMatchObject({ status: "purchased" });
      expect(sandbox.savingsPlanOrders().map(({ id }) => id)).toEqual([outcome?.commitment?.id]);
      expect(puts(sandbox)).toBe(when === "after" ? 1 : 2);
    });

    test("the ledger is lost, and the listing shows nothing: the alias still stops a second purchase", async () => {
      const sandbox = await sandboxFor({ azure: { savingsPlan: { secondPut } } });
      const [first] = await driver(sandbox).drive(recommend());
      sandbox.addFault({ match: { action: "GET savingsPlanOrders" }, fault: { kind: "listing", listing: "empty" } });
      const [again] = await driver(sandbox).drive(recommend());
      // B2: this drive bought nothing.
      expect(again).toMatchObject({ status: "already-purchased" });
      expect(again?.commitment?.id).toBe(first?.commitment?.id);
      expect([puts(sandbox), sandbox.savingsPlanOrders().length]).toEqual([1, 1]);
    });
  },
);

describe("the ledger is lost and the listing lags: what stands under the alias is judged before anything is sent", () => {
  /** What a driver with an empty ledger and an empty listing makes of what another one bought. */
  async function driveAgain(sandbox: CloudSandbox, change: Readonly<Record<string, unknown>> = {}, state?: string) {
    const [first] = await driver(sandbox).drive(recommend());
    if (state !== undefined) sandbox.setOrderState(first?.commitment?.id ?? "", state);
    sandbox.addFault({ match: { action: "GET savingsPlanOrders" }, fault: { kind: "listing", listing: "empty" } });
    const [again] = await driver(sandbox).drive(recommend(change));
    return { first, again };
  }
  const another = { commitment: { amount: "0.00124", currency: "USD" } };

  test("B2: what another drive bought is already-purchased", async () => {
    const sandbox = await sandboxFor();
    const { first, again } = await driveAgain(sandbox);
    expect(again).toMatchObject({ status: "already-purchased", commitment: { id: first?.commitment?.id } });
    expect(puts(sandbox)).toBe(1);
  });

  test("something else: rejected, with both amounts", async () => {
    const sandbox = await sandboxFor();
    const { first, again } = await driveAgain(sandbox, another);
    const error = { code: "purchase-rejected", providerCode: "SavingsPlanOrderAliasTaken", retryable: false };
    expect(again).toMatchObject({ status: "rejected", error });
    expect(again?.error?.message).toContain(first?.commitment?.id);
    expect(again?.error?.message).toContain("commitment: asked 0.00124 USD Hourly, found 0.00123 USD Hourly");
    expect([puts(sandbox), sandbox.savingsPlanOrders().length]).toEqual([1, 1]);
  });

  test("something else, which only the refusal of the PUT tells: rejected as well", async () => {
    const sandbox = await sandboxFor({ azure: { savingsPlan: { secondPut: "already-exists" } } });
    const notFound = { kind: "status", status: 404, code: "SavingsPlanOrderAliasNotFound", when: "before" } as const;
    sandbox.addFault({ match: { action: "GET savingsPlanOrderAliases/{name}" }, skip: 1, fault: notFound });
    const { again } = await driveAgain(sandbox, another);
    const error = { code: "purchase-rejected", providerCode: "SavingsPlanOrderAliasAlreadyExists" };
    expect(again).toMatchObject({ status: "rejected", error });
    expect([puts(sandbox), sandbox.savingsPlanOrders().length]).toEqual([2, 1]);
  });

  test("one that came to nothing: bought under another alias by the same drive", async () => {
    const sandbox = await sandboxFor();
    const { first, again } = await driveAgain(sandbox, {}, "Failed");
    expect(again).toMatchObject({ status: "purchased" });
    const [failed, live] = sandbox.savingsPlanOrders();
    expect([failed?.id, live?.id]).toEqual([first?.commitment?.id, again?.commitment?.id]);
    expect(live?.aliases).toEqual([`${failed?.aliases[0]}-g1`]);
  });

  test("one that was cancelled: bought and over, so nothing is bought", async () => {
    const sandbox = await sandboxFor();
    const { again } = await driveAgain(sandbox, {}, "Cancelled");
    expect(again).toMatchObject({ status: "rejected", error: { code: "purchase-over" } });
    expect(puts(sandbox)).toBe(1);
  });
});

test("the ledger is lost: found by the display name, compared, adopted; for another amount it is refused", async () => {
  const sandbox = await sandboxFor();
  const [first] = await driver(sandbox).drive(recommend());
  const [again] = await driver(sandbox).drive(recommend());
  expect(again).toMatchObject({ status: "already-purchased", commitment: { id: first?.commitment?.id } });
  const [other] = await driver(sandbox).drive(recommend({ commitment: { amount: "0.00124", currency: "USD" } }));
  expect(other).toMatchObject({ status: "refused", error: { code: "commitment-mismatch" } });
  expect(other?.error?.message).toContain("commitment: asked 0.00124 USD Hourly, found 0.00123 USD Hourly");
  expect(sandbox.savingsPlanOrders()).toHaveLength(1);
});

describe("lesson: a used name in a failed state must not block for ever, and a new one needs proof", () => {
  test("it comes to nothing after it was bought: another alias, one live order", async () => {
    const sandbox = await sandboxFor();
    const { drive } = driver(sandbox);
    const [first] = await drive(recommend());
    sandbox.setOrderState(first?.commitment?.id ?? "", "Failed");
    const [again] = await drive(recommend());
    expect(again).toMatchObject({ status: "purchased" });
    const [failed, live] = sandbox.savingsPlanOrders();
    expect(failed?.state).toBe("Failed");
    expect(live?.id).toBe(again?.commitment?.id);
    expect(live?.aliases).toEqual([`${failed?.aliases[0]}-g1`]);
    expect(puts(sandbox)).toBe(2);
  });

  test("its answer is lost, and its order turns out to have failed: another alias", async () => {
    const sandbox = await sandboxFor();
    sandbox.addFault({ match: { action: put }, fault: { kind: "reset", when: "after" } });
    sandbox.onRequest = async () => {
      const [order] = sandbox.savingsPlanOrders();
      if (order !== undefined && sandbox.savingsPlanOrders().length === 1) sandbox.setOrderState(order.id, "Failed");
    };
    const [outcome] = await driver(sandbox).drive(recommend());
    expect(outcome).toMatchObject({ status: "purchased" });
    const [failed, live] = sandbox.savingsPlanOrders();
    expect([failed?.state, live?.id]).toEqual(["Failed", outcome?.commitment?.id]);
    expect(live?.aliases[0]).toBe(`${failed?.aliases[0]}-g1`);
  });

  test("an order that was cancelled is over, but was bought: no other alias", async () => {
    const sandbox = await sandboxFor();
    const { drive } = driver(sandbox);
    const [first] = await drive(recommend());
    sandbox.setOrderState(first?.commitment?.id ?? "", "Cancelled");
    expect((await drive(recommend()))[0]).toMatchObject({ status: "already-purchased" });
    expect(puts(sandbox)).toBe(1);
  });
});

describe("lesson 1141: the limit is for the whole commitment", () => {
  test.each([
    ["32.33", "USD", "purchased", undefined],
    ["32.32", "USD", "refused", "price-above-limit"],
    ["100", "EUR", "refused", "price-currency-mismatch"],
  ])("%s %s: %s", async (amount, currency, status, code) => {
    const sandbox = await sandboxFor();
    const [outcome] = await driver(sandbox).drive(recommend({ maxPrice: { amount, currency } }));
    expect(outcome?.status).toBe(status);
    expect(outcome?.error?.code).toBe(code);
    expect(puts(sandbox)).toBe(status === "purchased" ? 1 : 0);
  });
});

test("what Azure would not sell is refused with its reason, and nothing is sent", async () => {
  const sandbox = await sandboxFor();
  const [outcome] = await driver(sandbox).drive(recommend({ term: "P5Y" }));
  expect(outcome).toMatchObject({ status: "refused", error: { code: "not-offered" } });
  expect(outcome?.error?.message).toContain("sold for P1Y and P3Y");
  expect(puts(sandbox)).toBe(0);
});

test.each([
  ["P1M", "0.8979"],
  ["P5Y", "53.874"],
] as const)(
  "%s, where Azure sells it: over its term, once; after it ended, the scope is not waited for it",
  async (term, amount) => {
    const sandbox = await sandboxFor({ azure: { savingsPlan: { terms: ["P1M", "P1Y", "P3Y", "P5Y"] } } });
    const engine = driver(sandbox);
    const [bought] = await engine.drive(recommend({ term }));
    expect(bought).toMatchObject({ status: "purchased", price: { amount, currency: "USD" } });
    for (let nth = 0; nth < 4; nth += 1) await engine.drive(recommend({ term }));
    const emptied = driver(await sandboxFor(), engine.ledger, "later");
    const pass = (days: number) => {
      for (const { environment } of [engine, emptied]) environment.advance(days * 86_400_000);
    };
    pass(25);
    const [early] = await emptied.drive(recommend());
    expect(early).toMatchObject({ status: "refused", error: { code: "lookup-untrusted" } });
    pass(6 * 366);
    const [late] = await emptied.drive(recommend());
    expect(late?.status).toBe("purchased");
  },
);

test("reservations and savings plans of one tenant are two listings, each read once per drive", async () => {
  const sandbox = await sandboxFor();
  const reservation = {
    provider: "azure",
    service: "compute",
    subscriptionId: recommend().subscriptionId,
    region: "westus",
    sku: "Standard_B1ls",
    quantity: 1,
    term: "P1Y",
    billingPlan: "Upfront",
    appliedScope: { type: "Shared" },
    instanceFlexibility: "On",
  };
  await driver(sandbox).drive(recommend(), reservation, recommend());
  const listings = sandbox.requests.map(({ action }) => action).filter((action) => /^GET \w+Orders$/.test(action));
  expect(listings.toSorted()).toEqual(["GET reservationOrders", "GET savingsPlanOrders"]);
  expect([sandbox.orders().length, sandbox.savingsPlanOrders().length]).toEqual([1, 2]);
});
