import { describe, expect, test } from "vitest";
import { startLoopback, type Reply } from "./support/loopback.ts";
import {
  executorOf,
  failure,
  kindOf,
  notFound,
  order,
  orderId,
  recommend,
  recorded,
  reservation,
  signal,
  subscriptionId,
  token,
} from "./support/samples.ts";

interface Shown {
  readonly listed?: unknown;
  readonly read?: Reply;
  readonly reservations?: Reply;
}

const shows = (...value: readonly unknown[]): Reply => ({ status: 200, body: { value } });

/** Lists an order, adopts it by its token and compares it with the recommendation. */
async function verify(change: Readonly<Record<string, unknown>>, shown: Shown, listFirst = true) {
  await using server = await startLoopback((request) => {
    const kind = kindOf(request);
    if (kind === "list") return shows(shown.listed ?? order());
    return (kind === "reservations" ? shown.reservations : shown.read) ?? shows(reservation());
  });
  const executor = executorOf("compute", { endpoint: server.origin });
  const recommendation = executor.schema.parse(recommend("compute", change));
  const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;
  const wanted = { tokens: new Set([token]), ids: new Set<string>() };
  if (listFirst) await executor.findByTokens(executor.scopeOf(recommendation), wanted, { signal });
  const before = server.arrived.length;
  const differences = await executor.verify(recommendation, commitment, { signal });
  return { differences, requests: server.arrived.slice(before).map(kindOf) };
}

test("an order that is what was asked for: no difference, at the cost of one read", async () => {
  const { differences, requests } = await verify({}, {});
  expect(differences).toEqual([]);
  expect(requests).toEqual(["reservations"]);
});

test("lesson 675: letter case of SKU and type, and spaces in a region, are no difference", async () => {
  const same = reservation(
    { reservedResourceType: "virtualMachines" },
    { sku: { name: "STANDARD_B1LS" }, location: "West US" },
  );
  expect((await verify({}, { reservations: shows(same) })).differences).toEqual([]);
});

test.each([
  ["the bare id of the subscription", reservation({ billingScopeId: subscriptionId })],
  ["no region", reservation({}, { location: undefined })],
  ["no type", reservation({ reservedResourceType: undefined })],
  ["no subscription", reservation({ billingScopeId: undefined })],
])("a reservation with %s is no difference", async (_what, item) => {
  expect((await verify({}, { reservations: shows(item) })).differences).toEqual([]);
});

describe("an order that shows no quantity, even when it is read", () => {
  const listed = order({ originalQuantity: null });
  const read: Reply = { status: 200, body: listed };

  test("its only reservation says it", async () => {
    const of = (quantity: number) => verify({}, { listed, read, reservations: shows(reservation({ quantity })) });
    expect((await of(1)).differences).toEqual([]);
    expect((await of(3)).differences).toEqual([{ field: "quantity", asked: "1", found: "3" }]);
  });

  test("one of several reservations does not: it is a part", async () => {
    const parts = shows(reservation({ quantity: 1 }), reservation({ quantity: 1 }));
    await expect(verify({}, { listed, read, reservations: parts })).rejects.toMatchObject({
      code: "commitment-unverifiable",
    });
  });
});

