import { AzureReservationAPI } from "@azure/arm-reservations";
import { expect, test } from "vitest";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { azureClient, sandboxFor } from "./support.ts";

/** The SDK's own client; it sends tokens over https only, so the bearer policy is replaced by one with a dummy. */
function sdkClient(sandbox: CloudSandbox): AzureReservationAPI {
  const credential = { getToken: () => Promise.resolve(null) };
  const client = new AzureReservationAPI(credential, { endpoint: sandbox.url, allowInsecureConnection: true });
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "dummyToken",
    sendRequest: (request, next) => {
      request.headers.set("authorization", "Bearer dummy");
      return next(request);
    },
  });
  return client;
}

const body = {
  sku: { name: "Standard_B1ls" },
  location: "westus",
  reservedResourceType: "VirtualMachines",
  billingScopeId: "/subscriptions/40000000-aaaa-bbbb-cccc-200000000006",
  term: "P1Y",
  billingPlan: "Upfront",
  quantity: 2,
  displayName: "sdk",
  appliedScopeType: "Shared",
  renew: false,
} as const;

test("the SDK quotes, buys, reads and lists", async () => {
  const sandbox = await sandboxFor();
  const client = sdkClient(sandbox);
  const quote = await client.reservationOrder.calculate(body);
  expect(quote.properties?.billingCurrencyTotal).toEqual({ currencyCode: "GBP", amount: 48 });
  const id = quote.properties?.reservationOrderId ?? "";
  await client.reservationOrder.purchase(id, body).submitted();
  expect(sandbox.orders()).toMatchObject([{ id, displayName: "sdk", quantity: 2 }]);

  const order = await client.reservationOrder.get(id);
  expect([order.name, order.displayName, order.provisioningState]).toEqual([id, "sdk", "PendingCapacity"]);
  const listed = [];
  for await (const { name } of client.reservationOrder.list()) {
    listed.push(name);
  }
  expect(listed).toEqual([id]);
  const reservations = [];
  for await (const { sku } of client.reservation.listAll({ filter: "properties/displayName eq 'sdk'" })) {
    reservations.push(sku?.name);
  }
  expect(reservations).toEqual(["Standard_B1ls"]);
  const catalogue = [];
  for await (const { name } of client.getCatalog("s", { location: "westus", reservedResourceType: "CosmosDb" })) {
    catalogue.push(name);
  }
  expect(catalogue).toEqual(["Cosmos_DB_100_RU_s"]);
});

test("an error carries its code; the SDK follows a link to another origin", async () => {
  const [sandbox, foreign] = [await sandboxFor(), await sandboxFor()];
  const client = sdkClient(sandbox);
  await expect(client.reservationOrder.get("e3bcb222-59b7-4951-ad81-2822c078ec8c")).rejects.toMatchObject({
    statusCode: 404,
    code: "ReservationOrderNotFound",
  });
  await azureClient(sandbox).buy();
  sandbox.addFault({ match: {}, fault: { kind: "listing", listing: "foreign-next-link", to: foreign.url } });
  for await (const _order of client.reservationOrder.list()) {
    // Read to the end, as the SDK does.
  }
  expect(foreign.requests.map(({ action }) => action)).toEqual(["GET reservationOrders"]);
});
