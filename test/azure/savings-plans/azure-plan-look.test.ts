import { describe, expect, test } from "vitest";
import { startLoopback, type Reply } from "../support/azure-loopback.ts";
import { failure, otherToken, recorded, signal, subscriptionId, token } from "../support/azure-samples.ts";
import {
  alias,
  aliasName,
  answering,
  executorAt,
  kindOf,
  noAlias,
  noOrder,
  order,
  orderId,
  plan,
  recommend,
  scope,
  submit,
} from "./azure-plan-samples.ts";

const path = "/providers/Microsoft.BillingBenefits/savingsPlanOrders?api-version=2022-11-01";
const second = "b1155536-c572-4349-b11e-6d62eed38326";
const unnamed = { displayName: "Compute_SavingsPlan_11-15-2022_18-09" };
const list = (value: readonly unknown[], nextLink?: unknown): Reply => ({ status: 200, body: { value, nextLink } });
const shows = (body: unknown): Reply => ({ status: 200, body });

describe("findByTokens", () => {
  async function find(reply: Reply | ((nth: number) => Reply), ids: readonly string[] = [], settings = {}) {
    await using server = await startLoopback(answering({ list: reply }));
    const wanted = { tokens: new Set([token, otherToken]), ids: new Set(ids) };
    const found = await executorAt(server, { readAttempts: 1, ...settings })
      .findByTokens(scope, wanted, { signal })
      .catch((error: unknown) => ({ error }));
    return { found, requests: server.arrived.length, first: server.arrived[0]?.path };
  }

  test("by the token in the display name", async () => {
    const { found, first } = await find(list([order(), order(unnamed, { name: second })]));
    expect(first).toBe(path);
    if (!("byToken" in found)) throw found.error;
    expect([...found.byToken.keys()]).toEqual([token]);
    expect(found.byToken.get(token)).toEqual([
      { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true },
    ]);
  });

  test("assumption: tags come back (the specification has none); then they count as well", async () => {
    const tags = { "CUDLY-Idempotency-Token": token };
    const { found } = await find(list([order(unnamed, { tags })]));
    expect("byToken" in found && found.byToken.has(token)).toBe(true);
  });

  test("the recorded listing: known ids are found, and nobody's token", async () => {
    const ids = ["7cf6e5df-0e8b-41ef-9608-05468f9a7129", "99f340d1-6db4-41b4-b469-cfc499716973"];
    const { found } = await find(shows(recorded("savings-plan-orders-list-200").response.body), ids);
    if (!("byToken" in found)) throw found.error;
    expect([[...found.byId.keys()], found.byToken.size]).toEqual([[ids[0]], 0]);
  });

  test.each([
    ["Creating", "live", false],
    ["PendingBilling", "live", false],
    ["ConfirmedBilling", "live", false],
    ["Created", "live", false],
    ["Succeeded", "live", true],
    ["Cancelled", "ended", true],
    ["Expired", "ended", true],
    ["Failed", "failed", true],
    ["NoBenefit", "live", false],
  ])("lessons 1930, 1940: %s is %s, settled %s", async (provisioningState, standing, settled) => {
    const { found } = await find(list([order({ provisioningState })]));
    if (!("byToken" in found)) throw found.error;
    expect(found.byToken.get(token)).toMatchObject([{ state: provisioningState, standing, settled }]);
  });

  test("every state that the SDK knows is judged by the table, not by the rule for unknown ones", async () => {
    const { KnownProvisioningState } = await import("@azure/arm-billingbenefits");
    const judged = "Creating PendingBilling ConfirmedBilling Created Succeeded Cancelled Expired Failed";
    expect(Object.values(KnownProvisioningState).toSorted()).toEqual(judged.split(" ").toSorted());
  });

  describe("a listing that cannot be vouched for is refused", () => {
    const origin = "http://127.0.0.1:9";
    test.each([
      ["200 without the array", shows({})],
      ["null for the array", shows({ value: null })],
      ["HTML", shows("<html></html>")],
      ["an entry without a state", list([order({ provisioningState: null })])],
      ["an entry without an id", list([{ properties: { provisioningState: "Succeeded" } }])],
      ["lesson 1021: a next link to another host", list([], `${origin}${path}`)],
      ["a next link that is no URL", list([], "page 2")],
      ["a next link that is no text", list([], 2)],
    ])("%s", async (_name, reply) => {
      const { found, requests } = await find(reply);
      expect(found).toMatchObject({ error: { name: "RefusedError", code: "lookup-untrusted" } });
      expect(requests).toBe(1);
    });

    test("a next link that repeats, and more pages than the limit", async () => {
      await using server = await startLoopback((request, nth) => {
        const again = request.path.includes("skiptoken") ? nth : 1;
        return list([], `http://${request.headers.host}${path}&%24skiptoken=${nth < 5 ? again : 5}`);
      });
      const wanted = { tokens: new Set([token]), ids: new Set<string>() };
      const endless = executorAt(server).findByTokens(scope, wanted, { signal });
      await expect(endless).rejects.toThrow(/repeats/);
      const limited = executorAt(server, { maxPages: 1 }).findByTokens(scope, wanted, { signal });
      await expect(limited).rejects.toThrow(/more than 1 pages/);
    });

    test("the second page fails", async () => {
      await using server = await startLoopback((request) =>
        request.path.includes("skiptoken")
          ? failure(500, "InternalServerError")
          : list([order()], `http://${request.headers.host}${path}&%24skiptoken=50`),
      );
      const wanted = { tokens: new Set([token]), ids: new Set<string>() };
      const found = executorAt(server).findByTokens(scope, wanted, { signal });
      await expect(found).rejects.toMatchObject({ code: "lookup-failed", retryable: true });
    });

    test("403 names the right at tenant scope", async () => {
      const { found } = await find(failure(403, "AuthorizationFailed"));
      expect(found).toMatchObject({
        error: { code: "access-denied", message: expect.stringContaining("tenant scope") },
      });
    });
  });
});

