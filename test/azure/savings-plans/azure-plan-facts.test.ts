import { describe, expect, test } from "vitest";
import { RefusedError } from "../../../src/contract/errors.ts";
import { compareFound } from "../../../src/drive/adopt.ts";
import { statedDifferences } from "../../../src/drive/compare-facts.ts";
import { startLoopback, type Reply } from "../support/azure-loopback.ts";
import { failure, recorded, signal, subscriptionId } from "../support/azure-samples.ts";
import { answering, executorAt, kindOf, orderId, plan, recommend, scope } from "./azure-plan-samples.ts";

const shows = (body: unknown): Reply => ({ status: 200, body });

test("what decides has to be stated; where it is billed and what it applies to, only where it shows", async () => {
  await using server = await startLoopback(answering({}));
  const { schema, factsOf } = executorAt(server);
  const appliedScope = { type: "Single", subscriptionId: subscriptionId.toUpperCase(), resourceGroup: "TestRG" };
  const commitment = { amount: "0.50000", currency: "USD" };
  expect(factsOf(schema.parse(recommend({ appliedScope, commitment })))).toEqual({
    decisive: { sku: "compute_savings_plan", commitment: "0.5 USD Hourly", term: "P3Y", billingPlan: "Monthly" },
    ifStated: {
      subscriptionId,
      appliedScope: "single",
      "appliedScope.resourceGroupId": `subscriptions/${subscriptionId}/resourcegroups/testrg`,
    },
  });
});

describe("what is found by its marker is compared with what was asked for", () => {
  /** As the drive compares it: the differences that refuse it, or another error. */
  async function verify(plans: Reply, change: Readonly<Record<string, unknown>> = {}) {
    await using server = await startLoopback(answering({ plans }));
    const executor = executorAt(server, { readAttempts: 1 });
    const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;
    const recommendation = executor.schema.parse(recommend(change));
    const found = { commitment, marks: [], facts: {} };
    const error = await compareFound(executor, { recommendation, scope }, found, { signal }).catch(
      (refusal: unknown) => refusal,
    );
    const kinds = server.arrived.map(kindOf);
    if (error === undefined) return { differences: [], kinds };
    if (!RefusedError.isInstance(error) || error.code !== "commitment-mismatch")
      return { differences: { error }, kinds };
    const facts = (await executor.inventory.facts?.(scope, commitment, { signal })) ?? {};
    return { differences: statedDifferences(executor.factsOf(recommendation), facts), kinds };
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
    ["appliedScope", "shared", "single", { appliedScopeType: "Single" }],
    [
      "subscriptionId",
      subscriptionId,
      "50000000-aaaa-bbbb-cccc-200000000009",
      { billingScopeId: "50000000-aaaa-bbbb-cccc-200000000009" },
    ],
  ])("lessons 1495, 1585: another %s is told apart", async (field, asked, found, change) => {
    expect((await verify(showing(plan(change)))).differences).toEqual([{ field, asked, found }]);
  });

  test("letter case is no difference", async () => {
    const commitment = { grain: "hourly", currencyCode: "usd", amount: 0.00123 };
    for (const billingPlan of ["p1m", "MONTHLY"]) {
      const shouted = plan({ commitment, term: "p3y", billingPlan, appliedScopeType: "SHARED" });
      const { differences } = await verify(showing({ ...shouted, sku: { name: "COMPUTE_SAVINGS_PLAN" } }));
      expect(differences).toEqual([]);
    }
    const upfront = await verify(showing(plan({ billingPlan: "upfront" })), { billingPlan: "Upfront" });
    expect(upfront.differences).toEqual([]);
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
      expect.objectContaining({ field: "subscriptionId" }),
      { field: "commitment", asked: "0.00123 USD Hourly", found: "0.001 USD Hourly" },
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
