import { createHash } from "node:crypto";
import { Big } from "big.js";
import type { JsonValue } from "../../../src/contract/json.ts";

/** How an offering is paid for, in AWS' words. */
export type OfferingType = "No Upfront" | "Partial Upfront" | "All Upfront";

/** What is paid for one instance or node. Amounts are decimal strings in US dollars. */
export type OfferingPrice = {
  readonly offeringType: OfferingType;
  /** Seconds. */
  readonly duration: number;
  /** Paid at once. */
  readonly fixedPrice: string;
  /** Paid for each hour of the term. */
  readonly hourly: string;
};

const yearInSeconds = 31_536_000;
const upfrontShare: Readonly<Record<OfferingType, string>> = {
  "No Upfront": "0",
  "Partial Upfront": "0.5",
  "All Upfront": "1",
};

/** The prices for every way to pay and one and three years. `share` is what is left of the hourly price on demand. */
export function pricesFor(onDemand: string, share: readonly [oneYear: string, threeYears: string]): OfferingPrice[] {
  return (["No Upfront", "Partial Upfront", "All Upfront"] as const).flatMap((offeringType) =>
    ([1, 3] as const).map((years) => {
      const hourly = new Big(onDemand).times(share[years === 1 ? 0 : 1]);
      const upfront = upfrontShare[offeringType];
      return {
        offeringType,
        duration: years * yearInSeconds,
        fixedPrice: hourly
          .times(24 * 365 * years)
          .times(upfront)
          .toFixed(1),
        hourly: hourly.times(new Big(1).minus(upfront)).toFixed(5),
      };
    }),
  );
}

/** An id in the form of a UUID that is the same for the same value every time. */
export function idFor(value: JsonValue): string {
  const hash = createHash("sha256").update(JSON.stringify(value)).digest("hex");
  const [, ...groups] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(hash) ?? [];
  return groups.join("-");
}
