import type { Difference } from "../../../src/contract/executor.ts";
import { differencesBetween } from "../differences.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
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

/**
 * How a Reserved Instance differs from what was asked. `(Amazon VPC)` is passed over: EC2 shows it or leaves it out by
 * the kind of account, and it changes nothing that is paid for. So is the space in `Availability Zone`, which the
 * documentation's own sample answer lacks.
 */
export function instanceDifferences(recommendation: Ec2Recommendation, instance: Attributes): Difference[] {
  return differencesBetween(askedAttributes(recommendation), foundAttributes(instance), (field, value) => {
    if (field === "platform") return value.replace(/ \(Amazon VPC\)$/, "");
    return field === "scope" ? value.replaceAll(" ", "") : value;
  });
}