describe("lessons 1495, 1985: a found order that is something else is told apart", () => {
  test.each([
    ["sku", "Standard_b1ls", "Standard_D2", { reservations: shows(reservation({}, { sku: { name: "Standard_D2" } })) }],
    ["region", "westus", "eastus", { reservations: shows(reservation({}, { location: "eastus" })) }],
    [
      "reservedResourceType",
      "VirtualMachines",
      "RedisCache",
      { reservations: shows(reservation({ reservedResourceType: "RedisCache" })) },
    ],
    [
      "subscriptionId",
      "/subscriptions/40000000-aaaa-bbbb-cccc-200000000006",
      "50000000-aaaa-bbbb-cccc-200000000009",
      { reservations: shows(reservation({ billingScopeId: "50000000-aaaa-bbbb-cccc-200000000009" })) },
    ],
    [
      "subscriptionId",
      "/subscriptions/40000000-aaaa-bbbb-cccc-200000000006",
      "50000000-aaaa-bbbb-cccc-200000000006",
      { reservations: shows(reservation({ billingScopeId: "50000000-aaaa-bbbb-cccc-200000000006" })) },
    ],
    ["quantity", "1", "2", { listed: order({ originalQuantity: 2 }) }],
    ["term", "P1Y", "P3Y", { listed: order({ term: "P3Y" }) }],
    ["billingPlan", "Upfront", "Monthly", { listed: order({ billingPlan: "Monthly" }) }],
  ] satisfies [string, string, string, Shown][])("%s: asked %s, found %s", async (field, asked, found, shown) => {
    expect((await verify({}, shown)).differences).toEqual([{ field, asked, found }]);
  });

  test("every difference is named, once", async () => {
    const other = reservation({}, { sku: { name: "Standard_D2" } });
    const { differences } = await verify({ quantity: 5, term: "P3Y" }, { reservations: shows(other, other) });
    expect(differences.map(({ field }) => field)).toEqual(["quantity", "term", "sku"]);
  });
});

test("a split order is compared by the quantity that was bought, and each of its reservations by its SKU", async () => {
  const parts = shows(reservation({ quantity: 2 }), reservation({ quantity: 3 }));
  expect(
    (await verify({ quantity: 5 }, { listed: order({ originalQuantity: 5 }), reservations: parts })).differences,
  ).toEqual([]);
});

test("azure-rest-api-specs 26860: what the listing left empty is read from the order", async () => {
  const listed = order({ originalQuantity: null, term: "", billingPlan: undefined });
  const { differences, requests } = await verify({ quantity: 2 }, { listed, read: { status: 200, body: order() } });
  expect(requests).toEqual(["order", "reservations"]);
  expect(differences).toEqual([{ field: "quantity", asked: "2", found: "1" }]);
});

test("an order that was not listed is read first; one that is gone differs by its id", async () => {
  const read = await verify({}, { read: { status: 200, body: order({ term: "P3Y" }) } }, false);
  expect(read.differences).toEqual([{ field: "term", asked: "P1Y", found: "P3Y" }]);
  expect((await verify({}, { read: notFound }, false)).differences).toMatchObject([{ field: "id" }]);
});

describe("what cannot be compared is not adopted: refused, and tried again later", () => {
  test.each([
    ["no reservation yet", { reservations: shows() }],
    ["a reservation without a SKU", { reservations: shows({ properties: {} }) }],
    ["reservations that fail", { reservations: failure(500, "InternalServerError") }],
    ["200 without the array", { reservations: { status: 200, body: {} } }],
    ["HTML", { reservations: { status: 200, body: "<html></html>" } }],
    [
      "no billing plan anywhere",
      { listed: order({ billingPlan: null }), read: { status: 200, body: order({ billingPlan: null }) } },
    ],
  ] satisfies [string, Shown][])("%s", async (_name, shown) => {
    await expect(verify({}, shown)).rejects.toMatchObject({
      name: "RefusedError",
      code: "commitment-unverifiable",
      retryable: true,
    });
  });

  test("one of several reservations that names no SKU: it is said which order it is of", async () => {
    const shown = { reservations: shows(reservation(), { properties: {} }) };
    await expect(verify({}, shown)).rejects.toThrow(`order ${orderId} cannot be compared`);
    await expect(verify({}, shown)).rejects.toThrow(/a reservation of it names no SKU/);
  });

  test("403 names the right that is needed", async () => {
    const denied = verify({}, { reservations: failure(403, "AuthorizationFailed") });
    await expect(denied).rejects.toThrow(/Microsoft\.Capacity\/reservationorders\/reservations\/read/);
  });
});

test("the recorded reservation is compared field by field", async () => {
  const [item] = recorded("reservations-listall-item-200").response.body["value"] as unknown[];
  const { differences } = await verify({}, { reservations: shows(item) });
  expect(differences.map(({ field }) => field)).toEqual(["sku", "region", "reservedResourceType", "subscriptionId"]);
});
