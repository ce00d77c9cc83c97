import { describe, expect, test } from "vitest";
import { reservedSkus } from "../../providers/sandbox/azure/reserved-skus.ts";
import { azureClient, recordedAzure, sandboxFor, virtualMachine } from "./support.ts";

const now = Date.parse("2026-03-06T14:10:21.875Z");
const clock = { now: () => now };
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const capacity = "/providers/Microsoft.Capacity";

/** Every path of a JSON value, members of arrays alike. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) {
    return [...new Set(value.flatMap((item) => shapeOf(item, `${path}[]`)))].sort();
  }
  if (typeof value !== "object" || value === null) {
    return [`${path}: ${typeof value}`];
  }
  return Object.entries(value)
    .flatMap(([name, member]) => shapeOf(member, `${path}.${name}`))
    .sort();
}

describe("calculatePrice", () => {
  test.each(["calculate-upfront-200", "calculate-monthly-200"])(
    "answers the request of %s as recorded",
    async (name) => {
      const { request, response } = recordedAzure(name);
      const answer = await azureClient(await sandboxFor({ clock })).calculate(request.body);
      expect(answer.status).toBe(200);
      expect(shapeOf(answer.body)).toEqual(shapeOf(response.body));
      expect(answer.body.properties.reservationOrderId).toMatch(guid);
      const recorded = response.body["properties"] as Record<string, unknown>;
      expect(answer.body.properties.billingCurrencyTotal).toEqual(recorded["billingCurrencyTotal"]);
      expect(answer.body.properties.skuDescription).toBe(recorded["skuDescription"]);
    },
  );

  test("mints another id on every call and buys nothing", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const ids = [await azure.quote(), await azure.quote()];
    expect(new Set(ids).size).toBe(2);
    expect(sandbox.purchases()).toBe(0);
    expect((await azure.list()).body).toEqual({ value: [] });
  });

  test("schedules twelve monthly payments from today", async () => {
    const azure = azureClient(await sandboxFor({ clock }));
    const { body } = await azure.calculate(virtualMachine({ billingPlan: "Monthly", quantity: 2 }));
    const dates = body.properties.paymentSchedule.map(({ dueDate }: { dueDate: string }) => dueDate);
    expect(dates).toHaveLength(12);
    expect([dates[0], dates[11]]).toEqual(["2026-03-06", "2027-02-06"]);
  });

  test("a missing billing plan means the whole sum at once", async () => {
    const azure = azureClient(await sandboxFor());
    const body = virtualMachine({ billingPlan: undefined });
    expect((await azure.calculate(body)).body.properties.paymentSchedule).toBeUndefined();
    const id = await azure.buy(body);
    expect((await azure.get(id)).body.properties.billingPlan).toBe("Upfront");
  });

  test.each([
    ["VirtualMachines", "STANDARD_D2S_V3", "P3Y", 1, 936],
    ["RedisCache", "Azure_Redis_Cache_Premium_P1_Cache", "P1Y", 2, 4632],
    ["RedisCache", "azure_managed_redis_balanced_b10", "P1Y", 1, 1188],
    ["CosmosDb", "Cosmos_DB_100_RU_s", "P1Y", 10, 480],
    ["SqlDatabases", "SQLDB_GP_Compute_Gen5", "P1Y", 4, 2784],
    ["SqlDataWarehouse", "Compute_DWU_100", "P3Y", 1, 9540],
    ["SearchService", "search_standard_s1", "P1Y", 1, 1620],
  ])("%s %s can be bought for %s", async (reservedResourceType, name, term, quantity, amount) => {
    const azure = azureClient(await sandboxFor({ azure: { currency: "EUR" } }));
    const body = virtualMachine({ reservedResourceType, term, quantity }, { sku: { name } });
    const quoted = await azure.calculate(body);
    expect(quoted.body.properties.billingCurrencyTotal).toEqual({ currencyCode: "EUR", amount });
    expect((await azure.put(quoted.body.properties.reservationOrderId, body)).status).toBe(202);
  });

  test("refuses a display name outside the pattern with the recorded error", async () => {
    const { response } = recordedAzure("error-displayname-invalid-400");
    const azure = azureClient(await sandboxFor());
    for (const displayName of ["with spaces", "x".repeat(65), "dotted.name"]) {
      const { status, body } = await azure.calculate(virtualMachine({ displayName }));
      expect({ status, body }).toEqual(response);
    }
  });

  test.each([
    ["an unknown SKU", virtualMachine({}, { sku: { name: "Standard_X" } }), "BadRequest"],
    ["a SKU of another type", virtualMachine({ reservedResourceType: "CosmosDb" }), "BadRequest"],
    ["an unknown type", virtualMachine({ reservedResourceType: "Nothing" }), "BadRequest"],
    ["a term that is not sold", virtualMachine({ term: "P5Y" }), "UnsupportedReservationTerm"],
    ["no term", virtualMachine({ term: undefined }), "InvalidRequestContent"],
    ["no billing scope", virtualMachine({ billingScopeId: undefined }), "InvalidRequestContent"],
    ["an unknown plan", virtualMachine({ billingPlan: "Partial" }), "InvalidRequestContent"],
    ["quantity 0", virtualMachine({ quantity: 0 }), "InvalidRequestContent"],
    ["half a quantity", virtualMachine({ quantity: 1.5 }), "InvalidRequestContent"],
    ["no location", virtualMachine({}, { location: undefined }), "InvalidLocationId"],
    ["a single scope without a name", virtualMachine({ appliedScopeType: "Single" }), "MissingAppliedScopesForSingle"],
    [
      "flexibility of a database",
      virtualMachine(
        { reservedResourceType: "SqlDatabases", reservedResourceProperties: { instanceFlexibility: "On" } },
        { sku: { name: "SQLDB_GP_Compute_Gen5" } },
      ),
      "BadRequest",
    ],
  ])("refuses %s", async (_what, body, code) => {
    const answer = await azureClient(await sandboxFor()).calculate(body);
    expect([answer.status, answer.body.error.code]).toEqual([400, code]);
  });
});

describe("the PUT", () => {
  test("answers 202 as recorded and buys one order", async () => {
    const { request, response } = recordedAzure("purchase-put-upfront-202");
    const sandbox = await sandboxFor({ clock });
    const azure = azureClient(sandbox);
    const id = await azure.quote(request.body);
    const { status, headers, body } = await azure.put(id, request.body);
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(`${sandbox.url}${capacity}/reservationOrders/${id}?api-version=2022-11-01`);
    expect(headers.get("retry-after")).toBe("120");
    expect(shapeOf(body)).toEqual(shapeOf(response.body));
    expect(body).toMatchObject({
      id: `/providers/microsoft.capacity/reservationOrders/${id}`,
      etag: 1,
      properties: {
        provisioningState: "Creating",
        displayName: "TestVm1",
        requestDateTime: "2026-03-06T14:10:21.8750000Z",
      },
    });
    expect(sandbox.purchases()).toBe(1);
    expect(sandbox.orders()).toMatchObject([{ id, sku: "Standard_b1ls", quantity: 1, billingPlan: "Upfront" }]);
  });

  test("refuses an id that was never minted with the recorded error", async () => {
    const sandbox = await sandboxFor();
    const { status, body } = await azureClient(sandbox).put("e3bcb222-59b7-4951-ad81-2822c078ec8c");
    expect({ status, body }).toEqual(recordedAzure("error-session-timed-out-400").response);
    expect(sandbox.purchases()).toBe(0);
  });

  test("refuses an id whose session has timed out, not a moment before", async () => {
    let time = now;
    const sandbox = await sandboxFor({ clock: { now: () => time }, azure: { quoteLifetime: 60_000 } });
    const azure = azureClient(sandbox);
    const [first, second] = [await azure.quote(), await azure.quote()];
    time = now + 59_999;
    expect((await azure.put(first)).status).toBe(202);
    time = now + 60_000;
    expect((await azure.put(second)).body.error.message).toContain("Session timed out");
    expect(sandbox.purchases()).toBe(1);
    const third = await azure.quote();
    const kept = Object.keys(sandbox.store.snapshot()).filter((key) => key.startsWith("azure.quotes/"));
    expect(kept).toEqual([`azure.quotes/${third}`]);
  });

  test.each([
    ["quantity", virtualMachine({ quantity: 2 })],
    ["display name", virtualMachine({ displayName: "Other" })],
    ["tags", virtualMachine({}, { tags: { "purchase-automation": "x" } })],
  ])("refuses another %s than was quoted", async (_what, body) => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    expect((await azure.put(await azure.quote(), body)).status).toBe(400);
    expect(sandbox.purchases()).toBe(0);
  });

  test.each([
    ["existing", 200, undefined],
    ["already-exists", 409, "ReservationOrderIdAlreadyExists"],
    ["session-timed-out", 400, "BadRequest"],
  ] as const)("a second one with secondPut %s answers %i and buys nothing", async (secondPut, status, code) => {
    const sandbox = await sandboxFor({ azure: { secondPut } });
    const azure = azureClient(sandbox);
    const id = await azure.buy();
    const again = await azure.put(id);
    expect([again.status, again.body.error?.code]).toEqual([status, code]);
    expect(again.body.name).toBe(status === 200 ? id : undefined);
    expect((await azure.put(id, virtualMachine({ quantity: 2 }))).status).toBe(Math.max(status, 400));
    expect(sandbox.purchases()).toBe(1);
  });

  test.each([true, false])("shows the tags that were sent: returnTags %s", async (returnTags) => {
    const tags = { "purchase-automation": "web", "cudly-idempotency-token": "0123abcd" };
    const sandbox = await sandboxFor({ azure: { returnTags } });
    const azure = azureClient(sandbox);
    const id = await azure.buy(virtualMachine({}, { tags }));
    const shown = returnTags ? tags : undefined;
    expect((await azure.get(id)).body.tags).toEqual(shown);
    expect((await azure.list()).body.value[0].tags).toEqual(shown);
    expect(sandbox.orders()[0]?.tags).toEqual(tags);
  });
});

describe("the states of an order", () => {
  test("advance with every read, by id or in a listing, as recorded", async () => {
    const azure = azureClient(await sandboxFor({ clock }));
    const id = await azure.buy();
    const seen = [];
    for (const read of [azure.get, azure.list, azure.get, azure.list, azure.get]) {
      const { body } = await read(id);
      const order = body.value?.[0] ?? body;
      seen.push(`${order.properties.provisioningState} ${order.etag}`);
    }
    expect(seen).toEqual(["PendingCapacity 4", "PendingBilling 6", "ConfirmedBilling 7", "Succeeded 8", "Succeeded 8"]);
    const { body } = await azure.get(id);
    expect(shapeOf(body)).toEqual(shapeOf(recordedAzure("order-get-succeeded-200").response.body));
    expect(body.properties.expiryDateTime).toBe("2027-03-06T14:10:21.8750000Z");
  });

  test("take as many reads each as is asked for", async () => {
    const azure = azureClient(await sandboxFor({ azure: { readsPerState: 2 } }));
    const id = await azure.buy();
    const states = [await azure.get(id), await azure.get(id)].map(({ body }) => body.properties.provisioningState);
    expect(states).toEqual(["Creating", "PendingCapacity"]);
  });

  test("end as the SKU's option or the command says, without dates", async () => {
    const sandbox = await sandboxFor({ azure: { finalStates: { standard_b1LS: "BillingFailed" }, readsPerState: 1 } });
    const azure = azureClient(sandbox);
    const failed = await azure.buy();
    sandbox.setFinalState("Standard_B1ls", "Failed");
    const other = await azure.buy();
    for (let read = 1; read <= 4; read += 1) {
      await azure.list();
    }
    const { properties } = (await azure.get(failed)).body;
    expect(properties.provisioningState).toBe("BillingFailed");
    expect(properties).not.toHaveProperty("createdDateTime");
    expect((await azure.get(other)).body.properties.provisioningState).toBe("Failed");
    sandbox.setOrderState(failed, "Cancelled");
    expect((await azure.get(failed)).body.properties.provisioningState).toBe("Cancelled");
  });
});

describe("reading", () => {
  test("an order that was quoted but not bought is ReservationOrderNotFound", async () => {
    const azure = azureClient(await sandboxFor());
    const { status, body } = await azure.get(await azure.quote());
    expect([status, body.error.code]).toEqual([404, "ReservationOrderNotFound"]);
  });

  test("the listing has pages of 50 with offset links on the sandbox's own address", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const bought: string[] = [];
    for (let count = 1; count <= 101; count += 1) {
      bought.push(await azure.buy(virtualMachine({ displayName: `order-${count}` })));
    }
    const found: string[] = [];
    const links: string[] = [];
    let next: string | undefined = `${sandbox.url}${capacity}/reservationOrders?api-version=2022-11-01`;
    while (next !== undefined) {
      const { body } = await azure.call("GET", next);
      found.push(...body.value.map(({ name }: { name: string }) => name));
      next = body.nextLink;
      links.push(next ?? "end");
    }
    expect(found).toEqual(bought);
    const base = `${sandbox.url}${capacity}/reservationOrders?api-version=2022-11-01&%24skiptoken=`;
    expect(links).toEqual([`${base}50`, `${base}100`, "end"]);
    const localhost = `http://localhost:${sandbox.port}${capacity}/reservationOrders?api-version=2022-11-01`;
    expect((await azure.call("GET", localhost)).body.nextLink).toContain(`http://localhost:${sandbox.port}/`);
    // As recorded, the list of reservations ends after 50 without saying that there are more.
    const reservations = (await azure.call("GET", `${capacity}/reservations`)).body;
    expect([reservations.value.length, reservations.nextLink]).toEqual([50, undefined]);
  });

  test("the reservation of an order says what was bought", async () => {
    const azure = azureClient(await sandboxFor());
    const id = await azure.buy(virtualMachine({ quantity: 3, term: "P3Y" }));
    for (let read = 1; read <= 4; read += 1) {
      await azure.get(id);
    }
    const { body } = await azure.call("GET", `${capacity}/reservationOrders/${id}/reservations`);
    expect(body.value).toHaveLength(1);
    expect(shapeOf(body)).toEqual(shapeOf(recordedAzure("reservations-listall-item-200").response.body));
    expect(body.value[0]).toMatchObject({
      sku: { name: "Standard_B1ls" },
      location: "westus",
      properties: { quantity: 3, term: "P3Y", reservedResourceType: "VirtualMachines", instanceFlexibility: "On" },
    });
  });

  test.each([
    ["properties/displayName eq 'one'", 1],
    ["properties/displayName eq 'ONE'", 0],
    ["sku/name eq 'STANDARD_b1ls'", 2],
    ["properties/displayName eq 'one' or properties/displayName eq 'two'", 2],
    ["(properties/displayName eq 'one' or properties/quantity eq 1) and sku/name eq 'none'", 0],
    ["properties/displayName eq 'it''s'", 0],
  ])("reservations are filtered by %s", async (filter, count) => {
    const azure = azureClient(await sandboxFor());
    await azure.buy(virtualMachine({ displayName: "one" }));
    await azure.buy(virtualMachine({ displayName: "two" }));
    const { body } = await azure.call("GET", `${capacity}/reservations?$filter=${encodeURIComponent(filter)}`);
    expect(body.value).toHaveLength(count);
  });

  test.each([
    "name",
    "name ne 'x'",
    "name eq",
    "(name eq 'x'",
    "name eq 'x' and",
    "name eq 'x' 'y'",
    `${"(".repeat(30)}name eq 'x'${")".repeat(30)}`,
  ])("a filter %s is refused", async (filter) => {
    const azure = azureClient(await sandboxFor());
    const { status } = await azure.call("GET", `${capacity}/reservations?$filter=${encodeURIComponent(filter)}`);
    expect(status).toBe(400);
  });

  test("the catalogue lists what can be bought, in the recorded shape", async () => {
    const azure = azureClient(await sandboxFor());
    const catalogs = (query: string) =>
      azure.call("GET", `/subscriptions/s/providers/Microsoft.Capacity/catalogs?${query}`);
    const { body } = await catalogs("location=westus&reservedResourceType=VirtualMachines");
    expect(body.value.map(({ name }: { name: string }) => name)).toEqual(["Standard_B1ls", "Standard_D2s_v3"]);
    expect(body.value[0]).toMatchObject({
      resourceType: "virtualMachines",
      terms: ["P1Y", "P3Y"],
      locations: ["westus"],
      billingPlans: { p1Y: ["Upfront", "Monthly"] },
      msrp: { p1Y: { currencyCode: "USD", amount: 31 } },
      restrictions: [],
    });
    expect((await catalogs("location=westus&reservedResourceType=SearchService")).body.value).toMatchObject([
      { resourceType: "searchService", name: "search_standard_s1" },
    ]);
    const filter = encodeURIComponent("name eq 'search_standard_S1'");
    expect((await catalogs(`location=westus&$filter=${filter}`)).body.value).toHaveLength(1);
    const all = (await catalogs("location=westus")).body.value.length;
    // A publisher's software is listed where it is asked for by its ids.
    expect(all).toBe(reservedSkus.filter(({ published }) => published === undefined).length);
    expect((await catalogs(`location=westus&$skip=${all - 1}&$take=5`)).body.value).toHaveLength(1);
  });
});

describe("what Azure Resource Manager refuses", () => {
  test("no authorization, another api-version, an unknown path", async () => {
    const sandbox = await sandboxFor();
    const list = `${sandbox.url}${capacity}/reservationOrders`;
    const statusAndCode = async (answer: Promise<Response>) => {
      const { status, json } = await answer.then(async (got) => ({ status: got.status, json: await got.json() }));
      return [status, (json as { error: { code: string } }).error.code];
    };
    const headers = { authorization: "Bearer dummy" };
    expect(await statusAndCode(fetch(`${list}?api-version=2022-11-01`))).toEqual([401, "AuthenticationFailed"]);
    expect(await statusAndCode(fetch(`${list}?api-version=2019-04-01`, { headers }))).toEqual([
      400,
      "InvalidApiVersionParameter",
    ]);
    expect(await statusAndCode(fetch(`${sandbox.url}/providers/Other/x?api-version=2022-11-01`, { headers }))).toEqual([
      404,
      "InvalidResourceType",
    ]);
    expect(await statusAndCode(fetch(`${sandbox.url}/else`))).toEqual([404, "NotFound"]);
  });
});
