// Reservations that are bought under an alias (`reservationFlow: "alias"`), and drives that change between the flows.
import { describe, expect, test } from "vitest";
import { createAzure, type AzureSettings } from "../../providers/azure/index.ts";
import type { AzureSandboxOptions, CloudSandbox } from "../../providers/sandbox/index.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { sandboxFor } from "../sandbox/support.ts";
import { fakeEnvironment, recommend as recommendation } from "./support/azure-samples.ts";

type Flow = NonNullable<AzureSettings["reservationFlow"]>;

const putAlias = "PUT reservationOrderAliases";
const putOrder = "PUT reservationOrders";
const getAlias = "GET reservationOrderAliases/{name}";

const recommend = (change: Readonly<Record<string, unknown>> = {}): AnyRecommendation =>
  recommendation("compute", { billingPlan: "Monthly", ...change });

/** Drives against the sandbox in either flow, on one virtual clock and with one ledger; a new one knows nothing. */
function driver(sandbox: CloudSandbox) {
  const environment = createVirtualEnvironment();
  const ledger: Ledger = createMemoryLedger({ clock: environment.now });
  const drive = async (reservationFlow: Flow | undefined, ...recommendations: readonly AnyRecommendation[]) => {
    const settings = { endpoint: sandbox.url, environment: fakeEnvironment(), reservationFlow };
    const purchaser = createPurchaser({ ledger, environment, providers: [createAzure(settings)] });
    const wanted = recommendations.length > 0 ? recommendations : [recommend()];
    const execution = { executionId: "alias", source: "cudly-web", recommendations: wanted };
    const [outcome] = (await purchaser.drive(execution, { concurrency: 1 })).outcomes;
    return outcome;
  };
  return { drive, environment };
}

const puts = (sandbox: CloudSandbox) =>
  sandbox.requests.flatMap(({ action }) => (action === putAlias || action === putOrder ? [action] : []));

const hideListing = (sandbox: CloudSandbox) =>
  sandbox.addFault({
    match: { action: "GET reservationOrders" },
    times: 1000,
    fault: { kind: "listing", listing: "empty" },
  });

test("off by default: no alias is asked for or bought under", async () => {
  const sandbox = await sandboxFor();
  expect(await driver(sandbox).drive(undefined)).toMatchObject({ status: "purchased" });
  expect(sandbox.requests.map(({ action }) => action)).toEqual([
    "GET reservationOrders",
    "POST calculatePrice",
    putOrder,
  ]);
});

test.each(["Monthly", "Upfront"])(
  "buys once under the alias, %s, at the price asked for before",
  async (billingPlan) => {
    const sandbox = await sandboxFor();
    const { drive } = driver(sandbox);
    const first = await drive("alias", recommend({ billingPlan }));
    expect(first).toMatchObject({ status: "purchased", price: { currency: "GBP" }, commitment: { settled: false } });
    // One request more than in two steps: the alias is read before it is written to.
    expect(sandbox.requests.map(({ action }) => action)).toEqual([
      "GET reservationOrders",
      "POST calculatePrice",
      getAlias,
      putAlias,
    ]);
    expect(sandbox.orders()).toMatchObject([{ id: first?.commitment?.id, billingPlan, quantity: 1 }]);
    for (let nth = 0; nth < 6; nth += 1) {
      const again = await drive("alias", recommend({ billingPlan }));
      expect(again).toMatchObject({ status: "already-purchased", price: first?.price });
      expect(again?.commitment?.id).toBe(first?.commitment?.id);
      expect(again?.commitment?.settled).toBe(nth >= 3);
    }
    expect([puts(sandbox).length, sandbox.orders().length]).toEqual([1, 1]);
  },
);

test("what costs more than maxPrice is not sent: the price before it is the guard", async () => {
  const sandbox = await sandboxFor();
  const limit = { amount: "0.01", currency: "GBP" };
  expect(await driver(sandbox).drive("alias", recommend({ maxPrice: limit }))).toMatchObject({
    status: "refused",
    error: { code: "price-above-limit" },
  });
  expect(puts(sandbox)).toEqual([]);
});

