import { describe, expect, test } from "vitest";
import { createAzure } from "../../../providers/azure/index.ts";
import { subscriptionId } from "../support/azure-samples.ts";
import { recommend } from "./azure-plan-samples.ts";

const executor = createAzure().services["savings-plans"];

/** Paths of the problems that the schema finds. */
function problems(change: Readonly<Record<string, unknown>>): string[] {
  const issues = executor?.schema.safeParse(recommend(change)).error?.issues ?? [];
  return issues.map(({ path }) => path.join("."));
}

test("takes a whole recommendation as it is: nothing is added, no digit is lost", () => {
  const recommendation = recommend({ maxPrice: { amount: "40", currency: "USD" } });
  expect(executor?.schema.parse(recommendation)).toEqual(recommendation);
});

test.each(["subscriptionId", "commitment", "term", "billingPlan", "appliedScope", "provider", "service"])(
  "lessons 1055, 1080, 1192, 1502: no default for %s",
  (field) => {
    expect(problems({ [field]: undefined })).toEqual([field]);
  },
);

test.each([
  ["commitment.amount", { amount: "0", currency: "USD" }],
  ["commitment.amount", { amount: "0.00000", currency: "USD" }],
  ["commitment.amount", { amount: "0.123456", currency: "USD" }],
  ["commitment.amount", { amount: "1000000", currency: "USD" }],
  ["commitment.amount", { amount: "01.5", currency: "USD" }],
  ["commitment.currency", { amount: "1", currency: "dollars" }],
])("%s: %o is refused", (path, commitment) => {
  expect(problems({ commitment })).toEqual([path]);
});

test.each([
  ["a number", { commitment: { amount: 1.5, currency: "USD" } }],
  ["an exponent", { commitment: { amount: "1e2", currency: "USD" } }],
  ["a negative amount", { commitment: { amount: "-1", currency: "USD" } }],
  ["a quantity", { quantity: 1 }],
  ["a region", { region: "westus" }],
  ["partial upfront (lesson 1503)", { billingPlan: "partial" }],
  ["Azure's own word for monthly", { billingPlan: "P1M" }],
  ["two years", { term: "P2Y" }],
  ["a renewal in words", { renew: "yes" }],
])("%s is refused", (_name, change) => {
  expect(problems(change)).not.toEqual([]);
});

describe("applied scope", () => {
  test.each([
    [{ type: "Shared" }, []],
    [{ type: "Single", subscriptionId, resourceGroup: "web" }, []],
    [{ type: "ManagementGroup", managementGroupId: "finance" }, ["appliedScope.tenantId"]],
    [{ type: "Single" }, ["appliedScope.subscriptionId"]],
  ])("%o", (appliedScope, expected) => {
    expect(problems({ appliedScope })).toEqual(expected);
  });
});

test("it is described with its whole amount", () => {
  expect(executor?.describe(recommend())).toBe("0.00123 USD per hour (savings-plans), P3Y, Monthly");
});

test("its listing is another than that of the reservations, per tenant", () => {
  const tenantId = "ABCDEF00-aaaa-bbbb-cccc-100000000001";
  const keys = [recommend(), recommend({ tenantId })].map((one) => executor?.scopeOf(one).key);
  expect(keys).toEqual(["azure/savings-plan/default", `azure/savings-plan/${tenantId.toLowerCase()}`]);
});
