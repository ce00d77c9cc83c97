// What is the same as what is about to be bought, so that whoever buys it has second thoughts.
import type { Environment } from "../contract/environment.ts";
import { InvalidExecutionError } from "../contract/errors.ts";
import type { DriveStep } from "../contract/events.ts";
import type { NewExecution } from "../contract/execution-record.ts";
import { idsOf } from "../contract/commitment.ts";
import type { ExecutionPlace, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Facts, Listed } from "../contract/listed.ts";
import { maskToken } from "../contract/token.ts";
import {
  boughtAt,
  longerTwinsWithin,
  twinForbidden,
  type TwinOptions,
  twinsMilliseconds,
  twinText,
  usualTwinsWithin,
} from "../contract/twin.ts";
import { statedDifferences } from "./compare-facts.ts";
import type { Looked } from "./drive-context.ts";
import { recordedIds } from "./must-be-listed.ts";
import { createTokenIndex, type Listing } from "./read-listing.ts";

/** What is the same as a recommendation, each as a sentence. */
export interface TwinsOf {
  /** Bought lately for something else, or sent and may be bought. */
  readonly bought: readonly string[];
  /** In the same execution. */
  readonly beside: readonly string[];
}

/** The twins of what one drive, or one quotation, is about to buy. */
export interface Twins {
  /** How far back (milliseconds) a listing is looked at. */
  readonly within: number;
  /**
   * Compares what is about to be bought with the ledger, and with the listing that shows nothing of it; asks nobody anything. Told
   * once as an event. Throws a RefusedError `twin-forbidden` where the execution forbids it.
   */
  look(task: Looked, listing: Listing): void;
  /** What was found for a token. */
  of(token: string): TwinsOf;
}

const nothing: TwinsOf = { bought: [], beside: [] };

/** For work that begins nothing. */
export const noTwins: Twins = { within: 0, look: () => undefined, of: () => nothing };

/** What is looked at. */
interface TwinSearch {
  readonly executionId: string;
  /** Its limits as far as they are known: `forbidTwinsWithin`. */
  readonly forbidTwinsWithin: string | undefined;
  /** For whom it is: the executions of others are not named to them. */
  readonly caller: string | undefined;
  /** Its places, with their records where there are any. */
  readonly places: readonly (ExecutionPlace & Partial<TokenRecord>)[];
  /** Now, by the ledger's clock. */
  readonly at: number;
  readonly options: TwinOptions | undefined;
}

interface TwinParts {
  readonly ledger: Pick<Ledger, "boughtAlike" | "execution">;
  readonly environment: Pick<Environment, "now">;
  readonly emit: (step: DriveStep) => void;
}

/** How many of a kind are named. */
const mostNamed = 3;

/** As many fingerprints as are asked for at once. */
const pageSize = 1000;

/** Looks the ledger through once for all that is to be bought. Throws a LedgerError. */
export async function findTwins({ ledger, environment, emit }: TwinParts, search: TwinSearch): Promise<Twins> {
  const { executionId, places, at, options = {} } = search;
  const forbidden = longerTwinsWithin(search.forbidTwinsWithin, forbiddenBy(options));
  const within = twinsMilliseconds(
    longerTwinsWithin(options.within ?? usualTwinsWithin, forbidden) ?? usualTwinsWithin,
  );
  const isForbidden = (began: number, now: number) =>
    forbidden !== undefined && began >= now - twinsMilliseconds(forbidden);

  const recorded = await readAlike(ledger, executionId, places, at - within);
  const isNamed = await namedTo(ledger, recorded, search.caller);
  const byFingerprint = Map.groupBy(recorded, ({ fingerprint }) => fingerprint);
  const alike = byFingerprintAndToken(places.filter(({ state }) => state !== "skipped"));
  const ownTokens = createTokenIndex(places.map(({ token }) => token));
  const ownIds = new Set(places.flatMap(({ commitment }) => recordedIds({ commitment })).map((id) => id.toLowerCase()));
  const found = new Map<string, TwinsOf>();
  const sameIn = createSearchForSame();

  return {
    within,
    look: (task, listing) => {
      const { recIndex, token, fingerprint, scope, notThis = [] } = task.record;
      const inLedger = byFingerprint.get(fingerprint) ?? [];
      const known = new Set([...inLedger.flatMap(recordedIds), ...notThis].map((id) => id.toLowerCase()));
      const isKnown = (id: string) => ownIds.has(id) || known.has(id);
      const isOther = ({ commitment, marks }: Listed) =>
        ownTokens(marks).length === 0 && !idsOf(commitment).some((id) => isKnown(id.toLowerCase()));
      const shown = sameIn(task, listing).filter(isOther);
      const bought = [
        ...inLedger.map((record) => ({
          text: twinText(record, isNamed(record)),
          isForbidden: isForbidden(boughtAt(record) ?? -Infinity, at),
        })),
        ...shown.map(({ commitment: { id, state, purchasedAt = "" } }) => ({
          text: `${scope.label} shows the same, bought for something else at ${purchasedAt}: ${id} (${state}).`,
          isForbidden: isForbidden(Date.parse(purchasedAt), environment.now()),
        })),
      ];
      const beside = besideText(alike.get(fingerprint) ?? new Map(), token);
      const twins = { bought: someOf(bought.map(({ text }) => text)), beside };
      const all = [...twins.bought, ...twins.beside];
      if (all.length > 0 && !found.has(token)) {
        emit({ type: "twin", recIndex, token: maskToken(token), detail: all.join(" ") });
      }
      found.set(token, twins);
      const against = bought.filter((twin) => twin.isForbidden).map(({ text }) => text);
      if (forbidden !== undefined && against.length > 0) throw twinForbidden(someOf(against).join(" "), forbidden);
    },
    of: (token) => found.get(token) ?? nothing,
  };
}

