import { idFor, type OfferingPrice, pricesFor } from "../pricing.ts";

/** An offering of a service that sells reservations under an id of the caller's choice. */
export type ReservableOffering = OfferingPrice & {
  readonly id: string;
  /** What is sold, in the service's own words and letters: `{ DBInstanceClass: "db.r6g.large" }`. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** One kind of thing that is sold, and its price per hour on demand: plausible, not current. */
export interface Kind {
  readonly attributes: Readonly<Record<string, string>>;
  readonly onDemand: string;
}

/** Every offering of a service in a region, in the order in which it is listed; the same ones every time. */
export function offeringsIn(service: string, region: string, kinds: readonly Kind[]): readonly ReservableOffering[] {
  return kinds.flatMap(({ attributes, onDemand }) =>
    pricesFor(onDemand, ["0.66", "0.44"]).map((price) => ({
      id: idFor([service, region, attributes, price.offeringType, price.duration]),
      attributes,
      ...price,
    })),
  );
}
