import type { DescribeReservedInstancesOfferingsCommandInput } from "@aws-sdk/client-ec2";
import type { Quote } from "../../../src/contract/executor.ts";
import { durations, offeringTypes } from "../aws-fields.ts";
import { readAllPages } from "../aws-lists.ts";
import { pricedByTheHour } from "../aws-price.ts";
import type { Baseline } from "../candidates.ts";
import { chooseOffering, type Offering } from "../choose-offering.ts";
import type { Ec2Api } from "./ec2-api.ts";
import { askedOffering, offeringFacts } from "./ec2-facts.ts";
import { purchaseRequest } from "./ec2-purchase.ts";
import { type Ec2Recommendation, typedPlatforms } from "./ec2-recommendation.ts";

/**
 * The price of the only fitting offering, and the ids that there are before anything is sent. Throws a RefusedError
 * `not-offered` or `several-offerings` that says what was seen, `quote-failed` when the answers cannot be used.
 */
export async function quoteOffering(
  api: Ec2Api,
  recommendation: Ec2Recommendation,
  maxPages: number,
  signal: AbortSignal,
): Promise<Quote> {
  const { id: offeringId, price } = await findOffering(api, recommendation, maxPages, signal);
  const before = await api.reservedInstances(signal);
  const baseline = before.map(({ ReservedInstancesId }) => ReservedInstancesId).toSorted();
  return {
    ...pricedByTheHour(price),
    handle: { baseline, offeringId } satisfies Baseline,
    request: purchaseRequest(offeringId, recommendation.quantity, price.upfront),
  };
}

/** The offering of AWS itself, not of the Marketplace, that fits in every attribute. */
async function findOffering(
  api: Ec2Api,
  recommendation: Ec2Recommendation,
  maxPages: number,
  signal: AbortSignal,
): Promise<Offering> {
  const input = offeringsInput(recommendation);
  const listed = await readAllPages(
    async (next) => {
      const answer = await api.offerings(next === undefined ? input : { ...input, NextToken: next }, signal);
      return { items: answer.ReservedInstancesOfferings, next: answer.NextToken };
    },
    { call: "DescribeReservedInstancesOfferings", maxPages, code: "quote-failed" },
  );
  const seen = listed.map((offering) => ({
    id: offering.ReservedInstancesOfferingId,
    facts: { ...offeringFacts(offering), seller: offering.Marketplace === false ? "AWS" : "Marketplace" },
    charges: offering,
  }));
  return chooseOffering(seen, {
    title: "EC2",
    summary: summary(recommendation),
    asked: { ...askedOffering(recommendation), seller: "AWS" },
    payment: recommendation.payment,
    quantity: recommendation.quantity,
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