describe("read", () => {
  async function read(reply: Reply) {
    await using server = await startLoopback(answering({ order: reply }));
    return await executorAt(server, { readAttempts: 1 }).read(scope, orderId, { signal });
  }

  test("an order; and nothing only where Azure says so", async () => {
    expect(await read(shows(order({ provisioningState: "Creating" })))).toMatchObject({ id: orderId, settled: false });
    expect(await read(noOrder)).toBeUndefined();
  });

  test.each([
    ["404 without a code", { status: 404, body: "" }],
    ["another order", shows(order({}, { name: second }))],
    ["no state", shows(order({ provisioningState: "" }))],
    ["500", failure(500, "InternalServerError")],
  ] satisfies [string, Reply][])("%s is no answer", async (_name, reply) => {
    await expect(read(reply)).rejects.toMatchObject({ name: "RefusedError" });
  });
});

describe("resolve", () => {
  async function resolve(look: Reply, shown: Reply = noOrder) {
    await using server = await startLoopback(answering({ alias: look, order: shown }));
    const resolution = await executorAt(server, { readAttempts: 1 }).resolve(submit(), { signal, owned: new Set() });
    return { resolution, paths: server.arrived.map(({ path: asked }) => asked) };
  }

  test("no alias: absent", async () => {
    const { resolution, paths } = await resolve(noAlias);
    expect(resolution.kind).toBe("absent");
    expect(paths).toEqual([
      `/providers/Microsoft.BillingBenefits/savingsPlanOrderAliases/${aliasName}?api-version=2022-11-01`,
    ]);
  });

  test("an alias: found, in the state of its order, at the price of the submission", async () => {
    const { resolution } = await resolve(shows(alias()), shows(order()));
    expect(resolution).toMatchObject({
      kind: "found",
      commitment: { id: orderId, state: "Succeeded", settled: true, price: submit().price },
    });
  });

  test("the alias stays Created although its order failed: the order is believed", async () => {
    const { resolution } = await resolve(shows(alias()), shows(order({ provisioningState: "Failed" })));
    expect(resolution).toMatchObject({ kind: "found", commitment: { standing: "failed" } });
  });

  test("an alias that failed before it had an order: found, failed, without asking for one", async () => {
    const failed = alias({ provisioningState: "Failed", savingsPlanOrderId: null });
    const { resolution, paths } = await resolve(shows(failed));
    expect(resolution).toMatchObject({ kind: "found", commitment: { id: aliasName, standing: "failed" } });
    expect(paths).toHaveLength(1);
  });

  test("an order that is not shown yet: found as the alias says", async () => {
    const { resolution } = await resolve(shows(alias()));
    expect(resolution).toMatchObject({ kind: "found", commitment: { id: orderId, state: "Created" } });
  });

  test.each([
    ["404 without a code", { status: 404, body: "<html></html>" }, noOrder],
    ["500", failure(500, "InternalServerError"), noOrder],
    ["something else under the alias", shows(alias({ term: "P1Y" })), noOrder],
    ["an alias without its amount", shows(alias({ commitment: undefined })), noOrder],
    ["an order that cannot be read", shows(alias()), failure(500, "InternalServerError")],
    ["another order", shows(alias()), shows(order({}, { name: second }))],
  ] satisfies [string, Reply, Reply][])("%s: unclear", async (_name, look, shown) => {
    expect((await resolve(look, shown)).resolution.kind).toBe("unclear");
  });
});

