import { type ClockReading, passedAtMost } from "../contract/clock-reading.ts";
import type { Environment } from "../contract/environment.ts";
import { BuyonceError } from "../contract/errors.ts";
import type { DriveStep } from "../contract/events.ts";
import type { Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Ledger } from "../contract/ledger.ts";
import { eventError } from "./emit.ts";
import { asRefusal } from "./as-refusal.ts";
import { checkCanary, readCanaries } from "./check-canary.ts";
import { mayBeOurs } from "./look-alike.ts";
import { type Listing, type PageRead, readListing } from "./read-listing.ts";
import { createSharedListings } from "./shared-listings.ts";
import type { Stop } from "./stop.ts";

/** Listings of one drive: one per scope, shared by all recommendations, unless a proof needs a fresh one. */
export interface Lookup {
  /**
   * The drive's listing of a scope, made anew where it has grown old. Throws a RefusedError when it failed or cannot be trusted: then
   * nothing is bought. `onPage` is told each page where this call begins it.
   */
  listing(executor: ServiceExecutor, scope: Scope, onPage?: (read: PageRead) => void): Promise<Listing>;
  /** Whether a listing of this look-up has grown old: what was looked for in it is looked for again before anything is sent. */
  isOld(listing: Listing): boolean;
  /** A listing that is begun after this is asked for. Whoever asks for one while another is made shares the next. */
  fresh(executor: ServiceExecutor, scope: Scope, token: string): Promise<Listing>;
}

interface LookupOptions {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly stop: Stop;
  readonly emit: (step: DriveStep) => void;
  /** All tokens of this drive, by scope key. */
  readonly tokens: ReadonlyMap<string, ReadonlySet<string>>;
  /** What was bought within so many milliseconds is kept in its listings: {@link Listing.recent}. Default: nothing is. */
  readonly within?: number | undefined;
}

/**
 * Milliseconds after which a listing that was made is not believed any more: a drive that waits for a provider's limit takes a night, and an engine
 * without this ledger may buy meanwhile.
 */
const longestBelieved = 900_000;

/** How often a listing that is made anew is tried again where it failed, and after how many milliseconds: a night is not given up for that. */
const laterTries = 5;
const betweenTries = 60_000;

/** The listing of a scope that a drive goes by. */
interface DriveListing {
  readonly listing: Promise<Listing>;
  /** Undefined while it is made, and where that failed. */
  made: Listing | undefined;
}

/** Builds the lookup of one drive. */
export function createLookup({ ledger, environment, stop, emit, tokens, within }: LookupOptions): Lookup {
  const listings = new Map<string, DriveListing>();
  const madeAt = new WeakMap<Listing, ClockReading>();
  const isOld = (listing: Listing) => {
    const at = madeAt.get(listing);
    return at !== undefined && passedAtMost(at, environment.readClock()) > longestBelieved;
  };

  async function list(
    executor: ServiceExecutor,
    scope: Scope,
    wanted: ReadonlySet<string>,
    onPage?: (read: PageRead) => void,
  ): Promise<Listing> {
    stop.check();
    emit({ type: "listing", scope: scope.label });
    try {
      const listing = await listAndCheck(executor, scope, wanted, onPage);
      madeAt.set(listing, environment.readClock());
      emit({ type: "listed", scope: scope.label, matches: listing.byToken.size });
      return listing;
    } catch (error) {
      emit({ type: "look-up-failed", scope: scope.label, error: eventError(error) });
      throw error;
    }
  }

  async function listAndCheck(
    executor: ServiceExecutor,
    scope: Scope,
    tokens: ReadonlySet<string>,
    onPage: ((read: PageRead) => void) | undefined,
  ): Promise<Listing> {
    const canaries = await readCanaries(ledger, scope, stop.check);
    const ids = new Set(canaries.known.flatMap((canary) => canary.ids));
    const since = within === undefined ? undefined : environment.now() - within;
    const wanted = { tokens, ids, keeps: mayBeOurs(executor), since };
    const listing = await asRefusal("lookup-failed", `The look-up in ${scope.label} failed`, () =>
      readListing(executor.inventory, scope, wanted, { signal: stop.signal, onPage }),
    );
    await checkCanary({ environment, stop }, executor, scope, canaries, listing);
    return listing;
  }

  async function listAgain(make: () => Promise<Listing>): Promise<Listing> {
    for (let tries = laterTries; ; tries -= 1) {
      try {
        return await make();
      } catch (error) {
        if (tries === 0 || !BuyonceError.isInstance(error) || !error.retryable) throw error;
        await environment.sleep(betweenTries, stop.signal);
      }
    }
  }

  return {
    listing: (executor, scope, onPage) => {
      stop.check();
      const known = listings.get(scope.key);
      if (known !== undefined && (known.made === undefined || !isOld(known.made))) return known.listing;
      const make = () => list(executor, scope, tokens.get(scope.key) ?? new Set(), onPage);
      const listing = known === undefined ? make() : listAgain(make);
      const begun: DriveListing = { listing, made: undefined };
      listings.set(scope.key, begun);
      listing.then(
        (made) => (begun.made = made),
        () => undefined,
      );
      return listing;
    },
    isOld,
    fresh: createSharedListings(list),
  };
}
