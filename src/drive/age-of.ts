import { type Age, ageAt, type Look, unknownAge } from "../contract/age.ts";
import type { ClockReading, Moment } from "../contract/clock-reading.ts";
import type { Environment } from "../contract/environment.ts";
import { lastSent, type Submission } from "../contract/executor.ts";
import type { Claim, Ledger, TokenRecord } from "../contract/ledger.ts";

/**
 * How long ago something was sent or bought under a claim. Where the clocks contradict each other, it is waited for anew: the ledger
 * notes this look, for later drives too, and the age counts from there; without a claim nothing is noted. The ledger's clock is asked,
 * unless `at` is what it showed in a transaction that just ended. Throws the ledger's error.
 */
export type AgeOf = (
  task: { readonly claim?: Claim; readonly record: Pick<TokenRecord, "countedFrom"> },
  moment: Moment,
  at?: number,
) => Promise<Age>;

/** Measures the ages of one drive: whatever waits for an age asks here, and nothing else. */
export function createAgeOf({
  ledger,
  environment,
}: {
  readonly ledger: Pick<Ledger, "now" | "countFrom">;
  readonly environment: Pick<Environment, "readClock">;
}): AgeOf {
  const begun = environment.readClock();
  let first: Look | undefined;
  /** What this drive noted, by what it is the age of. */
  const noted = new Map<string, Moment | undefined>();
  return async ({ claim, record }, moment, shown) => {
    const at = shown ?? (await ledger.now());
    const now: Look = { at, clock: environment.readClock() };
    first ??= now;
    const key = `${claim?.token} ${JSON.stringify(moment)}`;
    // What was noted before this drive is no older than what this drive has sent since.
    const before = isSince(begun, moment) ? undefined : record.countedFrom;
    const age = ageSince(moment, noted.get(key) ?? before, now, first);
    if (age !== undefined) return age;
    if (claim !== undefined) noted.set(key, (await ledger.countFrom(claim, now.clock)).countedFrom);
    return unknownAge;
  };
}

/** How old it is, by what a driver noted too, if one did. Undefined where neither says. */
function ageSince(moment: Moment, anew: Moment | undefined, now: Look, first: Look): Age | undefined {
  if (anew === undefined) return ageAt(moment, now, first);
  const isOfThisBoot = ({ clock }: Moment) => clock?.boot === now.clock.boot;
  // Wall clocks that were wrong once are not believed again for the time before the note.
  const age = isOfThisBoot(moment) ? ageAt(moment, now, first) : undefined;
  const since = ageAt(anew, now, first);
  // It was older by then, nobody knows by how much.
  if (age === undefined) return since && { ...unknownAge, atLeast: since.atLeast };
  const counted = isOfThisBoot(anew) ? (since?.atLeast ?? 0) : 0;
  return { ...age, atLeast: Math.max(age.atLeast, counted) };
}

/** How long ago a submission was last sent; `at` is {@link AgeOf}'s. Throws the ledger's error. */
export async function ageOfSubmission(
  { ageOf }: { readonly ageOf: AgeOf },
  task: Parameters<AgeOf>[0],
  submission: Submission | undefined,
  at?: number,
): Promise<Age> {
  return submission === undefined ? unknownAge : ageOf(task, lastSent(submission), at);
}

function isSince({ boot, monotonic }: ClockReading, { clock }: Moment): boolean {
  return clock?.boot === boot && clock.monotonic >= monotonic;
}
