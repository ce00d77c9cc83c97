// An execution as it is asked for now, beside the one that is recorded under its id.
import { todoOf } from "./error-advice.ts";
import { RefusedError } from "./errors.ts";
import type { ExecutionRecord, LimitChanges, NewExecution, RecordedExecution } from "./execution-record.ts";
import { differingFields } from "./fingerprint.ts";
import type { ExecutionPlace } from "./ledger.ts";
import { allowsMoreTwins, raisesPrice, raisesTotals, sameMoney, sameTotals } from "./limits.ts";
import { formatMoney, type Money } from "./money.ts";

/** Closes a refusal of what differs from the record: of the recorded one something may be bought. */
const recordStays = "Nothing was sent because of it; what is recorded, and what of that is bought, stays as it is.";

/** How many places a message names. */
const mostNamed = 10;

/** Why an execution is not the recorded one: another source, or another list of places. Undefined where it is the same. */
export function whyChanged(asked: NewExecution, { execution, records }: RecordedExecution): RefusedError | undefined {
  const differences = placeDifferences(asked, { execution, records });
  if (differences.length > 0) return executionChanged(asked.executionId, differences);
  if (asked.source === execution.source) return undefined;
  return new RefusedError({
    code: "source-differs",
    message: `The execution was recorded for the source ${execution.source}, not ${asked.source}. ${recordStays} ${todoOf("source-differs")}`,
  });
}

/** The places that are not the recorded ones, for a person. Empty for none. */
export function placeDifferences(asked: NewExecution, { execution, records }: RecordedExecution): readonly string[] {
  return differencesOf(placesOf(asked.places, asked.emptyPlaces), placesOf(records, execution.emptyPlaces));
}

/** The refusal of an execution that is not the recorded one. `differences`: what was altered, for a person. */
export function executionChanged(executionId: string, differences: readonly string[]): RefusedError {
  return new RefusedError({
    code: "execution-changed",
    message: `This is not the execution that was recorded as ${executionId}: ${someOf(differences)}. ${recordStays} ${todoOf("execution-changed")}`,
  });
}

/** What is at each place: undefined for an empty one. */
type Places = readonly (Pick<ExecutionPlace, "fingerprint" | "recommendation"> | undefined)[];

function placesOf(places: readonly ExecutionPlace[], emptyPlaces: readonly { readonly recIndex: number }[]): Places {
  const size = places.length + emptyPlaces.length;
  const at = new Map(places.map((place) => [place.recIndex, place]));
  return Array.from({ length: size }, (_, recIndex) => at.get(recIndex));
}

function differencesOf(asked: Places, recorded: Places): readonly string[] {
  // What stayed in its place did not move, though its equal is elsewhere too.
  const positionOf = (places: Places, others: Places) =>
    new Map(
      places.flatMap((place, recIndex) =>
        place === undefined || place.fingerprint === others[recIndex]?.fingerprint
          ? []
          : [[place.fingerprint, recIndex]],
      ),
    );
  const [askedAt, recordedAt] = [positionOf(asked, recorded), positionOf(recorded, asked)];
  const found: string[] = [];
  for (let recIndex = 0; recIndex < Math.max(asked.length, recorded.length); recIndex += 1) {
    const [now, before] = [asked[recIndex], recorded[recIndex]];
    if (now?.fingerprint === before?.fingerprint && recIndex < Math.min(asked.length, recorded.length)) continue;
    const cameFrom = now && recordedAt.get(now.fingerprint);
    const wentTo = before && askedAt.get(before.fingerprint);
    if (cameFrom !== undefined && cameFrom !== recIndex) found.push(`#${recIndex} was #${cameFrom}`);
    else if (now !== undefined && (before === undefined || wentTo !== undefined)) found.push(`#${recIndex} was added`);
    else if (now !== undefined && before !== undefined) {
      const fields = differingFields(before.recommendation, now.recommendation).join(", ");
      found.push(`#${recIndex} was changed${fields === "" ? "" : ` (${fields})`}`);
    } else if (before !== undefined) found.push(`#${recIndex} was removed`);
    else found.push(`#${recIndex} is empty, and was not there`);
    if (wentTo === undefined && cameFrom !== undefined && before !== undefined)
      found.push(`the former #${recIndex} was removed`);
  }
  return found;
}

/** How the limits of an execution that is driven from a file differ from the recorded ones. */
export interface LimitDifferences {
  /** What the file lowers, and what it raises or drops: ready to be recorded. */
  readonly lowered: LimitChanges;
  readonly raised: LimitChanges;
  /** What it raises or drops, for a person. Empty for nothing. */
  readonly raises: readonly string[];
  /** What it lowers, for a person. Empty for nothing. */
  readonly lowers: readonly string[];
}

/**
 * Compares the limits of a file with those that are recorded. A file that names no totals, or does not forbid twins, says nothing
 * about them. What is bought is left out: its limit decides nothing any more.
 */