describe("verify", () => {
  async function verify(plans: Reply, change: Readonly<Record<string, unknown>> = {}) {
    await using server = await startLoopback(answering({ plans }));
    const executor = executorAt(server, { readAttempts: 1 });
    const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;
    const recommendation = executor.schema.parse(recommend(change));
    const differences = await executor
      .verify(recommendation, commitment, { signal })
      .catch((error: unknown) => ({ error }));
    return { differences, kinds: server.arrived.map(kindOf) };
  }
  const showing = (...value: readonly unknown[]) => shows({ value });

  test("what was asked for: no difference, at the cost of one read", async () => {
    const { differences, kinds } = await verify(showing(plan()));
    expect(differences).toEqual([]);
    expect(kinds).toEqual(["plans"]);
  });

  test.each([
    [
      "commitment",
      "0.00123 USD Hourly",
      "0.00124 USD Hourly",
      { commitment: { grain: "Hourly", currencyCode: "USD", amount: 0.00124 } },
    ],
    [
      "commitment",
      "0.00123 USD Hourly",
      "0.00123 EUR Hourly",
      { commitment: { grain: "Hourly", currencyCode: "EUR", amount: 0.00123 } },
    ],
    ["term", "P3Y", "P1Y", { term: "P1Y" }],
    ["billingPlan", "Monthly", "Upfront", { billingPlan: undefined }],
    ["appliedScope", "Shared", "Single", { appliedScopeType: "Single" }],
    [
      "subscriptionId",
      `/subscriptions/${subscriptionId}`,
      "50000000-aaaa-bbbb-cccc-200000000009",
      { billingScopeId: "50000000-aaaa-bbbb-cccc-200000000009" },
    ],
  ])("lessons 1495, 1585: another %s is told apart", async (field, asked, found, change) => {
    expect((await verify(showing(plan(change)))).differences).toEqual([{ field, asked, found }]);
  });

  test("another SKU", async () => {
    const other = { ...plan(), sku: { name: "Database_Savings_Plan" } };
    expect((await verify(showing(other))).differences).toMatchObject([{ field: "sku" }]);
  });

  test("bought upfront: shown by no billing plan, as recorded", async () => {
    const upfront = { billingPlan: "Upfront" };
    expect((await verify(showing(plan({ billingPlan: undefined })), upfront)).differences).toEqual([]);
    expect((await verify(showing(plan({ billingPlan: null })), upfront)).differences).toEqual([]);
    expect((await verify(showing(plan()), upfront)).differences).toMatchObject([{ found: "Monthly" }]);
  });

  test("a resource group whose letter case Azure changed is the same; another one is not", async () => {
    const change = { appliedScope: { type: "Single", subscriptionId, resourceGroup: "TestRG" } };
    const group = (name: string) =>
      plan({
        appliedScopeType: "Single",
        appliedScopeProperties: {
          tenantId: null,
          resourceGroupId: `/subscriptions/${subscriptionId}/resourcegroups/${name}`,
        },
      });
    expect((await verify(showing(group("testrg")), change)).differences).toEqual([]);
    const unsaid = plan({ appliedScopeType: "Single", appliedScopeProperties: { resourceGroupId: "" } });
    expect((await verify(showing(unsaid), change)).differences).toEqual([]);
    expect((await verify(showing(group("other")), change)).differences).toMatchObject([
      { field: "appliedScope.resourceGroupId" },
    ]);
  });

  test.each([
    ["a billing account", "/providers/Microsoft.Billing/billingAccounts/61e667a1-0558-45a2-b21a-57fa7893951d"],
    [
      "the subscription in a billing account",
      `/providers/Microsoft.Billing/billingAccounts/1:2/billingSubscriptions/${subscriptionId.toUpperCase()}`,
    ],
    ["a billing profile", "/providers/Microsoft.Billing/billingAccounts/1:2/billingProfiles/KPSV"],
  ])("B12: billed to %s: no difference", async (_what, billingScopeId) => {
    expect((await verify(showing(plan({ billingScopeId })))).differences).toEqual([]);
  });

  test("B12: billed to another subscription of a billing account: a difference", async () => {
    const billingScopeId =
      "/providers/Microsoft.Billing/billingAccounts/1:2/billingSubscriptions/50000000-aaaa-bbbb-cccc-200000000009";
    expect((await verify(showing(plan({ billingScopeId })))).differences).toMatchObject([{ field: "subscriptionId" }]);
  });

  test("B12: an applied scope as a path, as the end of one, or in another letter case is the same", async () => {
    const applied = (type: string, properties: object) =>
      showing(plan({ appliedScopeType: type, appliedScopeProperties: properties }));
    const single = { appliedScope: { type: "Single", subscriptionId } };
    for (const shown of [subscriptionId, `/Subscriptions/${subscriptionId.toUpperCase()}/`]) {
      expect((await verify(applied("single", { subscriptionId: shown }), single)).differences).toEqual([]);
    }
    const elsewhere = applied("Single", { subscriptionId: "50000000-aaaa-bbbb-cccc-200000000009" });
    expect((await verify(elsewhere, single)).differences).toHaveLength(1);
    const group = { appliedScope: { type: "ManagementGroup", managementGroupId: "finance", tenantId: subscriptionId } };
    for (const managementGroupId of ["FINANCE", "/providers/microsoft.management/managementgroups/Finance"]) {
      const shown = applied("ManagementGroup", { managementGroupId, tenantId: subscriptionId.toUpperCase() });
      expect((await verify(shown, group)).differences).toEqual([]);
    }
    expect((await verify(applied("ManagementGroup", { managementGroupId: "sales" }), group)).differences).toHaveLength(
      1,
    );
  });

  test("B11, B15: a plan that is listed twice is one, and one that has ended beside it does not count", async () => {
    const once = { ...plan(), name: "p-1" };
    const ended = { ...plan({ provisioningState: "Cancelled", term: "P1Y" }), name: "p-2" };
    expect((await verify(showing(once, { ...once, name: "P-1" }, ended))).differences).toEqual([]);
  });

  test("the recorded savings plan is compared field by field", async () => {
    const { differences } = await verify(shows(recorded("savings-plans-in-order-200").response.body));
    expect(differences).toEqual([
      { field: "commitment", asked: "0.00123 USD Hourly", found: "0.001 USD Hourly" },
      expect.objectContaining({ field: "subscriptionId" }),
    ]);
  });

  test.each([
    ["no plan yet", showing()],
    ["two plans", showing(plan(), plan())],
    ["no amount", showing(plan({ commitment: null }))],
    ["an amount in words", showing(plan({ commitment: { currencyCode: "USD", amount: "much" } }))],
    ["no term", showing(plan({ term: undefined }))],
    ["200 without the array", shows({})],
    ["500", failure(500, "InternalServerError")],
  ] satisfies [string, Reply][])("%s: cannot be compared, so refused and tried again later", async (_name, plans) => {
    const { differences } = await verify(plans);
    expect(differences).toMatchObject({ error: { code: "commitment-unverifiable", retryable: true } });
  });
});
