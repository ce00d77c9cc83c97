import { isInDoubt, mayBeBought, unprovenBeside } from "../contract/at-risk.ts";
import type { Provider, Submission } from "../contract/executor.ts";
import { isHeld } from "../contract/lease.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Money } from "../contract/money.ts";
import { type Payer, payerOf } from "../contract/payer.ts";
import { saidBought } from "../contract/said-bought.ts";
import { shellCommand } from "../contract/search-by-hand.ts";

/** All by which a person finds out whether something was bought, and how to say so. Times are ISO 8601, to the second. */
export interface LookFor extends Payer {
  /** What a listing there sees: `AWS account 123456789012, us-east-1, rds`. */
  readonly place: string;
  readonly region?: string;
  /** What was sent and may have bought, the last one first; one without times where nothing is known to have been sent. */
  readonly sent: readonly LookedForSend[];
  /** What else is known, in sentences. */
  readonly known: readonly string[];
  /** The command that says what was found, one for each finding. */
  readonly decide: readonly Finding[];
}

/** One send that may have bought. */
export interface LookedForSend {
  readonly amount?: Money;
  readonly sentAt?: string;
  readonly sentAgainAt?: string;
  /** What it bought, if anything, shows a time from here on: some minutes before the send, for clocks differ. */
  readonly from?: string;
  /** And until here: a quarter of an hour after the last send. */
  readonly until?: string;
  /** What it would show as. */
  readonly shows?: string;
  /** Who has to be signed in for the command. */
  readonly signedIn?: string;
  /** A command of the provider's own tool that looks for it, and changes nothing. */
  readonly command?: string;
}

/** What a person may find, and the command that records it. */
export interface Finding {
  /** `It is there`. */
  readonly finding: string;
  readonly command: string;
}

/** How a command for a person is written: its words, with the options that hold for it. */
export type WriteCommand = (...words: readonly string[]) => string;

/** Of a provider, what says how to look. */
export type Searches = (provider: string) => Pick<Provider, "searchByHand"> | undefined;

/** What a person looks for, of several recommendations, by token. */
export type LookForByToken = ReadonlyMap<string, LookFor>;

/** Clocks of two machines differ by less. */
const clocksDiffer = 5 * 60_000;
/** By then what was bought has begun, and the request is over. */
const shownWithin = 15 * 60_000;

/** What to look for at the provider of a record that may be bought; undefined where there is nothing to look for. Asks nobody. */
export function lookForOf(
  record: TokenRecord,
  searches: Searches,
  line: WriteCommand = (...words) => shellCommand(["buyonce", ...words]),
): LookFor | undefined {
  if (!mayBeBought(record) && !isInDoubt(record)) return undefined;
  const { recommendation, scope } = record;
  const region = [recommendation["region"], scope["region"]].find((value) => typeof value === "string");
  const sends = sendsOf(record);
  return {
    ...payerOf(recommendation),
    place: scope.label,
    ...(region === undefined ? {} : { region }),
    sent: (sends.length === 0 ? [undefined] : sends).map((send) => lookedForSend(record, send, searches)),
    known: knownOf(record),
    decide: findingsOf(record, line),
  };
}

/** The same of several records, by token. Not of those that a driver holds at that time (milliseconds since 1970): it finds out itself. */
export function lookForEach(
  records: readonly TokenRecord[],
  { at, searches, line }: { readonly at: number; readonly searches: Searches; readonly line?: WriteCommand },
): LookForByToken {
  return new Map(
    records.flatMap((record) => {
      const lookFor = isHeld(record, at) ? undefined : lookForOf(record, searches, line);
      return lookFor === undefined ? [] : [[record.token, lookFor] as const];
    }),
  );
}

/** Where the portals of the providers show what was bought, or may be, by token; of what was not sent there is nothing to see. */
export function portalLinks(
  records: readonly TokenRecord[],
  portals: (provider: string) => Pick<Provider, "portalOf"> | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    records.flatMap((record) => {
      const { token, recommendation, commitment } = record;
      if (commitment === undefined && !mayBeBought(record) && !isInDoubt(record)) return [];
      const link = orUndefined(() => portals(recommendation.provider)?.portalOf?.(recommendation, commitment?.id));
      return link === undefined ? [] : [[token, link] as const];
    }),
  );
}

/** What may have bought, the last one first. */
function sendsOf(record: TokenRecord): readonly Submission[] {
  const { state, submission } = record;
  const isOpen = ["submitted", "unknown", "written-off"].includes(state) ? submission : undefined;
  return [...(isOpen === undefined ? [] : [isOpen]), ...unprovenBeside(record, isOpen).toReversed()];
}

function lookedForSend(record: TokenRecord, send: Submission | undefined, searches: Searches): LookedForSend {
  const { recommendation, scope } = record;
  const amount = send?.price ?? recommendation.maxPrice;
  const times = send && orUndefined(() => timesOf(send));
  const search = orUndefined(() =>
    searches(recommendation.provider)?.searchByHand?.({
      recommendation,
      scope: send?.scope ?? scope,
      handle: send?.handle,
      from: times?.from,
    }),
  );
  return { ...(amount === undefined ? {} : { amount }), ...times, ...search };
}

function timesOf({ submittedAt, resentAt }: Submission) {
  return {
    sentAt: isoSecond(submittedAt),
    ...(resentAt === undefined ? {} : { sentAgainAt: isoSecond(resentAt) }),
    from: isoSecond(submittedAt - clocksDiffer),
    until: isoSecond((resentAt ?? submittedAt) + shownWithin),
  };
}

function knownOf(record: TokenRecord): readonly string[] {
  const { submission, error, notThis = [] } = record;
  const named = submission?.evidence ?? [];
  const elsewhere = saidBought(record);
  return [
    ...(named.length === 0 ? [] : [`An answer to it named ${named.join(", ")}: look at that first.`]),
    ...(elsewhere === undefined ? [] : [`Another engine says that it bought it as ${elsewhere}.`]),
    ...(error?.said === undefined ? [] : [`What came of it: ${error.said}`]),
    ...(notThis.length === 0 ? [] : [`A person said that it is not ${notThis.join(", ")}.`]),
  ];
}

/** The commands are whole but for who found what: these words stand in them in capitals. */
function findingsOf({ executionId, recIndex, parkedAt, state }: TokenRecord, line: WriteCommand): readonly Finding[] {
  const say = (finding: string, ...words: readonly string[]) => ({
    finding,
    command: line("resolve", executionId, String(recIndex), ...words, "--person", "NAME", "--reason", "REASON"),
  });
  return [
    say("It is there, under this id", "--bought", "ID"),
    ...(state === "written-off" ? [] : [say("It is not there", "--not-bought")]),
    say("What looks like it is another purchase", "--not-this", "ID"),
    ...(parkedAt === undefined || state === "written-off" ? [] : [say("Nobody can find out any more", "--write-off")]),
  ];
}

function isoSecond(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

/** A recommendation that another version recorded, in another shape, is no reason to say nothing at all. */
function orUndefined<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
