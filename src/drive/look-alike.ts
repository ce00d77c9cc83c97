// What a listing shows without a token, and that may be what was bought for a recommendation all the same.
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { RefusedError } from "../contract/errors.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import { forgottenSpan } from "../contract/forgotten-span.ts";
import type { Listed } from "../contract/listed.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { carriesToken } from "../contract/token.ts";
import { asRefusal } from "./as-refusal.ts";
import { contradictions, statedDifferences } from "./compare-facts.ts";
import type { Looked, Looker, Looking } from "./drive-context.ts";
import type { Listing } from "./read-listing.ts";

/**
 * What of a listing is kept although it shows no token: what its executor takes for a look-alike, what may carry a token that the
 * listing does not show, and all where a purchase carries no token when it is made.
 */
export function mayBeOurs({ inventory, recovery }: ServiceExecutor): (listed: Listed) => boolean {
  const keepsAll = inventory.readMarks !== undefined || recovery.kind !== "resend";
  return ({ resembles }) => keepsAll || resembles !== undefined;
}

/** How many are asked for what a listing does not show of them, at most, for one recommendation. */
const mostReads = 100;

/** What was read beside a listing: the recommendations of a drive share the listing, and ask once. */
type Reads = WeakMap<Listed, Promise<Listed>>;
const marksRead: Reads = new WeakMap();
const factsRead: Reads = new WeakMap();

/**
 * The listing with what is stamped on those that fit the recommendation, where a listing of its kind does not show that. Throws a
 * RefusedError `lookup-failed`, or `look-alike` where more than `most` would have to be read.
 */
export async function withMarks(
  drive: Looker,
  task: Looked,
  listing: Listing,
  { most = mostReads }: { readonly most?: number } = {},
): Promise<Listing> {
  const { executor, record } = task;
  const { inventory } = executor;
  if (inventory.readMarks === undefined) return listing;
  const fitting = await fittingIn(drive, task, listing);
  checkCount(record, fitting, most);
  const read: Listed[] = [];
  for (const listed of fitting) read.push(await once(marksRead, listed, () => marksOf(drive, task, listed)));
  const own = read.filter(({ marks }) => carriesToken(marks, record.token));
  const byToken = new Map(listing.byToken);
  if (own.length > 0) byToken.set(record.token, [...(byToken.get(record.token) ?? []), ...own]);
  return { ...listing, byToken, unmarked: read.filter(({ marks }) => marks.length === 0) };
}

/** What an id shows, with what is stamped on it; undefined where there is none. Throws a RefusedError `lookup-failed`. */
export async function readWithMarks(drive: Looker, task: Looked, id: string): Promise<Listed | undefined> {
  const { executor, record } = task;
  const shown = await asRefusal("lookup-failed", `Reading ${id} failed`, () =>
    executor.inventory.read(record.scope, id, drive.stop),
  );
  return shown && marksOf(drive, task, shown);
}

/** The same with what is stamped on it, where reading it does not show that. */
async function marksOf({ stop }: Looker, { executor, record }: Looked, listed: Listed): Promise<Listed> {
  const { inventory } = executor;
  if (inventory.readMarks === undefined) return listed;
  stop.check();
  const what = `Reading what is stamped on ${listed.commitment.id} failed`;
  return asRefusal(
    "lookup-failed",
    what,
    async () => (await inventory.readMarks?.(record.scope, listed, stop)) ?? listed,
  );
}

/**
 * Throws a RefusedError `look-alike` where something in a listing may be what was bought for the recommendation: it may be live, is
 * what was asked for, carries no token, is nobody's in the ledger, nobody said that it is another purchase, and there is a reason
 * to think so.
 */
export async function refuseLookAlikes(drive: Looker, task: Looking, listing: Listing): Promise<void> {
  const { executor, record } = task;
  const fitting = await fittingIn(drive, task, listing);
  if (fitting.length === 0) return;
  const [ofLost, sinceRestore] = [lostReason(task), await restoredReason(drive, task)];
  const reasons = new Map<Listed, string>();
  for (const listed of fitting) {
    const why = listed.resembles ?? ofLost(listed.commitment) ?? sinceRestore(listed.commitment);
    if (why !== undefined) reasons.set(listed, why);
  }
  checkCount(record, [...reasons.keys()]);
  const found: string[] = [];
  const ids: string[] = [];
  for (const [listed, why] of reasons) {
    if (!(await isAskedFor(drive, executor, record, listed))) continue;
    const { id, state, purchasedAt } = listed.commitment;
    ids.push(id);
    found.push(`${id} (${state}${purchasedAt === undefined ? "" : `, since ${purchasedAt}`}) ${why}`);
  }
  if (ids.length > 0) throw lookAlike(record, found, ids);
}

