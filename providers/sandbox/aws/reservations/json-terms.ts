import type { JsonObject } from "../../../../src/contract/json.ts";
import type { ReservableOffering } from "./reservation-sold-offerings.ts";

/** Attributes and prices, as offerings and reservations of the services with JSON bodies both show them. */
export function termsObject({
  attributes,
  duration,
  fixedPrice,
  hourly,
  offeringType,
}: ReservableOffering): JsonObject {
  return {
    ...attributes,
    Duration: duration,
    FixedPrice: Number(fixedPrice),
    RecurringCharges:
      offeringType === "All Upfront"
        ? []
        : [{ RecurringChargeAmount: Number(hourly), RecurringChargeFrequency: "Hourly" }],
  };
}

/** A point in time, in seconds since 1970. */
export function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
