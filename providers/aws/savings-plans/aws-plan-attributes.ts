import type { SavingsPlan, SavingsPlanOffering } from "@aws-sdk/client-savingsplans";
import { Big } from "big.js";
import type { Difference } from "../../../src/contract/executor.ts";
import { differencesBetween } from "../differences.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import type { SavingsPlanRecommendation } from "./aws-plan-recommendation.ts";

/** Stands for the region and the family of a plan that has none. */
const none = "none";

/** All that decides which offering is bought, as asked for, by field; AWS' words. */
export function askedAttributes(recommendation: SavingsPlanRecommendation): ReadonlyMap<string, string> {
  const { type, payment, term, hourlyCommitment } = recommendation;
  const place = type === "EC2Instance" ? recommendation : { region: none, instanceFamily: none };
  return new Map([
    ["type", type],
    ["region", place.region],
    ["instanceFamily", place.instanceFamily],
    ["payment", offeringTypes[payment]],
    ["term", `${durations[term]} s`],
    ["currency", hourlyCommitment.currency],
  ]);
}

/** The same of an offering; undefined where AWS did not say. */
export function offeringAttributes(offering: SavingsPlanOffering): ReadonlyMap<string, string | undefined> {
  const property = (name: string) => offering.properties?.find((candidate) => candidate.name === name)?.value ?? none;
  return new Map([
    ["type", offering.planType],
    ["region", property("region")],
    ["instanceFamily", property("instanceFamily")],
    ["payment", offering.paymentOption],
    ["term", secondsText(offering.durationSeconds)],
    ["currency", offering.currency],
  ]);
}

/** How a plan differs from what was asked for, its commitment included. */
export function planDifferences(recommendation: SavingsPlanRecommendation, plan: SavingsPlan): readonly Difference[] {
  const asked = new Map([
    ...askedAttributes(recommendation),
    ["hourlyCommitment", recommendation.hourlyCommitment.amount],
  ]);
  // AWS writes more digits than it was given: "30.00000000".
  return differencesBetween(asked, planAttributes(plan), (field, value) =>
    field === "hourlyCommitment" ? plainDecimal(value) : value,
  );
}

/** All that a plan is, its commitment included; undefined where AWS did not say. */
export function planAttributes(plan: SavingsPlan): ReadonlyMap<string, string | undefined> {
  const placed = plan.savingsPlanType === "EC2Instance";
  return new Map([
    ["type", plan.savingsPlanType],
    ["region", placed ? plan.region : none],
    ["instanceFamily", placed ? plan.ec2InstanceFamily : none],
    ["payment", plan.paymentOption],
    ["term", secondsText(plan.termDurationInSeconds)],
    ["currency", plan.currency],
    ["hourlyCommitment", plan.commitment],
  ]);
}

function secondsText(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : `${seconds} s`;
}

function plainDecimal(text: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? new Big(text).toFixed() : text;
}
