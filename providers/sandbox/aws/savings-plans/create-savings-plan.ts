import { randomUUID } from "node:crypto";
import { Big } from "big.js";
import { z } from "zod";
import { AwsFault } from "../aws-fault.ts";
import type { JsonAction } from "../json-service.ts";
import { isCallers, justBought } from "../aws-purchased.ts";
import { purchasesIn } from "../aws-purchase-requests.ts";
import { parseInput } from "./plan-input.ts";
import { type PlanOffering, planOfferings } from "./plan-sold-offerings.ts";
import { planRegion, savingsPlans } from "./sold-plan.ts";

const schema = z.strictObject({
  savingsPlanOfferingId: z.string(),
  commitment: z.string().regex(/^\d+(\.\d{1,5})?$/),
  upfrontPaymentAmount: z.string().optional(),
  purchaseTime: z.number().optional(),
  clientToken: z.string().min(1).optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

/**
 * Buys, unless the client token is remembered: then it answers with the plan of the first request. What the real service
 * answers where the parameters differ is not documented; this refuses as a ValidationException.
 */
export const createSavingsPlan: JsonAction = {
  run({ input, store, now, caller, behaviour }) {
    const { clientToken, tags, ...wanted } = parseInput(schema, input);
    const all = savingsPlans(store);
    const parameters = JSON.stringify([wanted, tags]);
    const earlier = all.values().find((plan) => {
      if (!isCallers(plan, { caller, behaviour })) return false;
      const remembered = now - plan.purchasedAt < behaviour.clientTokenMemory;
      return remembered && clientToken !== undefined && plan.clientToken === clientToken;
    });
    if (earlier?.parameters === parameters) return { savingsPlanId: earlier.id };
    if (earlier) throw invalid("The client token was already used with different parameters.");
    const offering = planOfferings().find(({ id }) => id === wanted.savingsPlanOfferingId);
    if (!offering) throw new AwsFault(404, "ResourceNotFoundException", "The offering was not found.");
    const id = randomUUID();
    all.set(id, {
      id,
      accountId: caller.accountId,
      region: planRegion,
      sequence: purchasesIn(store),
      purchasedAt: now,
      ...justBought,
      offering,
      commitment: wanted.commitment,
      upfront: upfrontOf(offering, wanted.commitment, wanted.upfrontPaymentAmount),
      clientToken,
      parameters,
      tags,
    });
    return { savingsPlanId: id };
  },
};

function upfrontOf({ offeringType, duration }: PlanOffering, commitment: string, given: string | undefined): string {
  if (new Big(commitment).lt("0.001") || new Big(commitment).gt(1_000_000)) {
    throw invalid("The commitment must be between 0.001 and 1 million.");
  }
  const total = new Big(commitment).times(duration).div(3600);
  if (offeringType !== "Partial Upfront") {
    if (given !== undefined) {
      // The real one's words: hashicorp/terraform-provider-aws 49264.
      throw invalid(
        `Upfront payment for ${offeringType} Savings Plans cannot be provided and automatically defaults to ${offeringType === "No Upfront" ? "0" : "the total"}.`,
      );
    }
    return offeringType === "No Upfront" ? "0" : total.toFixed();
  }
  const fits = /^\d+$/.test(given ?? "") && total.times("0.5").lte(given ?? 0) && total.times("0.99").gte(given ?? 0);
  if (!fits) throw invalid("The upfront payment must be a whole number between 50 and 99 percent of the total.");
  return given ?? "";
}

function invalid(message: string): AwsFault {
  return new AwsFault(400, "ValidationException", message);
}
