import { describe, expect, test } from "vitest";
import { RefusedError } from "../../src/contract/errors.ts";
import { startLoopback, type Reply } from "./support/azure-loopback.ts";
import {
  compareWith,
  executorOf,
  failure,
  kindOf,
  listWith,
  order,
  orderId,
  recommend,
  recorded,
  reservation,
  scope,
  signal,
  subscriptionId,
} from "./support/azure-samples.ts";

interface Shown {
  readonly listed?: unknown;
  readonly read?: Reply;
  readonly reservations?: Reply;
}

const shows = (...value: readonly unknown[]): Reply => ({ status: 200, body: { value } });

/** Finds an order by its token, or reads it, and has the drive compare it with the recommendation. */
async function verify(change: Readonly<Record<string, unknown>>, shown: Shown, isListed = true) {
  await using server = await startLoopback((request) => {
    const kind = kindOf(request);
    if (kind === "list") return shows(shown.listed ?? order());
    return (kind === "reservations" ? shown.reservations : shown.read) ?? shows(reservation());
  });
  const executor = executorOf("compute", { endpoint: server.origin });
  const [found] = isListed ? await listWith(executor) : [await executor.inventory.read(scope, orderId, { signal })];
  if (found === undefined) throw new Error("No order is shown.");
  const before = server.arrived.length;
  const differences = await compareWith(executor, found, recommend("compute", change)).then(() => [], namedIn);
  return { differences, requests: server.arrived.slice(before).map(kindOf) };
}

/** The differences that a refusal names; any other error is thrown. */
function namedIn(error: unknown) {
  if (!RefusedError.isInstance(error) || error.code !== "commitment-mismatch") throw error;
  const [, list = ""] = /not what was asked for \((.*)\)\. Nothing was sent\./.exec(error.message) ?? [];
  return list.split("; ").map((each) => {
    const [, field, asked, found] = /^(\w+): asked (.*), found (.*)$/.exec(each) ?? [];
    return { field, asked, found };
  });
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

test("... nor are they on the side of what was asked for", async () => {
  const written = { sku: "STANDARD_B1LS", region: "West US", subscriptionId: subscriptionId.toUpperCase() };
  expect((await verify(written, {})).differences).toEqual([]);
  const lower = order({ term: "p1y", billingPlan: "UPFRONT" });
  expect((await verify({}, { listed: lower })).differences).toEqual([]);
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
    ["sku", "standard_b1ls", "standard_d2", { reservations: shows(reservation({}, { sku: { name: "Standard_D2" } })) }],
    ["region", "westus", "eastus", { reservations: shows(reservation({}, { location: "eastus" })) }],
    [
      "reservedResourceType",
      "virtualmachines",
      "rediscache",
      { reservations: shows(reservation({ reservedResourceType: "RedisCache" })) },
    ],
    [
      "subscriptionId",
      "40000000-aaaa-bbbb-cccc-200000000006",
      "50000000-aaaa-bbbb-cccc-200000000009",
      { reservations: shows(reservation({ billingScopeId: "50000000-aaaa-bbbb-cccc-200000000009" })) },
    ],
    [
      "subscriptionId",
      "40000000-aaaa-bbbb-cccc-200000000006",
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
    expect(differences.map(({ field }) => field).toSorted()).toEqual(["quantity", "sku", "term"]);
  });
});

test("a split order is compared by the quantity that was bought, and each of its reservations by its SKU", async () => {
  const parts = shows(reservation({ quantity: 2 }), reservation({ quantity: 3 }));
  expect(
    (await verify({ quantity: 5 }, { listed: order({ originalQuantity: 5 }), reservations: parts })).differences,
  ).toEqual([]);
});