/** For how long a caller forbids twins; undefined: it warns of them. Throws a RefusedError `invalid-configuration`. */
function forbiddenBy({ within = usualTwinsWithin, forbid = false }: TwinOptions = {}): string | undefined {
  twinsMilliseconds(within);
  return forbid ? within : undefined;
}

/** The execution with what a call forbids beside its file. Throws as {@link forbiddenBy} and {@link withoutTwins}. */
export function withTwinsForbidden(asked: NewExecution, options: TwinOptions | undefined): NewExecution {
  const forbidTwinsWithin = longerTwinsWithin(asked.forbidTwinsWithin, forbiddenBy(options));
  return withoutTwins({ ...asked, forbidTwinsWithin });
}

/** The same execution; throws an InvalidExecutionError for one that forbids twins and holds some itself. */
export function withoutTwins(asked: NewExecution): NewExecution {
  const { places, forbidTwinsWithin } = asked;
  if (forbidTwinsWithin === undefined) return asked;
  const first = new Map<string, number>();
  const problems = places.flatMap(({ recIndex, fingerprint }) => {
    const earlier = first.get(fingerprint);
    if (earlier === undefined) first.set(fingerprint, recIndex);
    return earlier === undefined
      ? []
      : [
          {
            path: `recommendations[${recIndex}]`,
            message: `is the same as recommendations[${earlier}], and twins are forbidden`,
          },
        ];
  });
  if (problems.length > 0) throw new InvalidExecutionError(problems);
  return asked;
}

/** What is recorded of other executions and is the same as what may be bought now. */
async function readAlike(
  ledger: TwinParts["ledger"],
  exceptExecution: string,
  places: TwinSearch["places"],
  since: number,
): Promise<readonly TokenRecord[]> {
  const open = places.filter(({ state, commitment }) => {
    const isDone =
      state === "skipped" || state === "written-off" || (state === "purchased" && commitment?.settled === true);
    return !isDone;
  });
  const fingerprints = [...new Set(open.map(({ fingerprint }) => fingerprint))];
  const found: TokenRecord[] = [];
  for (let begin = 0; begin < fingerprints.length; begin += pageSize) {
    const page = fingerprints.slice(begin, begin + pageSize);
    found.push(...(await ledger.boughtAlike({ fingerprints: page, since, exceptExecution })));
  }
  return found;
}

/** Which of them may be named: what belongs to the same caller, or to nobody as this does. */
async function namedTo(
  ledger: TwinParts["ledger"],
  twins: readonly TokenRecord[],
  caller: string | undefined,
): Promise<(twin: TokenRecord) => boolean> {
  const known = new Set<string>();
  for (const executionId of new Set(twins.map((twin) => twin.executionId))) {
    const execution = await ledger.execution(executionId);
    if (execution !== undefined && execution.owner?.caller === caller) known.add(executionId);
  }
  return ({ executionId }) => known.has(executionId);
}

/**
 * Finds what a listing shows that was bought lately and is what is asked for, as far as it says all that decides that. Every listing
 * is looked through once for all recommendations whose facts have the same names.
 */
function createSearchForSame(): (task: Looked, listing: Listing) => readonly Listed[] {
  const indexes = new WeakMap<Listing, Map<string, ReadonlyMap<string, readonly Listed[]>>>();
  return ({ executor, record }, listing) => {
    const { recent = [] } = listing;
    if (recent.length === 0) return [];
    const asked = executor.factsOf(record.recommendation);
    const { decisive } = asked;
    const fields = Object.keys(decisive).filter((field) => decisive[field] !== undefined);
    const valuesOf = (facts: Facts) => JSON.stringify(fields.map((field) => facts[field]));
    const ofListing = indexes.get(listing) ?? new Map<string, ReadonlyMap<string, readonly Listed[]>>();
    indexes.set(listing, ofListing);
    const name = JSON.stringify(fields);
    const index = ofListing.get(name) ?? Map.groupBy(recent, ({ facts }) => valuesOf(facts));
    ofListing.set(name, index);
    return (index.get(valuesOf(decisive)) ?? []).filter(({ facts }) => statedDifferences(asked, facts).length === 0);
  };
}

function byFingerprintAndToken(places: readonly ExecutionPlace[]) {
  const grouped = Map.groupBy(places, ({ fingerprint }) => fingerprint);
  return new Map([...grouped].map(([print, alike]) => [print, new Map(alike.map((place) => [place.token, place]))]));
}

/** Says which places, by token, are alike beside the one with this token; a thousand others are not looked through for that. */
function besideText(alike: ReadonlyMap<string, ExecutionPlace>, token: string): readonly string[] {
  const others = alike.size - (alike.has(token) ? 1 : 0);
  if (others === 0) return [];
  const named: string[] = [];
  for (const place of alike.values()) {
    if (named.length === mostNamed) break;
    if (place.token !== token) named.push(`#${place.recIndex}`);
  }
  const rest = others - named.length;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return [`The same is asked for in this execution as ${named.join(", ")}${more}.`];
}

/** As many sentences as are read, and how many more there are. */
function someOf(texts: readonly string[]): readonly string[] {
  const rest = texts.length - mostNamed;
  return rest > 0 ? [...texts.slice(0, mostNamed), `There are ${rest} more.`] : texts;
}
