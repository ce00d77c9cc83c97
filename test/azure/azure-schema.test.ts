import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { recommend, serviceNames, subscriptionId } from "./support/azure-samples.ts";

const { services } = createAzure();

/** Paths of the problems that the service's schema finds. */
function problems(service: string, change: Readonly<Record<string, unknown>>): string[] {
  const parsed = services[service]?.schema.safeParse(recommend(service, change));
  return parsed?.error?.issues.map(({ path }) => path.join(".")) ?? [];
}

describe.each(serviceNames)("%s", (service) => {
  test("takes a whole recommendation as it is: nothing is added", () => {
    const recommendation = recommend(service, { maxPrice: { amount: "30.00", currency: "GBP" }, renew: true });
    expect(services[service]?.schema.parse(recommendation)).toEqual(recommendation);
  });

  test.each([
    "subscriptionId",
    "region",
    "sku",
    "quantity",
    "term",
    "billingPlan",
    "appliedScope",
    "provider",
    "service",
  ])("lessons 1055, 1080, 1192, 1502: no default for %s", (field) => {
    expect(problems(service, { [field]: undefined })).toEqual([field]);
  });

  test("an unknown key is an error; instance flexibility belongs to compute only and is required there", () => {
    expect(problems(service, { colour: "blue" })).toHaveLength(1);
    expect(problems(service, { instanceFlexibility: "On" })).toHaveLength(service === "compute" ? 0 : 1);
    if (service === "compute")
      expect(problems(service, { instanceFlexibility: undefined })).toEqual(["instanceFlexibility"]);
  });
});

test.each([
  ["quantity", 0],
  ["quantity", -1],
  ["quantity", 1.5],
  ["quantity", "1"],
  ["term", "P2Y"],
  ["term", "one year"],
  ["billingPlan", "partial"],
  ["billingPlan", "upfront"],
  ["subscriptionId", "my subscription"],
  ["tenantId", "contoso"],
  ["region", ""],
  ["region", "west/us"],
  ["sku", ""],
  ["sku", "Standard B1ls"],
  ["instanceFlexibility", "on"],
  ["renew", "no"],
  ["maxPrice.amount", { amount: 30, currency: "GBP" }],
  ["maxPrice.currency", { amount: "30", currency: "pounds" }],
])("%s: %o is refused", (path, value) => {
  const field = path.split(".")[0] ?? path;
  expect(problems("compute", { [field]: value })).toEqual([path]);
});

describe("applied scope", () => {
  test.each([
    [{ type: "Shared" }],
    [{ type: "Single", subscriptionId }],
    [{ type: "Single", subscriptionId, resourceGroup: "rg-web_1.(x)" }],
    [{ type: "Single", subscriptionId, resourceGroup: "é" }],
    [{ type: "Single", subscriptionId, resourceGroup: "7" }],
    [{ type: "ManagementGroup", managementGroupId: "finance", tenantId: subscriptionId }],
    [
      {
        type: "ManagementGroup",
        managementGroupId: "/providers/Microsoft.Management/managementGroups/finance",
        tenantId: subscriptionId,
      },
    ],
  ])("%o", (appliedScope) => {
    expect(problems("compute", { appliedScope })).toEqual([]);
  });

  test.each([
    [{ type: "shared" }],
    [{ type: "Shared", subscriptionId }],
    [{ type: "Single" }],
    [{ type: "Single", subscriptionId, resourceGroup: "a/b" }],
    [{ type: "Single", subscriptionId, resourceGroup: "/" }],
    [{ type: "Single", subscriptionId, resourceGroup: "a/resource-group" }],
    [{ type: "Single", subscriptionId, resourceGroup: "ends.with." }],
    [{ type: "ManagementGroup" }],
    [{ type: "ManagementGroup", managementGroupId: "../x", tenantId: subscriptionId }],
    ["Shared"],
  ])("not %o", (appliedScope) => {
    expect(problems("compute", { appliedScope })).not.toEqual([]);
  });

  test("Azure wants the tenant of a management group: the scope's own or the recommendation's", () => {
    const appliedScope = { type: "ManagementGroup", managementGroupId: "finance" };
    expect(problems("compute", { appliedScope })).toEqual(["appliedScope.tenantId"]);
    expect(problems("compute", { appliedScope, tenantId: subscriptionId })).toEqual([]);
  });
});
