import { ageOfSubmission } from "./age-of.ts";
import { provenFailed, vanished } from "./prove-failed.ts";
import type { DriveContext, DriveParts, Task } from "./drive-context.ts";
import { recordedIds } from "./must-be-listed.ts";
import { readListing } from "./read-listing.ts";
import { readOldest } from "./read-records.ts";
import { withStop } from "./stop.ts";
import type { ExecutorOf } from "./validate.ts";
import { correction, withClaim } from "./with-claim.ts";
import { checkTexts } from "../contract/check-texts.ts";
import type { Commitment } from "../contract/commitment.ts";
import { InvalidExecutionError, RefusedError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";

/** What a person says about a commitment that the provider no longer shows: it was exchanged, given back or sold. */
export interface AcceptedLoss {
  /** The commitment's id, as the ledger has it. */
  readonly id: string;
  /** Who says so: goes into the history. */
  readonly person: string;
  /** Why, in words: goes into the history. */
  readonly reason: string;
}

/**
 * Records that a commitment is gone before its term: drives no longer expect it in the listing. Its recommendation stays
 * bought, and is not bought again. Throws a RefusedError `still-shown` while the provider shows it as live, and
 * `nothing-to-resolve` where a drive would find that it came to nothing.
 */
export async function acceptLoss(
  { id, person, reason }: AcceptedLoss,
  { executorOf, ...parts }: DriveParts & { readonly executorOf: ExecutorOf },
  signal: AbortSignal | undefined,
): Promise<TokenRecord> {
  checkTexts({ id, person, reason });
  const [record, ...more] = await boughtAs(id, parts, signal);
  if (record === undefined || more.length > 0) {
    const problem =
      record === undefined
        ? "is not known to the ledger as bought: check it, and which ledger is used"
        : "is in the ledger in several scopes";
    throw new InvalidExecutionError([{ path: "id", message: problem }], "request");
  }
  const executor = executorOf(record.recommendation);
  return withClaim(record, parts, { ...correction, executor, signal }, async (drive, task) => {
    const { ledger, stop } = drive;
    const {
      claim,
      record: { commitment, scope, submission, token },
    } = task;
    if (commitment === undefined) throw new TypeError("A purchased record holds its commitment.");
    if (!commitment.settled && (await isFailed(drive, task, commitment))) {
      throw new RefusedError({
        code: "nothing-to-resolve",
        message: `${scope.label} shows that ${commitment.id} came to nothing: it was never there to be lost. Run buyonce settle: that is recorded, and the next drive may buy it anew.`,
      });
    }
    const shown: Commitment[] = [];
    for (const part of recordedIds({ commitment })) {
      const seen = await executor.inventory.read(scope, part, stop);
      if (seen !== undefined) shown.push(seen.commitment);
    }
    if (!commitment.marked && submission !== undefined) {
      // Its id need not be the final one yet.
      const owned = await ledger.ownedByOthers(scope.key, token);
      const age = await ageOfSubmission(drive, task, submission);
      const resolution = await executor.resolve(submission, { signal: stop.signal, owned, age });
      if (resolution.kind === "found") shown.push(resolution.found.commitment);
    }
    const live = shown.find(({ standing }) => standing === "live");
    if (live !== undefined) {
      throw new RefusedError({
        code: "still-shown",
        message: `${scope.label} shows ${live.id} as ${live.state}, so it is not gone. If listings lack it, check the identity's right to list.`,
      });
    }
    const state = shown[0]?.state ?? commitment.state;
    await ledger.decide(claim, { kind: "lost", id: commitment.id, person, reason });
    // A marker that is missing on what is gone is nothing to wait for, and must not keep its lane occupied.
    return ledger.observe(claim, {
      ...commitment,
      state,
      standing: "ended",
      settled: true,
      marked: commitment.marked || "waived",
    });
  });
}

/** What is recorded as bought under an id, in whatever scope. */
function boughtAs(
  id: string,
  { ledger, environment }: Pick<DriveParts, "ledger" | "environment">,
  signal: AbortSignal | undefined,
): Promise<readonly TokenRecord[]> {
  const isMeant = (candidate: string) => candidate.toLowerCase() === id.toLowerCase();
  const keep = (record: TokenRecord) => (recordedIds(record).some(isMeant) ? record : undefined);
  return withStop(environment, { signal }, (stop) =>
    readOldest(ledger, { states: ["purchased"], limit: Infinity }, stop.check, keep),
  );
}

/** As a drive would find. The listing is not held against the ledger: what is lost is what it lacks. */
async function isFailed(drive: DriveContext, task: Task, commitment: Commitment): Promise<boolean> {
  const { executor, record } = task;
  const wanted = { tokens: new Set<string>(), ids: new Set(recordedIds({ commitment })) };
  const listing = await readListing(executor.inventory, record.scope, wanted, drive.stop);
  const failed =
    (await provenFailed({ executor, stop: drive.stop }, record.scope, commitment, listing)) ??
    (await vanished(drive, task, commitment, listing));
  return failed !== undefined;
}
