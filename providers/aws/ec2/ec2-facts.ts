import type { Facts } from "../../../src/contract/listed.ts";
import type { Asked } from "../aws-facts.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import type { Ec2Recommendation } from "./ec2-recommendation.ts";

/** What EC2 says about an offering or a Reserved Instance; the SDK's names. Everything may be missing. */
export interface Ec2Attributes {
  readonly InstanceType?: string | undefined;
  readonly ProductDescription?: string | undefined;
  readonly InstanceTenancy?: string | undefined;
  readonly Scope?: string | undefined;
  readonly AvailabilityZone?: string | undefined;
  readonly OfferingClass?: string | undefined;
  readonly OfferingType?: string | undefined;
  readonly Duration?: number | undefined;
}

/** All that decides which offering is bought, as asked for, by the field of the recommendation; EC2's values. */
export function askedOffering(recommendation: Ec2Recommendation) {
  const { instanceType, platform, tenancy, scope, availabilityZone = "none" } = recommendation;
  const { offeringClass, payment, term } = recommendation;
  return {
    instanceType,
    platform,
    tenancy,
    scope,
    availabilityZone,
    offeringClass,
    payment: offeringTypes[payment],
    term: `${durations[term]} s`,
  } satisfies Asked;
}

/** The same as found; undefined where EC2 did not say. */
export function offeringFacts(found: Ec2Attributes): Facts {
  return {
    instanceType: found.InstanceType,
    platform: found.ProductDescription,
    tenancy: found.InstanceTenancy,
    scope: found.Scope,
    // A zonal one without its zone is an answer that says too little, not one without a zone.
    availabilityZone: found.AvailabilityZone || (found.Scope === "Region" ? "none" : undefined),
    offeringClass: found.OfferingClass,
    payment: found.OfferingType,
    term: found.Duration === undefined ? undefined : `${found.Duration} s`,
  };
}

/** What a Reserved Instance has to be, its count aside; canonical. */
export function askedInstance(recommendation: Ec2Recommendation): Asked {
  const asked = askedOffering(recommendation);
  return { ...asked, platform: canonicalPlatform(asked.platform), scope: canonicalScope(asked.scope) };
}

/** The same as found. */
export function instanceFacts(found: Ec2Attributes): Facts {
  const { platform, scope, ...facts } = offeringFacts(found);
  return { ...facts, platform: platform && canonicalPlatform(platform), scope: scope && canonicalScope(scope) };
}

/** EC2 shows `(Amazon VPC)` or leaves it out by the kind of account, and it changes nothing that is paid for. */
function canonicalPlatform(platform: string): string {
  return platform.replace(/ \(Amazon VPC\)$/, "");
}

/** The documentation's own sample answer lacks the space in `Availability Zone`. */
function canonicalScope(scope: string): string {
  return scope.replaceAll(" ", "");
}