describe("B11: of a split, merged or exchanged order only what is in force counts", () => {
  const other = { sku: { name: "Standard_D2" }, location: "eastus" };
  const split = order({ originalQuantity: 5 });
  const parts = [reservation({ quantity: 2 }, { name: "b" }), reservation({ quantity: 3 }, { name: "c" })];
  const ended = (provisioningState: string, rest = {}) =>
    reservation({ quantity: 5, provisioningState }, { name: "a", ...rest });

  test.each([
    ["the cancelled whole of a split one", [ended("Cancelled"), ...parts]],
    ["a cancelled one with another SKU", [...parts, ended("Cancelled", other)]],
    ["an expired and a failed one", [ended("Expired", other), ...parts, { ...ended("Failed", other), name: "d" }]],
    ["one whose own state is Split, beside its parts", [ended("Split", other), ...parts]],
    ["one whose own state is Merged, beside what it became", [ended("merged", other), ...parts]],
    [
      "one that is listed twice, once as it was",
      [...parts, { ...parts[0], ...other, properties: ended("Cancelled").properties, name: "B" }],
    ],
  ])("%s is no difference", async (_what, shown) => {
    const found = await verify({ quantity: 5 }, { listed: split, reservations: shows(...shown) });
    expect(found.differences).toEqual([]);
  });

  test("the only one, listed twice, is not hidden by what it became meanwhile", async () => {
    const shown = [reservation({}, { name: "a" }), { ...ended("Cancelled"), name: "A" }];
    expect((await verify({}, { reservations: shows(...shown) })).differences).toEqual([]);
  });

  test("what is in force and something else is still told apart", async () => {
    const shown = [ended("Cancelled"), reservation({ quantity: 5 }, { name: "b", ...other })];
    const { differences } = await verify({ quantity: 5 }, { listed: split, reservations: shows(...shown) });
    expect(differences.map(({ field }) => field).toSorted()).toEqual(["region", "sku"]);
  });

  test("the quantity of a part is not taken for that of the order", async () => {
    const listed = order({ originalQuantity: null });
    const shown = shows(ended("Cancelled"), reservation({ quantity: 1 }, { name: "b" }));
    const found = verify({}, { listed, read: { status: 200, body: listed }, reservations: shown });
    await expect(found).rejects.toMatchObject({ code: "commitment-unverifiable" });
  });

  test.each(["Splitting", "Unmerged"])("a state that only holds such a word (%s) counts", async (provisioningState) => {
    const shown = shows(...parts, reservation({ provisioningState }, { name: "a", ...other }));
    const { differences } = await verify({ quantity: 5 }, { listed: split, reservations: shown });
    expect(differences.map(({ field }) => field).toSorted()).toEqual(["region", "sku"]);
  });

  test.each(["Split", "Merged"])("%s alone, with nothing that replaced it, counts", async (provisioningState) => {
    const alone = shows(reservation({ provisioningState }, { sku: { name: "Standard_D2" } }));
    expect((await verify({}, { reservations: alone })).differences).toMatchObject([{ field: "sku" }]);
  });

  test.each([undefined, null, "Processing-2027"])(
    "a state that nobody knows (%o) counts",
    async (provisioningState) => {
      const shown = shows(reservation({ provisioningState }, { sku: { name: "Standard_D2" } }));
      expect((await verify({}, { reservations: shown })).differences).toMatchObject([{ field: "sku" }]);
    },
  );

  test("all have ended: it cannot be compared, and says what is missing", async () => {
    await expect(verify({}, { reservations: shows(ended("Cancelled")) })).rejects.toMatchObject({
      code: "commitment-unverifiable",
      message: expect.stringContaining("asked for (sku)"),
    });
  });
});

describe("B12: the billing scope is compared only where it names a subscription", () => {
  const account = "/providers/Microsoft.Billing/billingAccounts/61e667a1-0558-45a2-b21a-57fa7893951d";
  const elsewhere = "50000000-aaaa-bbbb-cccc-200000000009";

  test.each([
    account,
    `${account}:1970c5da-0aa4-46fd-a917-4772f9a17978_2019-05-31`,
    `${account}/billingProfiles/KPSV-DWNE-BG7-TGB`,
    `${account}/billingSubscriptions/${subscriptionId}`,
    `${account}/billingSubscriptions/${subscriptionId.toUpperCase()}/`,
    `/Subscriptions/${subscriptionId.toUpperCase()}`,
    `/subscriptions/${subscriptionId}/`,
    "",
  ])("%s is no difference", async (billingScopeId) => {
    const shown = shows(reservation({ billingScopeId }));
    expect((await verify({}, { reservations: shown })).differences).toEqual([]);
  });

  test.each([`${account}/billingSubscriptions/${elsewhere}`, `/SUBSCRIPTIONS/${elsewhere}`, elsewhere])(
    "%s is another subscription",
    async (billingScopeId) => {
      const shown = shows(reservation({ billingScopeId }));
      expect((await verify({}, { reservations: shown })).differences).toMatchObject([{ field: "subscriptionId" }]);
    },
  );
});

test("azure-rest-api-specs 26860: what the listing left empty is read from the order", async () => {
  const listed = order({ originalQuantity: null, term: "", billingPlan: undefined });
  const { differences, requests } = await verify({ quantity: 2 }, { listed, read: { status: 200, body: order() } });
  expect(requests).toEqual(["order", "reservations"]);
  expect(differences).toEqual([{ field: "quantity", asked: "2", found: "1" }]);
});

test("a billing plan that the order does not show, even when it is read, is read from its reservations", async () => {
  const listed = order({ billingPlan: null });
  const of = (billingPlan: string) =>
    verify({}, { listed, read: { status: 200, body: listed }, reservations: shows(reservation({ billingPlan })) });
  expect((await of("upfront")).differences).toEqual([]);
  expect((await of("MONTHLY")).differences).toEqual([{ field: "billingPlan", asked: "Upfront", found: "Monthly" }]);
});

test("an order that was read, not listed, is compared with what that said", async () => {
  const { differences, requests } = await verify({}, { read: { status: 200, body: order({ term: "P3Y" }) } }, false);
  expect(differences).toEqual([{ field: "term", asked: "P1Y", found: "P3Y" }]);
  expect(requests).toEqual(["reservations"]);
});

describe("what cannot be compared is not adopted: refused, and tried again later", () => {
  test.each([
    ["no reservation yet", { reservations: shows() }],
    ["a reservation without a SKU", { reservations: shows({ properties: {} }) }],
    ["C10: a region that is no text", { reservations: shows(reservation({}, { location: 7 })) }],
    ["C10: a state that is no text", { reservations: shows(reservation({ provisioningState: { is: "Cancelled" } })) }],
    ["C10: properties that are text", { reservations: shows({ ...reservation(), properties: "none" }) }],
    ["C10: a part of the reservations", { reservations: { status: 206, body: { value: [reservation()] } } }],
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
  const fields = ["region", "reservedResourceType", "sku", "subscriptionId"];
  expect(differences.map(({ field }) => field).toSorted()).toEqual(fields);
});
