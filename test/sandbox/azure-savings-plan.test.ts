import { BillingBenefitsRP } from "@azure/arm-billingbenefits";
import { describe, expect, test } from "vitest";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { recordedAzure, sandboxFor } from "./support.ts";

const root = "/providers/Microsoft.BillingBenefits";

/** The body of a purchase. */
function savingsPlan(change: object = {}, rest: object = {}) {
  return {
    sku: { name: "Compute_Savings_Plan" },
    properties: {
      displayName: "TestNameSO2",
      billingScopeId: "/subscriptions/00000000-0000-0000-0000-000000000000",
      billingPlan: "P1M",
      term: "P1Y",
      appliedScopeType: "Shared",
      commitment: { grain: "Hourly", currencyCode: "USD", amount: 10 },
      ...change,
    },
    ...rest,
  };
}

/** A plain client: status and body. */
function clientOf(sandbox: CloudSandbox) {
  return async (method: string, path: string, body?: unknown) => {
    const url = path.startsWith("http") ? path : `${sandbox.url}${root}${path}?api-version=2022-11-01`;
    const answer = await fetch(url, {
      method,
      headers: { authorization: "Bearer dummy", "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // The tests read whatever the imitation answered; a wrong guess fails the assertion.
    return { status: answer.status, body: (await answer.json()) as ReturnType<typeof JSON.parse> };
  };
}

/** The names of all members, nested ones with their path; of a list, those of its first entry. */
function shapeOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return shapeOf(value[0], `${path}[]`);
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([name, member]) => shapeOf(member, `${path}.${name}`));
}

test("PUT answers as recorded: 201, Created, with the order; and the alias stays so", async () => {
  const call = clientOf(await sandboxFor());
  const { request, response } = recordedAzure("savings-plan-alias-put-201");
  const put = await call("PUT", "/savingsPlanOrderAliases/TestNameSO2", request.body);
  expect(put.status).toBe(response.status);
  const recordedShape = shapeOf(response.body);
  expect(recordedShape.filter((name) => !shapeOf(put.body).includes(name))).toEqual([]);
  expect(put.body).toMatchObject({
    name: "TestNameSO2",
    properties: { provisioningState: "Created", displayName: "TestNameSO2", commitment: { amount: 10 } },
  });
  const id = put.body.properties.savingsPlanOrderId.split("/").at(-1);
  const states = [];
  for (let nth = 0; nth < 4; nth += 1) {
    states.push((await call("GET", `/savingsPlanOrders/${id}`)).body.properties.provisioningState);
  }
  expect(states).toEqual(["PendingBilling", "ConfirmedBilling", "Succeeded", "Succeeded"]);
  expect((await call("GET", "/savingsPlanOrderAliases/testnameso2")).body).toEqual(put.body);
});

test("order and savings plan have the recorded members, but for the billing account's", async () => {
  const sandbox = await sandboxFor();
  const call = clientOf(sandbox);
  await call("PUT", "/savingsPlanOrderAliases/one", savingsPlan());
  const id = sandbox.savingsPlanOrders()[0]?.id ?? "";
  for (let nth = 0; nth < 3; nth += 1) await call("GET", `/savingsPlanOrders/${id}`);
  const order = await call("GET", "/savingsPlanOrders");
  const plans = await call("GET", `/savingsPlanOrders/${id}/savingsPlans`);
  for (const [recorded, shown] of [
    ["savings-plan-orders-list-200", order.body],
    ["savings-plans-in-order-200", plans.body],
  ] as const) {
    const missing = shapeOf(recordedAzure(recorded).response.body).filter((name) => !shapeOf(shown).includes(name));
    const account = /billing(Profile|Account)Id$|effectiveDateTime$/;
    expect(
      missing.filter((name) => !account.test(name)),
      recorded,
    ).toEqual([]);
  }
  expect(plans.body.value[0].properties.commitment).toEqual({ grain: "Hourly", currencyCode: "USD", amount: 10 });
});

describe("a second PUT of an alias", () => {
  test.each([
    ["existing", 200, 1],
    ["already-exists", 409, 1],
    ["buys-again", 201, 2],
  ] as const)("%s: %i, %i orders", async (secondPut, status, orders) => {
    const sandbox = await sandboxFor({ azure: { savingsPlan: { secondPut } } });
    const call = clientOf(sandbox);
    await call("PUT", "/savingsPlanOrderAliases/one", savingsPlan());
    expect((await call("PUT", "/savingsPlanOrderAliases/ONE", savingsPlan())).status).toBe(status);
    expect(sandbox.savingsPlanOrders()).toHaveLength(orders);
  });
});

test("tags are dropped unless they are asked for", async () => {
  const tagged = savingsPlan({}, { tags: { team: "web" } });
  for (const returnTags of [false, true]) {
    const sandbox = await sandboxFor({ azure: { savingsPlan: { returnTags } } });
    const call = clientOf(sandbox);
    await call("PUT", "/savingsPlanOrderAliases/one", tagged);
    expect((await call("GET", "/savingsPlanOrders")).body.value[0].tags).toEqual(
      returnTags ? { team: "web" } : undefined,
    );
    expect(sandbox.savingsPlanOrders()[0]?.tags).toEqual({ team: "web" });
  }
});

test.each([
  ["another SKU", { ...savingsPlan(), sku: { name: "Database_Savings_Plan" } }],
  ["a plan that does not exist", savingsPlan({ billingPlan: "Upfront" })],
  ["nothing per hour", savingsPlan({ commitment: { grain: "Hourly", currencyCode: "USD", amount: 0 } })],
  ["a scope unnamed", savingsPlan({ appliedScopeType: "Single" })],
  ["a display name with spaces", savingsPlan({ displayName: "my plan" })],
  ["no body", undefined],
])("%s: 400, and nothing is bought", async (_name, body) => {
  const sandbox = await sandboxFor();
  expect((await clientOf(sandbox)("PUT", "/savingsPlanOrderAliases/one", body)).status).toBe(400);
  expect(sandbox.savingsPlanOrders()).toEqual([]);
});

test("pages of fifty, with a next link", async () => {
  const sandbox = await sandboxFor();
  const call = clientOf(sandbox);
  for (let nth = 0; nth < 51; nth += 1) await call("PUT", `/savingsPlanOrderAliases/a${nth}`, savingsPlan());
  const first = await call("GET", "/savingsPlanOrders");
  expect(first.body.value).toHaveLength(50);
  const second = await call("GET", first.body.nextLink);
  expect([second.body.value.length, second.body.nextLink]).toEqual([1, undefined]);
});

test("states are set by hand, of an order and of those to come; what is not there is refused", async () => {
  const sandbox = await sandboxFor();
  const call = clientOf(sandbox);
  await call("PUT", "/savingsPlanOrderAliases/one", savingsPlan());
  const id = sandbox.savingsPlanOrders()[0]?.id ?? "";
  sandbox.setOrderState(id, "Cancelled");
  expect((await call("GET", `/savingsPlanOrders/${id}`)).body.properties.provisioningState).toBe("Cancelled");
  expect(() => sandbox.setOrderState("nobody", "Failed")).toThrow(/no order nobody/);
  sandbox.setFinalState("Compute_Savings_Plan", "Failed");
  await call("PUT", "/savingsPlanOrderAliases/two", savingsPlan());
  for (let nth = 0; nth < 3; nth += 1) await call("GET", "/savingsPlanOrders");
  expect(sandbox.savingsPlanOrders().map(({ state }) => state)).toEqual(["Cancelled", "Failed"]);
});

test("the SDK, which knows nothing of us, validates, buys, reads and lists", async () => {
  const sandbox = await sandboxFor();
  const client = new BillingBenefitsRP(
    { getToken: async () => null },
    { endpoint: sandbox.url, $host: sandbox.url, allowInsecureConnection: true },
  );
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "dummyToken",
    sendRequest: (request, next) => {
      request.headers.set("authorization", "Bearer dummy");
      return next(request);
    },
  });
  const { sku, properties } = savingsPlan();
  const body = { sku, ...properties };
  expect(await client.validatePurchase({ benefits: [body] })).toMatchObject({ benefits: [{ valid: true }] });
  const poller = await client.savingsPlanOrderAlias.beginCreate("sdk", body);
  for (let nth = 0; nth < 5 && !poller.isDone(); nth += 1) await poller.poll();
  expect(poller.getResult()).toMatchObject({ name: "sdk", provisioningState: "Created" });
  const alias = await client.savingsPlanOrderAlias.get("sdk");
  const id = sandbox.savingsPlanOrders()[0]?.id ?? "";
  expect(alias).toMatchObject({ displayName: "TestNameSO2", provisioningState: "Created" });
  expect(alias.savingsPlanOrderId).toContain(id);
  const listed = [];
  for await (const { name } of client.savingsPlanOrder.list()) listed.push(name);
  expect(listed).toEqual([id]);
  const plans = [];
  for await (const { commitment } of client.savingsPlan.list(id)) plans.push(commitment?.amount);
  expect(plans).toEqual([10]);
  await expect(client.savingsPlanOrderAlias.get("nobody")).rejects.toMatchObject({
    statusCode: 404,
    code: "SavingsPlanOrderAliasNotFound",
  });
});
