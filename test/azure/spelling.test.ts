import { describe, expect, test } from "vitest";
import { createAzure, type AzureRecommendation } from "../../providers/azure/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { executorOf, recommend, serviceNames, subscriptionId } from "./support/azure-samples.ts";
import { recommend as recommendPlan } from "./savings-plans/azure-plan-samples.ts";

const tenantId = "abcdef00-aaaa-bbbb-cccc-100000000001";
const upper = (text: string) => text.toUpperCase();
const path = "/providers/Microsoft.Management/managementGroups/finance";

/** Two ways to write one purchase. */
const same: readonly (readonly [string, object, object])[] = [
  ["subscription", {}, { subscriptionId: upper(subscriptionId) }],
  ["tenant", { tenantId }, { tenantId: upper(tenantId) }],
  [
    "resource group",
    { appliedScope: { type: "Single", subscriptionId, resourceGroup: "web" } },
    { appliedScope: { type: "Single", subscriptionId: upper(subscriptionId), resourceGroup: "Web" } },
  ],
  [
    "management group",
    { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "finance", tenantId } },
    { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: upper(path), tenantId: upper(tenantId) } },
  ],
  [
    "tenant of a management group",
    { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "finance" } },
    { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "Finance", tenantId } },
  ],
];
const sameReservation: typeof same = [
  ...same,
  ["region", { region: "westus" }, { region: "West US" }],
  ["region in capitals", { region: "westeurope" }, { region: "WESTEUROPE" }],
  ["SKU", {}, { sku: "STANDARD_B1LS" }],
  ["renewal", {}, { renew: false }],
];
const samePlan: typeof same = [
  ...same,
  ["amount", { commitment: { amount: "1.5", currency: "USD" } }, { commitment: { amount: "1.50", currency: "USD" } }],
];

/** Two purchases. */
const different: readonly (readonly [string, object, object])[] = [
  ["subscription", {}, { subscriptionId: "50000000-aaaa-bbbb-cccc-200000000009" }],
  ["tenant", {}, { tenantId }],
  [
    "resource group",
    { appliedScope: { type: "Single", subscriptionId } },
    { appliedScope: { type: "Single", subscriptionId, resourceGroup: "web" } },
  ],
  ["quantity", {}, { quantity: 2 }],
  ["SKU", {}, { sku: "Standard_B1ms" }],
  ["region", { region: "westus" }, { region: "West US 2" }],
  ["renewal", {}, { renew: true }],
];

