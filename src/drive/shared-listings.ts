import type { Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Listing } from "./read-listing.ts";

/** Makes a listing of a scope for these tokens. */
type List = (executor: ServiceExecutor, scope: Scope, wanted: ReadonlySet<string>) => Promise<Listing>;

/** The listing that is begun next: more may ask for it until then. */
interface NextListing {
  readonly tokens: Set<string>;
  readonly listing: Promise<Listing>;
}

/**
 * Fresh listings, each begun after it was asked for. One of a scope is made at a time: all who ask while it is made share the next
 * one, so that a burst of them does not read the account once each.
 */
export function createSharedListings(list: List) {
  const made = new Map<string, Promise<unknown>>();
  const next = new Map<string, NextListing>();

  async function listNext(executor: ServiceExecutor, scope: Scope, wanted: ReadonlySet<string>): Promise<Listing> {
    await made.get(scope.key);
    next.delete(scope.key);
    const listing = list(executor, scope, wanted);
    const ended = listing.catch(() => undefined);
    made.set(scope.key, ended);
    return listing;
  }

  return (executor: ServiceExecutor, scope: Scope, token: string): Promise<Listing> => {
    const asked = next.get(scope.key);
    if (asked !== undefined) {
      asked.tokens.add(token);
      return asked.listing;
    }
    const tokens = new Set([token]);
    const listing = listNext(executor, scope, tokens);
    next.set(scope.key, { tokens, listing });
    return listing;
  };
}