describe.each(["existing", "already-exists", "buys-again"] as const)(
  "assumption: a second PUT of one alias may do this: %s",
  (secondPut) => {
    const options = { azure: { reservationAlias: { secondPut } } } as const;

    test.each([
      ["its answer is lost", "after"],
      ["it never arrives", "before"],
    ] as const)("the first PUT: %s. One order, and never a second PUT under a name that shows", async (_name, when) => {
      const sandbox = await sandboxFor(options);
      sandbox.addFault({ match: { action: putAlias }, fault: { kind: "reset", when } });
      const outcome = await driver(sandbox).drive("alias");
      expect(outcome).toMatchObject({ status: "purchased" });
      expect(sandbox.orders().map(({ id }) => id)).toEqual([outcome?.commitment?.id]);
      expect(puts(sandbox).length).toBe(when === "after" ? 1 : 2);
    });

    test("the ledger is lost, and the listing shows nothing: the alias stops a second purchase", async () => {
      const sandbox = await sandboxFor(options);
      const first = await driver(sandbox).drive("alias");
      hideListing(sandbox);
      const again = await driver(sandbox).drive("alias");
      expect(again).toMatchObject({ status: "already-purchased", commitment: { id: first?.commitment?.id } });
      expect([puts(sandbox).length, sandbox.orders().length]).toEqual([1, 1]);
    });
  },
);

test("two steps buy twice then: what the alias is for, and what the README says of a lost ledger", async () => {
  const sandbox = await sandboxFor();
  await driver(sandbox).drive("two-steps");
  hideListing(sandbox);
  expect(await driver(sandbox).drive("two-steps")).toMatchObject({ status: "purchased" });
  expect(sandbox.orders().length).toBe(2);
});

test("the alias cannot be read: nothing is sent", async () => {
  const sandbox = await sandboxFor();
  sandbox.addFault({ match: { action: getAlias }, fault: { kind: "status", status: 403, when: "before" } });
  expect(await driver(sandbox).drive("alias")).toMatchObject({
    status: "rejected",
    error: { providerCode: "ReservationOrderAliasUnreadable", retryable: true },
  });
  expect(puts(sandbox)).toEqual([]);
});

test("something else stands under the alias: rejected, with both", async () => {
  const sandbox = await sandboxFor();
  const first = await driver(sandbox).drive("alias");
  hideListing(sandbox);
  const again = await driver(sandbox).drive("alias", recommend({ quantity: 2 }));
  expect(again).toMatchObject({
    status: "rejected",
    error: { code: "purchase-rejected", providerCode: "ReservationOrderAliasTaken" },
  });
  expect(again?.error?.message).toContain(first?.commitment?.id);
  expect(again?.error?.message).toContain("quantity: asked 2, found 1");
  expect(puts(sandbox).length).toBe(1);
});

test("what came to nothing is bought again under another alias, and never under the first", async () => {
  const sandbox = await sandboxFor();
  const { drive, environment } = driver(sandbox);
  const first = await drive("alias");
  sandbox.setOrderState(first?.commitment?.id ?? "", "BillingFailed");
  environment.advance(400_000);
  await drive("alias");
  environment.advance(400_000);
  const again = await drive("alias");
  expect(again?.commitment?.id).not.toBe(first?.commitment?.id);
  const names = sandbox.requests
    .filter(({ action }) => action === putAlias)
    .map(({ path }) => new URL(path, sandbox.url).pathname.split("/").at(-1));
  expect(names.length).toBe(2);
  expect(names[1]).toBe(`${names[0]}-g1`);
});

