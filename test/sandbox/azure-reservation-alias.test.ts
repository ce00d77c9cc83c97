import { describe, expect, test } from "vitest";
import { azureClient, recordedAzure, sandboxFor } from "./support.ts";

const aliasAt = (name: string) => `/providers/Microsoft.BillingBenefits/reservationOrderAliases/${name}`;
const { request, response } = recordedAzure("reservation-alias-put-201");
const recordedProperties = response.body["properties"] as Record<string, unknown>;

test("PUT answers as recorded: 201, Created, with the order; and GET of the alias the same, also when that is Succeeded", async () => {
  const sandbox = await sandboxFor();
  const { call, get } = azureClient(sandbox);
  const put = await call("PUT", aliasAt("TestNameRo"), request.body);
  const orderId = String(put.body.properties.reservationOrderId).split("/").at(-1) ?? "";
  const path = "/providers/Microsoft.Capacity/reservationOrders/";
  expect([put.status, put.body]).toEqual([
    response.status,
    { ...response.body, properties: { ...recordedProperties, reservationOrderId: `${path}${orderId}` } },
  ]);
  expect(sandbox.orders()).toMatchObject([{ id: orderId, billingPlan: "Monthly", displayName: "TestNameRo" }]);

  const operation = put.headers.get("azure-asyncoperation") ?? "";
  const said: string[] = [];
  for (let reads = 0; reads < 5; reads += 1) said.push((await call("GET", operation)).body.status);
  expect([said[0], said.at(-1)]).toEqual(["PendingPurchases", "Succeeded"]);
  expect((await get(orderId)).body.properties.provisioningState).toBe("Succeeded");
  const again = await call("GET", aliasAt("testnamero"));
  expect([again.status, again.body]).toEqual([200, put.body]);
});

test("no billing plan is upfront; Monthly and Upfront are words of the other interface", async () => {
  const sandbox = await sandboxFor();
  const { call } = azureClient(sandbox);
  const { billingPlan: _plan, ...properties } = request.body["properties"] as Record<string, unknown>;
  const put = await call("PUT", aliasAt("a"), { ...request.body, properties });
  expect([put.status, "billingPlan" in put.body.properties]).toEqual([201, false]);
  expect(sandbox.orders()).toMatchObject([{ billingPlan: "Upfront" }]);
  for (const billingPlan of ["Monthly", "Upfront"]) {
    const refused = await call("PUT", aliasAt("b"), { ...request.body, properties: { ...properties, billingPlan } });
    expect([refused.status, refused.body.error.code]).toEqual([400, "InvalidRequestContent"]);
  }
  expect((await call("GET", aliasAt("b"))).body.error.code).toBe("ReservationOrderAliasNotFound");
  expect(sandbox.purchases()).toBe(1);
});

describe("assumption: what a second PUT does is an option", () => {
  test.each([
    ["existing", 200, 1],
    ["already-exists", 409, 1],
    ["buys-again", 201, 2],
  ] as const)("%s: %i", async (secondPut, status, orders) => {
    const sandbox = await sandboxFor({ azure: { reservationAlias: { secondPut } } });
    const { call } = azureClient(sandbox);
    await call("PUT", aliasAt("a"), request.body);
    expect((await call("PUT", aliasAt("A"), request.body)).status).toBe(status);
    expect([sandbox.orders().length, sandbox.purchaseRequests().length]).toEqual([orders, 2]);
  });
});