export function limitDifferences(asked: NewExecution, { execution, records }: RecordedExecution): LimitDifferences {
  const at = new Map(asked.places.map((place) => [place.recIndex, place.recommendation.maxPrice]));
  const lowered: Record<number, Money | null> = {};
  const raised: Record<number, Money | null> = {};
  const raises: string[] = [];
  const lowers: string[] = [];
  for (const { recIndex, recommendation, state } of records) {
    const [before, now] = [recommendation.maxPrice, at.get(recIndex)];
    if (state === "purchased" || state === "skipped" || sameMoney(before, now)) continue;
    const [changes, said] = raisesPrice(before, now) ? [raised, raises] : [lowered, lowers];
    changes[recIndex] = now ?? null;
    said.push(`maxPrice of #${recIndex} from ${textOf(before)} to ${textOf(now)}`);
  }
  const twins = compareTwins(asked, execution);
  const ofTwins = `forbidTwinsWithin from ${execution.forbidTwinsWithin ?? "none"} to ${asked.forbidTwinsWithin ?? "none"}`;
  const [{ forbidTwinsWithin }, totals] = [asked, compareTotals(asked, execution)];
  const ofTotals = `maxTotals from ${listOf(execution.maxTotals)} to ${listOf(asked.maxTotals)}`;
  return {
    lowered: {
      maxPrices: lowered,
      ...(totals === "lower" ? { maxTotals: asked.maxTotals } : {}),
      ...(twins === "lower" ? { forbidTwinsWithin } : {}),
    },
    raised: {
      maxPrices: raised,
      ...(totals === "higher" ? { maxTotals: asked.maxTotals } : {}),
      ...(twins === "higher" ? { forbidTwinsWithin } : {}),
    },
    raises: [...(totals === "higher" ? [ofTotals] : []), ...raises, ...(twins === "higher" ? [ofTwins] : [])],
    lowers: [...(totals === "lower" ? [ofTotals] : []), ...lowers, ...(twins === "lower" ? [ofTwins] : [])],
  };
}

/** Whether a time that the file names is another one than the recorded: a time cannot be changed once it is recorded. */
export function timesDiffer(asked: NewExecution, execution: ExecutionRecord): readonly string[] {
  return (["notBefore", "expiresAt"] as const).flatMap((name) => {
    const [now, before] = [asked[name], execution[name]];
    if (now === undefined || (before !== undefined && Date.parse(now) === Date.parse(before))) return [];
    return [`${name} from ${before ?? "none"} to ${now}`];
  });
}

/**
 * Why the limits and times of a file may not take the place of the recorded ones. Lower limits may; others with leave to raise,
 * where no approval is required; another time never. Undefined where they may.
 */
export function whyLimitsRefused(
  asked: NewExecution,
  execution: ExecutionRecord,
  { raises }: Pick<LimitDifferences, "raises">,
  raiseLimits: boolean,
): RefusedError | undefined {
  const times = timesDiffer(asked, execution);
  const mayRaise = raises.length === 0 || (raiseLimits && !execution.approvalRequired);
  return times.length === 0 && mayRaise ? undefined : limitsDiffer({ times, raises });
}

/** The refusal of a file whose limits or times are not the recorded ones. `lowers`: where lower ones are not taken either. */
export function limitsDiffer({
  times,
  raises,
  lowers = [],
}: {
  readonly times: readonly string[];
  readonly raises: readonly string[];
  readonly lowers?: readonly string[];
}): RefusedError {
  const said = (what: string, all: readonly string[], todo: string) =>
    all.length === 0 ? [] : [`The file ${what}: ${someOf(all)}. ${todo}`];
  const ways = [
    ...said(
      "names another time than is recorded",
      times,
      "A recorded time stays: restore it, or cancel the execution and put what is to be bought into a new one.",
    ),
    ...said("raises or drops what is recorded", raises, todoOf("limits-differ")),
    ...said("lowers what is recorded", lowers, "A drive of the file records that, or `buyonce limits` does."),
  ];
  return new RefusedError({ code: "limits-differ", message: `${ways.join(" ")} ${recordStays}` });
}

/** As many as are named, and how many more there are. */
export function someOf(all: readonly string[]): string {
  const rest = all.length - mostNamed;
  return all.slice(0, mostNamed).join(", ") + (rest > 0 ? `, and ${rest} more` : "");
}

function compareTotals({ maxTotals: now }: NewExecution, { maxTotals: before }: ExecutionRecord) {
  if (now === undefined) return "same";
  if (raisesTotals(before, now)) return "higher";
  return sameTotals(before, now) ? "same" : "lower";
}

/** A file that does not forbid twins says nothing about them. */
function compareTwins({ forbidTwinsWithin: now }: NewExecution, { forbidTwinsWithin: before }: ExecutionRecord) {
  if (now === undefined || now === before) return "same";
  return allowsMoreTwins(before, now) ? "higher" : "lower";
}

/** A limit, for a person. */
export function textOf(price: Money | undefined): string {
  return price === undefined ? "none" : formatMoney(price);
}

/** Totals, for a person. */
export function listOf(amounts: readonly Money[] | undefined): string {
  return amounts === undefined ? "none" : amounts.map(formatMoney).join(" and ");
}
