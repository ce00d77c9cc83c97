import type { DescribeReservedInstancesOfferingsCommandInput, ReservedInstancesOffering } from "@aws-sdk/client-ec2";
import { RefusedError } from "../../../src/spec/errors.ts";
import type { Ec2Api } from "./api.ts";
import { foundAttributes, offeringDifferences } from "./attributes.ts";
import { typedPlatforms } from "./platforms.ts";
import { priceOf, type Price } from "./price.ts";
import { durations, offeringTypes, type Ec2Recommendation } from "./recommendation.ts";

/** The one offering that is exactly what was asked for. */
export interface Offering {
  readonly id: string;
  /** Of all instances asked for. */
  readonly price: Price;
}

/**
 * Finds the offering of AWS itself, not of the Marketplace, that fits in every attribute. Throws a RefusedError
 * `not-offered` or `several-offerings` that says what was seen, `quote-failed` when the answers cannot be used.
 */
export async function findOffering(
  api: Ec2Api,
  recommendation: Ec2Recommendation,
  maxPages: number,
  signal: AbortSignal,
): Promise<Offering> {
  const seen = await readOfferings(api, recommendation, maxPages, signal);
  const fitting = seen.filter(
    (offering) => offering.Marketplace === false && offeringDifferences(recommendation, offering).length === 0,
  );
  const [offering, ...others] = fitting;
  if (!offering) {
    throw new RefusedError({
      code: "not-offered",
      message: `EC2 does not offer ${summary(recommendation)}. ${seen.length === 0 ? "It listed no offering." : `It listed: ${sample(seen)}.`} Correct the recommendation in a new execution.`,
    });
  }
  if (others.length > 0) {
    throw new RefusedError({
      code: "several-offerings",
      message: `EC2 lists ${fitting.length} offerings for ${summary(recommendation)}, and nothing tells which is meant: ${sample(fitting)}.`,
    });
  }
  const price = priceOf(offering, recommendation.quantity);
  // A part that is paid by the hour and not listed would pass any limit.
  const isWhole = recommendation.payment === "all-upfront" || price?.total.amount !== price?.upfront.amount;
  if (!offering.ReservedInstancesOfferingId || !price || !isWhole) {
    throw new RefusedError({
      code: "quote-failed",
      message: `EC2 lists ${summary(recommendation)} without an id or without a price that can be known beforehand: ${sample([offering])}.`,
    });
  }
  return { id: offering.ReservedInstancesOfferingId, price };
}

async function readOfferings(
  api: Ec2Api,
  recommendation: Ec2Recommendation,
  maxPages: number,
  signal: AbortSignal,
): Promise<readonly ReservedInstancesOffering[]> {
  const input = offeringsInput(recommendation);
  const offerings: ReservedInstancesOffering[] = [];
  const tokens = new Set<string>();
  for (let page = 0, next: string | undefined; page < maxPages; page++) {
    const answer = await api.offerings(next === undefined ? input : { ...input, NextToken: next }, signal);
    if (!answer.ReservedInstancesOfferings) {
      throw new RefusedError({
        code: "quote-failed",
        message: "DescribeReservedInstancesOfferings answered without a list. Drive again later.",
        retryable: true,
      });
    }
    offerings.push(...answer.ReservedInstancesOfferings);
    next = answer.NextToken || undefined;
    if (next === undefined) return offerings;
    if (tokens.has(next)) {
      throw new RefusedError({
        code: "quote-failed",
        message:
          "DescribeReservedInstancesOfferings gave the same next page twice: its list cannot be read to the end.",
        retryable: true,
      });
    }
    tokens.add(next);
  }
  throw new RefusedError({
    code: "quote-failed",
    message: `DescribeReservedInstancesOfferings did not end within ${maxPages} pages, although it was asked for one offering.`,
    retryable: true,
  });
}

/**
 * Typed parameters wherever there are some: with filters the call has returned endless empty pages with a next token
 * (LeanerCloud/CUDly 688). There is none for the scope, nor for platforms beyond the typed four.
 */
function offeringsInput(recommendation: Ec2Recommendation): DescribeReservedInstancesOfferingsCommandInput {
  const { instanceType, platform, tenancy, scope, availabilityZone, offeringClass, payment, term } = recommendation;
  const typed = typedPlatforms.find((candidate) => candidate === platform);
  const filters = [{ Name: "scope", Values: [scope] as string[] }];
  if (typed === undefined) filters.push({ Name: "product-description", Values: [platform] });
  return {
    IncludeMarketplace: false,
    // The SDK's type lists the instance types of its day; EC2 judges.
    InstanceType: instanceType as NonNullable<DescribeReservedInstancesOfferingsCommandInput["InstanceType"]>,
    ...(typed === undefined ? {} : { ProductDescription: typed }),
    InstanceTenancy: tenancy,
    ...(availabilityZone === undefined ? {} : { AvailabilityZone: availabilityZone }),
    OfferingClass: offeringClass,
    OfferingType: offeringTypes[payment],
    MinDuration: durations[term],
    MaxDuration: durations[term],
    Filters: filters,
    MaxResults: 100,
  };
}

function summary(recommendation: Ec2Recommendation): string {
  const { instanceType, platform, tenancy, scope, availabilityZone, offeringClass, payment, term } = recommendation;
  const place = availabilityZone ?? scope;
  return `${instanceType} ${platform}, ${tenancy} tenancy, ${place}, ${offeringClass}, ${payment}, ${term} in ${recommendation.region}`;
}

/** Enough for a person to see why none fits. */
function sample(offerings: readonly ReservedInstancesOffering[]): string {
  const shown = offerings.slice(0, 5).map((offering) => {
    const attributes = [...foundAttributes(offering).values()].map((value) => value ?? "?").join(", ");
    const market = offering.Marketplace === false ? "" : ", Marketplace";
    return `${offering.ReservedInstancesOfferingId ?? "without id"} (${attributes}${market})`;
  });
  return offerings.length > shown.length
    ? `${shown.join("; ")} and ${offerings.length - shown.length} more`
    : shown.join("; ");
}
