import type { Difference } from "../../../src/contract/executor.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { factsOfMap } from "../aws-facts.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { differencesBetween } from "../differences.ts";
import type { Ec2Recommendation } from "./ec2-recommendation.ts";

/** What EC2 says about an offering or a Reserved Instance; the SDK's names. Everything may be missing. */
export interface Attributes {
  readonly InstanceType?: string | undefined;
  readonly ProductDescription?: string | undefined;
  readonly InstanceTenancy?: string | undefined;
  readonly Scope?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly OfferingClass?: string | undefined;
  readonly OfferingType?: string | undefined;
  readonly Duration?: number | undefined;
}

/** All attributes that decide what is bought, as asked for, by the field of the recommendation; EC2's values. */
export function askedAttributes(recommendation: Ec2Recommendation): ReadonlyMap<string, string> {
  const { instanceType, platform, tenancy, scope, availabilityZone, offeringClass, payment, term } = recommendation;
  return new Map([
    ["instanceType", instanceType],
    ["platform", platform],
    ["tenancy", tenancy],
    ["scope", scope],
    ["availabilityZone", availabilityZone ?? "none"],
    ["offeringClass", offeringClass],
    ["payment", offeringTypes[payment]],
    ["term", `${durations[term]} s`],
  ]);
}

/** The same attributes as found; undefined where EC2 did not say. */
export function foundAttributes(found: Attributes): Map<string, string | undefined> {
  return new Map([
    ["instanceType", found.InstanceType],
    ["platform", found.ProductDescription],
    ["tenancy", found.InstanceTenancy],
    ["scope", found.Scope],
    // A zonal one without its zone is an answer that says too little, not one without a zone.
    ["availabilityZone", found.AvailabilityZone || (found.Scope === "Region" ? "none" : undefined)],
    ["offeringClass", found.OfferingClass],
    ["payment", found.OfferingType],
    ["term", found.Duration === undefined ? undefined : `${found.Duration} s`],
  ]);
}

/** Everything that decides what is bought, as asked for. */
export function askedFacts(recommendation: Ec2Recommendation): Facts {
  return { ...canonicalFacts(askedAttributes(recommendation)), quantity: recommendation.quantity.toString() };
}

/** The same as found, its count aside. */
export function instanceFacts(instance: Attributes): Facts {
  return canonicalFacts(foundAttributes(instance));
}

/** How a Reserved Instance differs from what was asked, its count aside. */
export function instanceDifferences(recommendation: Ec2Recommendation, instance: Attributes): Difference[] {
  return differencesBetween(askedAttributes(recommendation), foundAttributes(instance), canonicalValue);
}

function canonicalFacts(attributes: ReadonlyMap<string, string | undefined>): Facts {
  const values = [...attributes].map(([field, value]) => [field, value && canonicalValue(field, value)] as const);
  return factsOfMap(new Map(values));
}

/**
 * `(Amazon VPC)` is passed over: EC2 shows it or leaves it out by the kind of account, and it changes nothing that is paid
 * for. So is the space in `Availability Zone`, which the documentation's own sample answer lacks.
 */
function canonicalValue(field: string, value: string): string {
  if (field === "platform") return value.replace(/ \(Amazon VPC\)$/, "");
  return field === "scope" ? value.replaceAll(" ", "") : value;
}