/** Drives two spellings under one executionId in the sandbox. */
async function driveBoth(recommendations: readonly unknown[]) {
  await using sandbox = await startCloudSandbox();
  const providers = [createAzure({ endpoint: sandbox.url })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
  const outcomes = [];
  for (const recommendation of recommendations) {
    const report = await purchaser.drive({ executionId: "e", source: "s", recommendations: [recommendation] });
    outcomes.push(report.outcomes[0]);
  }
  const puts = sandbox.requests.filter(({ action }) => action.startsWith("PUT")).length;
  return { outcomes, puts };
}

describe("B15: another spelling on the second drive is no other purchase", () => {
  test.each(sameReservation)("reservation: %s", async (_what, one, other) => {
    const { outcomes, puts } = await driveBoth([one, other].map((change) => recommend("compute", { ...change })));
    expect(outcomes).toMatchObject([
      { status: "purchased" },
      { status: "already-purchased", commitment: { id: outcomes[0]?.commitment?.id } },
    ]);
    expect(puts).toBe(1);
  });

  test.each(sameReservation)("reservation: %s, and nothing was bought yet", async (_what, one, other) => {
    const maxPrice = { amount: "0.01", currency: "GBP" };
    const { outcomes } = await driveBoth([one, other].map((change) => recommend("compute", { ...change, maxPrice })));
    const tooDear = { status: "refused", error: { code: "price-above-limit" } };
    expect(outcomes).toMatchObject([tooDear, tooDear]);
  });

  test.each(samePlan)("savings plan: %s, and nothing was bought yet", async (_what, one, other) => {
    const maxPrice = { amount: "0.01", currency: "USD" };
    const { outcomes } = await driveBoth([one, other].map((change) => recommendPlan({ ...change, maxPrice })));
    const tooDear = { status: "refused", error: { code: "price-above-limit" } };
    expect(outcomes).toMatchObject([tooDear, tooDear]);
  });

  test.each(samePlan)("savings plan: %s", async (_what, one, other) => {
    const { outcomes, puts } = await driveBoth([one, other].map((change) => recommendPlan({ ...change })));
    expect(outcomes).toMatchObject([{ status: "purchased" }, { status: "already-purchased" }]);
    expect(puts).toBe(1);
  });

  test.each(different)(
    "another %s is another purchase, and refused under one executionId",
    async (what, one, other) => {
      const maxPrice = { amount: "0.01", currency: "GBP" };
      const { outcomes, puts } = await driveBoth(
        [one, other].map((change) => recommend("compute", { ...change, maxPrice })),
      );
      expect(outcomes).toMatchObject([
        { status: "refused", error: { code: "price-above-limit" } },
        { status: "refused", error: { code: "execution-changed" } },
      ]);
      expect([what, puts]).toEqual([what, 0]);
    },
  );

  test.each([
    ["amount", {}, { commitment: { amount: "0.00124", currency: "USD" } }],
    ["currency", {}, { commitment: { amount: "0.00123", currency: "EUR" } }],
    ["term", {}, { term: "P1Y" }],
    ["subscription", {}, { subscriptionId: "50000000-aaaa-bbbb-cccc-200000000009" }],
    [
      "management group",
      { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "finance" } },
      { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: `${path}2` } },
    ],
    [
      "tenant of a management group",
      { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "finance" } },
      { tenantId, appliedScope: { type: "ManagementGroup", managementGroupId: "finance", tenantId: subscriptionId } },
    ],
  ])("another %s is another savings plan, and refused under one executionId", async (what, one, other) => {
    const maxPrice = { amount: "0.000001", currency: "USD" };
    const { outcomes, puts } = await driveBoth([one, other].map((change) => recommendPlan({ ...change, maxPrice })));
    expect(outcomes).toMatchObject([
      { status: "refused", error: { code: "price-above-limit" } },
      { status: "refused", error: { code: "execution-changed" } },
    ]);
    expect([what, puts]).toEqual([what, 0]);
  });

  test("the one spelling is a fixed one: ledgers keep its hash", () => {
    const group = { type: "ManagementGroup", managementGroupId: upper(path), tenantId: upper(tenantId) };
    const canonical = (service: string, written: object) => {
      const executor = executorOf(service, {});
      return executor.canonical?.(executor.schema.parse(written));
    };
    const account = { subscriptionId: upper(subscriptionId), tenantId: upper(tenantId), appliedScope: group };
    const one = { subscriptionId, tenantId, appliedScope: { ...group, managementGroupId: "finance", tenantId } };
    expect(canonical("compute", recommend("compute", account))).toEqual(
      recommend("compute", { ...one, sku: "standard_b1ls", renew: false }),
    );
    expect(canonical("savings-plans", recommendPlan(account))).toEqual(recommendPlan(one));
    const single = { type: "Single", subscriptionId: upper(subscriptionId), resourceGroup: "WEB" };
    expect(canonical("compute", recommend("compute", { appliedScope: single }))).toMatchObject({
      appliedScope: { type: "Single", subscriptionId, resourceGroup: "web" },
    });
  });

  test("publisher, offer and plan of software, of which none was bought yet", async () => {
    const software = {
      sku: "contoso_firewall_standard",
      publisherId: "contoso",
      offerId: "firewall",
      planId: "standard",
      maxPrice: { amount: "0.01", currency: "GBP" },
    };
    const capitals = { publisherId: "Contoso", offerId: "FireWall", planId: "STANDARD" };
    const changes = [{}, capitals, { planId: "premium" }];
    const { outcomes } = await driveBoth(changes.map((change) => recommend("vm-software", { ...software, ...change })));
    const codes = outcomes.map((outcome) => outcome?.error?.code);
    expect(codes).toEqual(["price-above-limit", "price-above-limit", "execution-changed"]);
  });

  test.each(serviceNames)("%s: what is sent is what was written", (service) => {
    const executor = executorOf(service, {});
    const written = recommend(service, { subscriptionId: upper(subscriptionId), region: "West US", sku: "SQLDB_GP" });
    const parsed = executor.schema.parse(written) as AzureRecommendation;
    expect(parsed).toEqual(written);
    expect(executor.canonical?.(parsed)).toMatchObject({ subscriptionId, region: "westus", sku: "sqldb_gp" });
  });
});
