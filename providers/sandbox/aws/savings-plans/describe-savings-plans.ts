import { Big } from "big.js";
import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import type { JsonAction } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { noteReads, stateOf, visibleIn } from "../aws-purchased.ts";
import { shownBy } from "../aws-purchase-requests.ts";
import { parseInput } from "./plan-input.ts";
import { descriptionOf } from "./plan-sold-offerings.ts";
import { globally, savingsPlans, type StoredPlan } from "./sold-plan.ts";

const states = [
  "queued",
  "queued-deleted",
  "payment-pending",
  "payment-failed",
  "active",
  "retired",
  "pending-return",
  "returned",
] as const;

/** Assumed, to be on the safe side: nothing says what a call without the filter `states` leaves out. */
const hiddenWithoutFilter: readonly string[] = ["queued", "queued-deleted"];

const schema = z.strictObject({
  savingsPlanIds: z.array(z.string()).optional(),
  states: z.array(z.enum(states)).optional(),
  maxResults: z.int().min(1).max(1000).default(100),
  nextToken: z.string().optional(),
});

export const describeSavingsPlans: JsonAction = {
  run(call) {
    const { input, fault, store, behaviour } = call;
    const { savingsPlanIds: ids, states: filter, maxResults, nextToken } = parseInput(schema, input);
    const site = globally(call);
    const all = savingsPlans(store);
    const visible = visibleIn(site, all);
    // Reading by id is no listing, and shows what is there.
    const listed = ids === undefined ? shownBy(fault, visible) : visible.filter(({ id }) => ids.includes(id));
    const shown = listed
      .map((plan) => ({ plan, state: stateOf(plan, behaviour) }))
      .filter(({ state }) => (filter ? (filter as string[]).includes(state) : !hiddenWithoutFilter.includes(state)));
    noteReads(
      site,
      all,
      shown.map(({ plan }) => plan),
    );
    const { items, next } = pageOf(shown, nextToken, maxResults, fault);
    return {
      savingsPlans: items.map(({ plan, state }) => planBody(plan, state, call.caller.accountId)),
      nextToken: next,
    };
  },
  listingFaults: (input) => (input["savingsPlanIds"] === undefined ? ["stale", "empty", "repeated-next-link"] : []),
};

function planBody(plan: StoredPlan, state: string, accountId: string): JsonObject {
  const { id, offering, commitment, upfront, purchasedAt, tags } = plan;
  const { region, instanceFamily } = offering.properties;
  const hours = offering.duration / 3600;
  const total = new Big(commitment).times(hours);
  return {
    offeringId: offering.id,
    savingsPlanId: id,
    savingsPlanArn: `arn:aws:savingsplans::${accountId}:savingsplan/${id}`,
    description: descriptionOf(offering),
    start: new Date(purchasedAt).toISOString(),
    end: new Date(purchasedAt + offering.duration * 1000).toISOString(),
    state,
    region,
    ec2InstanceFamily: instanceFamily,
    savingsPlanType: offering.planType,
    paymentOption: offering.offeringType,
    productTypes: offering.productTypes,
    currency: offering.currency,
    // Eight decimals, whatever was sent: hashicorp/terraform-provider-aws 48394.
    commitment: new Big(commitment).toFixed(8),
    upfrontPaymentAmount: new Big(upfront).toFixed(8),
    recurringPaymentAmount: total.minus(upfront).div(hours).toFixed(8),
    termDurationInSeconds: offering.duration,
    tags,
  };
}
