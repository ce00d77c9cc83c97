import type { Facts } from "../../src/contract/listed.ts";

/** Attributes by field as facts; what AWS did not state stays unstated. */
export function factsOfMap(attributes: ReadonlyMap<string, string | undefined>): Facts {
  return Object.fromEntries(attributes);
}
