import { expect, test } from "vitest";
import { describeAzure } from "../../providers/azure/describe.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { recommend as recommendPlan } from "./savings-plans/azure-plan-samples.ts";
import { recommend } from "./support/azure-samples.ts";

test.each([
  [recommend("compute", { quantity: 3 }), "3 × Standard_b1ls (compute), westus, P1Y, Upfront"],
  [recommend("search", { term: "P3Y", billingPlan: "Monthly" }), "1 × Standard_b1ls (search), westus, P3Y, Monthly"],
  [recommendPlan(), "0.00123 USD per hour (savings-plans), P3Y, Monthly"],
])("in a few words, with and without an executor: %o", (recommendation, words) => {
  expect(describeAzure(recommendation)).toBe(words);
  expect(createAzure().services[recommendation.service]?.describe(recommendation)).toBe(words);
});