describe("driven again in the other flow: never bought twice", () => {
  const flows = [
    ["two-steps", "alias"],
    ["alias", "two-steps"],
  ] as const;
  const putOf = { "two-steps": putOrder, alias: putAlias } as const;

  test.each(flows)("bought: %s, then %s", async (from, to) => {
    const sandbox = await sandboxFor();
    const { drive } = driver(sandbox);
    const first = await drive(from);
    for (let nth = 0; nth < 6; nth += 1) {
      const again = await drive(to);
      expect(again).toMatchObject({ status: "already-purchased", price: first?.price });
      expect(again?.commitment?.id).toBe(first?.commitment?.id);
    }
    expect(puts(sandbox)).toEqual([putOf[from]]);
  });

  test.each(flows)("the ledger is lost, the listing shows it: %s, then %s", async (from, to) => {
    const sandbox = await sandboxFor();
    const first = await driver(sandbox).drive(from);
    const again = await driver(sandbox).drive(to);
    expect(again).toMatchObject({ status: "already-purchased", commitment: { id: first?.commitment?.id } });
    expect(puts(sandbox)).toEqual([putOf[from]]);
  });

  /** Sent with an answer that is lost, while nothing can be read: what became of it is not known. */
  async function leaveOpen(from: Flow, when: "before" | "after", azure: AzureSandboxOptions = {}) {
    const sandbox = await sandboxFor({ azure });
    const { drive, environment } = driver(sandbox);
    sandbox.addFault({ match: { action: putOf[from] }, fault: { kind: "reset", when } });
    const reads = from === "alias" ? getAlias : "GET reservationOrders/{id}";
    const broken = { kind: "status", status: 500, when: "before" } as const;
    // The alias is read once before its PUT.
    sandbox.addFault({ match: { action: reads }, skip: from === "alias" ? 1 : 0, times: 1000, fault: broken });
    expect(await drive(from)).toMatchObject({ status: "unresolved" });
    sandbox.clearFaults();
    return { sandbox, drive, environment };
  }

  test.each(flows)("open and bought: %s, then %s, with a listing that shows nothing", async (from, to) => {
    const { sandbox, drive } = await leaveOpen(from, "after");
    hideListing(sandbox);
    const again = await drive(to);
    expect(again?.status).toMatch(/purchased$/);
    expect(sandbox.orders().map(({ id }) => id)).toEqual([again?.commitment?.id]);
    expect(puts(sandbox)).toEqual([putOf[from]]);
  });

  test.each(flows)("open and not bought: %s, then %s: sent again in the flow that it was sent in", async (from, to) => {
    const { sandbox, drive } = await leaveOpen(from, "before");
    const again = await drive(to);
    expect(again).toMatchObject({ status: "purchased" });
    expect(puts(sandbox)).toEqual([putOf[from], putOf[from]]);
    expect(sandbox.orders().length).toBe(1);
  });

  test("open in two steps, then refused at its second send as alias: not dead, whatever its age", async () => {
    const { sandbox, drive, environment } = await leaveOpen("two-steps", "before");
    environment.advance(3_600_000);
    const denied = { kind: "status", status: 403, code: "AuthorizationFailed", when: "before" } as const;
    sandbox.addFault({ match: { action: putOrder }, times: 1000, fault: denied });
    // The refusal of a second send says nothing about the first, and a further quote would have another handle.
    expect(await drive("alias")).toMatchObject({ status: "unresolved" });
    expect(puts(sandbox)).not.toContain(putAlias);
  });

  test("open in two steps and bought under the alias by a ledger that is lost: adopted before a second send", async () => {
    const sandbox = await sandboxFor();
    const lost = await driver(sandbox).drive("alias");
    hideListing(sandbox);
    const { drive } = driver(sandbox);
    sandbox.addFault({ match: { action: putOrder }, fault: { kind: "reset", when: "before" } });
    const broken = { kind: "status", status: 500, when: "before" } as const;
    sandbox.addFault({ match: { action: "GET reservationOrders/{id}" }, times: 24, fault: broken });
    await drive("two-steps");
    const again = await drive("alias");
    expect(again?.commitment?.id).toBe(lost?.commitment?.id);
    expect(sandbox.orders().length).toBe(1);
  });

  test("dead under the alias, then two steps: the further quote keeps the alias", async () => {
    const { sandbox, drive, environment } = await leaveOpen("alias", "before");
    environment.advance(3_600_000);
    const denied = { kind: "status", status: 403, code: "AuthorizationFailed", when: "before" } as const;
    sandbox.addFault({ match: { action: putAlias }, times: 1, fault: denied });
    const again = await drive("two-steps");
    expect(again).toMatchObject({ status: "purchased" });
    expect(puts(sandbox)).toEqual([putAlias, putAlias, putAlias]);
    expect(sandbox.orders().length).toBe(1);
  });

  test("dead in two steps, then alias: bought once, under the alias", async () => {
    const { sandbox, drive, environment } = await leaveOpen("two-steps", "before", { quoteLifetime: 1 });
    environment.advance(3_600_000);
    const again = await drive("alias");
    expect(again).toMatchObject({ status: "purchased" });
    expect(puts(sandbox)).toEqual([putOrder, putOrder, putAlias]);
    expect(sandbox.orders().length).toBe(1);
  });
});
