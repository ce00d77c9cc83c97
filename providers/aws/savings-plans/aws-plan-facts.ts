import type { SavingsPlan, SavingsPlanOffering } from "@aws-sdk/client-savingsplans";
import { Big } from "big.js";
import type { Facts } from "../../../src/contract/listed.ts";
import type { Asked } from "../aws-facts.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import type { SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";

/** Stands for the region and the family of a plan that has none. */
const none = "none";

/** All that decides which offering is bought, as asked for, by field; AWS' words. */
export function askedOffering(recommendation: SavingsPlanRecommendation): Asked {
  const { type, payment, term, hourlyCommitment } = recommendation;
  const place = type === "EC2Instance" ? recommendation : { region: none, instanceFamily: none };
  return {
    type,
    region: place.region,
    instanceFamily: place.instanceFamily,
    payment: offeringTypes[payment],
    term: `${durations[term]} s`,
    currency: hourlyCommitment.currency,
  };
}

/** The same of an offering; undefined where AWS did not say. */
export function offeringFacts(offering: SavingsPlanOffering): Facts {
  const property = (name: string) => offering.properties?.find((candidate) => candidate.name === name)?.value ?? none;
  return {
    type: offering.planType,
    region: property("region"),
    instanceFamily: property("instanceFamily"),
    payment: offering.paymentOption,
    term: secondsText(offering.durationSeconds),
    currency: offering.currency,
  };
}

/** All that a plan has to be, its commitment per hour included. */
export function askedPlan(recommendation: SavingsPlanRecommendation): Asked {
  const { amount } = recommendation.hourlyCommitment;
  return { ...askedOffering(recommendation), hourlyCommitment: plainDecimal(amount) };
}

/** All that a plan is, in the same words; undefined where AWS did not say. */
export function planFacts(plan: SavingsPlan): Facts {
  const { savingsPlanType: type, commitment } = plan;
  // Of a plan without a type nobody knows whether it has a place.
  const hasNone = type !== undefined && type !== "EC2Instance";
  return {
    type,
    region: hasNone ? none : plan.region,
    instanceFamily: hasNone ? none : plan.ec2InstanceFamily,
    payment: plan.paymentOption,
    term: secondsText(plan.termDurationInSeconds),
    currency: plan.currency,
    hourlyCommitment: commitment === undefined ? undefined : plainDecimal(commitment),
  };
}

function secondsText(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${seconds} s`;
}

/** AWS writes more digits than it was given: "30.00000000". */
function plainDecimal(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? new Big(text).toFixed() : text;
}
