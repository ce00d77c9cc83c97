import type { LookupFunction } from "node:net";
import { isLoopback, type AddressCheck } from "./allowed-address.ts";

/** A name leads to addresses of which none may be connected to. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

/**
 * A lookup that gives away only addresses which may be connected to: whoever connects gets no other one, so a name that leads elsewhere
 * the second time it is asked for leads nowhere. `onlyHere`: none but this machine's own.
 */
export function checkedLookup(lookup: LookupFunction, isAllowed: AddressCheck, onlyHere: boolean): LookupFunction {
  return (host, options, callback) =>
    lookup(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, "", 0);
      const all = Array.isArray(found) ? found : [];
      const allowed = all.filter(({ address }) => isAllowed(address) && (!onlyHere || isLoopback(address)));
      const [first] = allowed;
      if (first === undefined) {
        const list = all.map(({ address }) => address).join(", ") || "no address";
        return callback(new AddressRefused(`${host} leads to ${list}, which may not be connected to`), "", 0);
      }
      if (options.all === true) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
}
