import type { TokenRecord } from "./ledger.ts";

/**
 * Whether a driver's lease on a record lasts, at a time of the ledger's clock (milliseconds since 1970). A lease that ends
 * further away than its length was given by a clock that has since been set back: it has lapsed.
 */
export function isHeld(
  { holder, leaseUntil = 0, leaseLength = 0 }: Pick<TokenRecord, "holder" | "leaseUntil" | "leaseLength">,
  now: number,
): boolean {
  return holder !== undefined && leaseUntil > now && leaseUntil <= now + leaseLength;
}