/** Those that show no token, contradict nothing that was asked for, and are nobody's by the ledger or a person's word. */
async function fittingIn(
  { ledger }: Pick<Looker, "ledger">,
  { executor, record }: Looked,
  { unmarked = [] }: Listing,
): Promise<readonly Listed[]> {
  if (unmarked.length === 0) return [];
  const { recommendation, scope, token, notThis = [] } = record;
  const asked = executor.factsOf(recommendation);
  const fitting = unmarked.filter((listed) => contradictions(asked, listed).length === 0);
  if (fitting.length === 0) return [];
  const others = await ledger.ownedByOthers(scope.key, token);
  const known = new Set([...others, ...notThis].map((id) => id.toLowerCase()));
  return fitting.filter(({ commitment }) => !idsOf(commitment).some((id) => known.has(id.toLowerCase())));
}

/** What it does not say itself is asked for; what does not say all of it may be it. */
async function isAskedFor(
  drive: Looker,
  { factsOf, inventory }: ServiceExecutor,
  { recommendation, scope }: TokenRecord,
  listed: Listed,
): Promise<boolean> {
  const { commitment, facts: stated } = listed;
  if (inventory.facts === undefined) return true;
  const whole = await once(factsRead, listed, async () => {
    drive.stop.check();
    const further = await asRefusal("lookup-failed", `Comparing ${commitment.id} failed`, async () =>
      inventory.facts?.(scope, commitment, { signal: drive.stop.signal, stated }),
    );
    return { ...listed, facts: { ...further, ...stated } };
  });
  return statedDifferences(factsOf(recommendation), whole.facts).length === 0;
}

/** Reads once for a listing; what failed is read again. */
function once(reads: Reads, listed: Listed, read: () => Promise<Listed>): Promise<Listed> {
  const known = reads.get(listed);
  if (known !== undefined) return known;
  const reading = read();
  reads.set(listed, reading);
  reading.catch(() => reads.delete(listed));
  return reading;
}

/** Milliseconds by which the provider's clock may differ from the ledger's. */
const clockTolerance = 300_000;

/**
 * Why a commitment may be what a ledger that was lost bought for the recommendation, where it shows no token: it began within a
 * month before the recommendation was recorded, or since, or does not say when. What was sent before is told from it by what there was
 * before that.
 */
function lostReason({
  executor: { tokenless },
  record: { createdAt, submission, former = [] },
}: Looking): (commitment: Commitment) => string | undefined {
  if (tokenless === undefined || submission !== undefined || former.length > 0) return () => undefined;
  const from = createdAt - forgottenSpan;
  return ({ purchasedAt }) =>
    purchasedAt !== undefined && Date.parse(purchasedAt) < from
      ? undefined
      : `began within the 31 days before this was recorded, or since, or does not say when, and ${tokenless}`;
}

/**
 * Why a commitment may be what a restored ledger has forgotten: where a purchase carries no token when it is made, it began since
 * the recommendation was recorded, or does not say when. What was recorded after the restore may have been recorded, and bought,
 * before it as well: for that it began in the month before the restore.
 */
async function restoredReason(
  { ledger }: Pick<Looker, "ledger">,
  { executor, record: { createdAt } }: Looking,
): Promise<(commitment: Commitment) => string | undefined> {
  const restoredAt = executor.recovery.kind === "resend" ? undefined : await ledger.restoredAt();
  if (restoredAt === undefined) return () => undefined;
  const since = new Date(restoredAt).toISOString();
  const [from, to] =
    restoredAt < createdAt ? [restoredAt - forgottenSpan, restoredAt + clockTolerance] : [createdAt, Infinity];
  return ({ purchasedAt }) => {
    const began = purchasedAt === undefined ? to : Date.parse(purchasedAt);
    if (began < from - clockTolerance || began > to) return undefined;
    return `may be a purchase that this ledger has forgotten, which was restored from a backup at ${since}`;
  };
}

function checkCount({ scope }: Pick<TokenRecord, "scope">, { length }: readonly Listed[], most = mostReads): void {
  if (length <= most) return;
  throw new RefusedError({
    code: "look-alike",
    message: `${scope.label} shows ${length} that fit it, show no token and are not in the ledger: more than the ${mostReads} that are looked at one by one. Nothing was sent. If one of them is it, say so (\`--bought ID\`); of those that are other purchases, say that (\`--not-this ID\`).`,
  });
}

function lookAlike({ scope }: TokenRecord, found: readonly string[], ids: readonly string[]): RefusedError {
  const [id = ""] = ids;
  return new RefusedError({
    code: "look-alike",
    message: `${scope.label} shows what was asked for without a token, and it may have been bought for this recommendation: ${found.join("; ")}. It is not in the ledger. Nothing was sent. If it is this one, say so (\`--bought ${id}\`); if it is another purchase, say that (\`--not-this ${id}\`).`,
  });
}
