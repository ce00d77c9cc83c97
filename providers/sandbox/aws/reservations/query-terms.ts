import { AwsFault } from "../aws-fault.ts";
import type { Query } from "../query.ts";
import type { XmlElements } from "../xml.ts";
import type { ReservableOffering } from "./reservation-sold-offerings.ts";

/** RDS, ElastiCache and Redshift take 20 to 100. */
export function pageSize(input: Query): number {
  const size = input.integer("MaxRecords") ?? 100;
  if (size < 20 || size > 100) throw new AwsFault(400, "InvalidParameterValue", "MaxRecords must be 20 to 100.");
  return size;
}

/** Whether an offering is what the filters ask for; `exact` are the attributes of which all is compared. */
export function matches(
  { attributes, duration, offeringType }: ReservableOffering,
  input: Query,
  exact: readonly string[],
): boolean {
  const asked = (name: string, ...values: (string | undefined)[]) => [undefined, ...values].includes(input.get(name));
  return (
    exact.every((name) => asked(name, attributes[name])) &&
    asked("OfferingType", offeringType) &&
    asked("Duration", String(duration), String(duration / 31_536_000)) &&
    // A part of it is enough: documented by what RDS returns.
    (attributes["ProductDescription"] ?? "").includes(input.get("ProductDescription") ?? "")
  );
}

/** Attributes and prices, as offerings and reservations both show them. */
export function termsElements({
  attributes,
  duration,
  fixedPrice,
  hourly,
  offeringType,
}: ReservableOffering): XmlElements {
  return {
    ...attributes,
    OfferingType: offeringType,
    Duration: duration,
    FixedPrice: fixedPrice,
    UsagePrice: "0.0",
    RecurringCharges: {
      member: "RecurringCharge",
      items:
        offeringType === "All Upfront" ? [] : [{ RecurringChargeAmount: hourly, RecurringChargeFrequency: "Hourly" }],
    },
  };
}
