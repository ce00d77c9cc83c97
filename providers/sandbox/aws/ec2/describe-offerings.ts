import { AwsFault } from "../aws-fault.ts";
import type { QueryAction } from "../query-service.ts";
import { matchesFilters } from "./filters.ts";
import { type Offering, offeringsOf } from "./ec2-sold-offerings.ts";
import type { Query } from "../query.ts";
import type { XmlElements } from "../xml.ts";

const largestPage = 100;

/** Its next token is the number of offerings before the page. */
export const describeReservedInstancesOfferings: QueryAction = {
  run({ input: query, region, fault }) {
    const skipped = offsetOf(query);
    const found = offeringsOf(region).filter((offering) => matches(offering, query));
    if (fault?.listing === "repeated-next-link") {
      // Seen of the real service with Filters: page after page is empty, and each names another.
      return { reservedInstancesOfferingsSet: [], nextToken: String(skipped) };
    }
    const visible = fault?.listing === "empty" ? [] : found;
    const next = skipped + Math.min(query.integer("MaxResults") ?? largestPage, largestPage);
    return {
      reservedInstancesOfferingsSet: visible.slice(skipped, next).map(offeringElements),
      nextToken: next < visible.length ? String(next) : undefined,
    };
  },
  listingFaults: () => ["repeated-next-link"],
};

/** What offerings and Reserved Instances have in common, as both are answered. */
export function termsElements(offering: Offering): XmlElements {
  return {
    instanceType: offering.instanceType,
    availabilityZone: offering.availabilityZone,
    duration: offering.duration,
    fixedPrice: offering.fixedPrice,
    usagePrice: "0.0",
    productDescription: offering.productDescription,
    instanceTenancy: offering.instanceTenancy,
    currencyCode: "USD",
    offeringType: offering.offeringType,
    recurringCharges: [{ frequency: "Hourly", amount: offering.hourly }],
    offeringClass: offering.offeringClass,
    scope: offering.scope,
  };
}

function offeringElements(offering: Offering): XmlElements {
  return {
    reservedInstancesOfferingId: offering.id,
    ...termsElements(offering),
    marketplace: offering.marketplace,
    pricingDetailsSet: offering.marketplace ? [{ price: offering.fixedPrice, count: 3 }] : [],
  };
}

function matches(offering: Offering, query: Query): boolean {
  const asked = (name: string, value: string | undefined) => [undefined, value].includes(query.get(name));
  const ids = query.list("ReservedInstancesOfferingId");
  return (
    (ids.length === 0 || ids.includes(offering.id)) &&
    asked("InstanceType", offering.instanceType) &&
    asked("ProductDescription", offering.productDescription) &&
    asked("OfferingClass", offering.offeringClass) &&
    asked("OfferingType", offering.offeringType) &&
    asked("InstanceTenancy", offering.instanceTenancy) &&
    asked("AvailabilityZone", offering.availabilityZone) &&
    offering.duration >= (query.integer("MinDuration") ?? 0) &&
    offering.duration <= (query.integer("MaxDuration") ?? Infinity) &&
    (query.get("IncludeMarketplace") !== "false" || !offering.marketplace) &&
    matchesFilters(
      query,
      {
        "availability-zone": offering.availabilityZone === undefined ? [] : [offering.availabilityZone],
        duration: [String(offering.duration)],
        "fixed-price": [offering.fixedPrice],
        "instance-type": [offering.instanceType],
        marketplace: [String(offering.marketplace)],
        "product-description": [offering.productDescription],
        "reserved-instances-offering-id": [offering.id],
        scope: [offering.scope],
      },
      false,
    )
  );
}

function offsetOf(query: Query): number {
  const token = query.get("NextToken") ?? "0";
  if (!/^\d{1,6}$/.test(token)) {
    throw new AwsFault(400, "InvalidNextToken", "The specified NextToken is not valid.");
  }
  return Number(token);
}
