import { z } from "zod";
import { createRestService, type JsonAction } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { createSavingsPlan } from "./create-savings-plan.ts";
import { describeSavingsPlans } from "./describe-savings-plans.ts";
import { parseInput } from "./plan-input.ts";
import { descriptionOf, type PlanOffering, planOfferings } from "./plan-sold-offerings.ts";

const texts = z.array(z.string()).optional();
const schema = z.strictObject({
  offeringIds: texts,
  planTypes: texts,
  paymentOptions: texts,
  durations: z.array(z.number()).optional(),
  currencies: texts,
  filters: z
    .array(z.strictObject({ name: z.enum(["region", "instanceFamily"]), values: z.array(z.string()) }))
    .default([]),
  maxResults: z.int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
});

const describeSavingsPlansOfferings: JsonAction = {
  run({ input, fault }) {
    const wanted = parseInput(schema, input);
    const among = <Value>(values: readonly Value[] | undefined, value: Value) => values?.includes(value) ?? true;
    const all = planOfferings().filter(
      ({ id, planType, offeringType, duration, currency, properties }) =>
        among(wanted.offeringIds, id) &&
        among(wanted.planTypes, planType) &&
        among(wanted.paymentOptions, offeringType) &&
        among(wanted.durations, duration) &&
        among(wanted.currencies, currency) &&
        wanted.filters.every(({ name, values }) => values.includes(properties[name] ?? "")),
    );
    const { items, next } = pageOf(all, wanted.nextToken, wanted.maxResults, fault);
    return { searchResults: items.map(offeringBody), nextToken: next };
  },
  listingFaults: () => ["repeated-next-link"],
};

function offeringBody(offering: PlanOffering) {
  const { id, planType, productTypes, offeringType, duration, currency, properties } = offering;
  return {
    offeringId: id,
    productTypes,
    planType,
    description: descriptionOf(offering),
    paymentOption: offeringType,
    durationSeconds: duration,
    currency,
    properties: Object.entries(properties).map(([name, value]) => ({ name, value })),
  };
}

/** Savings Plans: https://docs.aws.amazon.com/savingsplans/latest/APIReference/Welcome.html */
export const savingsPlansService = createRestService({
  purchaseAction: "CreateSavingsPlan",
  signingName: "savingsplans",
  routes: {
    "POST /CreateSavingsPlan": "CreateSavingsPlan",
    "POST /DescribeSavingsPlans": "DescribeSavingsPlans",
    "POST /DescribeSavingsPlansOfferings": "DescribeSavingsPlansOfferings",
  },
  actions: {
    CreateSavingsPlan: createSavingsPlan,
    DescribeSavingsPlans: describeSavingsPlans,
    DescribeSavingsPlansOfferings: describeSavingsPlansOfferings,
  },
});
