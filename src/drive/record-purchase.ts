import type { Commitment } from "../contract/commitment.ts";
import { LedgerError, messageOf } from "../contract/errors.ts";
import { pricedAs, repriced } from "../contract/payments.ts";
import type { Submission } from "../contract/executor.ts";
import type { Outcome } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { ageOfSubmission } from "./age-of.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import type { Bought, Ending } from "./ending.ts";
import { boughtOutcome, isBroken } from "./outcome.ts";

/**
 * Records what is bought, stamps the marker where it comes after the purchase, and reports. Bought stays bought: where
 * the ledger or the marker fails, the outcome says so as a warning. Returns what it ended with instead where the commitment turns out
 * to be another recommendation's, or the claim is lost.
 */
export async function recordPurchase(
  drive: DriveContext,
  task: Task,
  bought: Bought,
): Promise<Outcome | Extract<Ending, { readonly kind: "refused" | "unresolved" | "lost" }>> {
  const { ledger, leases } = drive;
  const { claim, record } = task;
  const { submission = record.submission, status } = bought;
  const commitment: Commitment = { ...bought.commitment, ...pricedAs(bought.commitment, submission) };
  const warnings: string[] = [...(bought.warnings ?? [])];
  const known = record.state === "purchased";
  let saysBought = known;
  let recorded = true;
  drive.emit({
    type: "recording",
    recIndex: record.recIndex,
    token: maskToken(record.token),
    commitmentId: commitment.id,
  });

  /** Writes to the ledger; what it cannot take is a warning, since bought stays bought. */
  async function keep<T>(write: () => Promise<T>): Promise<T | undefined> {
    try {
      return await write();
    } catch (error) {
      // Recorded as bought, it stays bought, whatever its further ids turn out to be.
      if (isOthers(error) && !saysBought) throw error;
      if (isBroken(error)) drive.noteLedgerError(error);
      recorded = false;
      const missing = saysBought ? "its present state is not in the ledger" : "the ledger does not say so yet";
      warnings.push(`It is bought, but ${missing} (${messageOf(error)}). Drive again to record it.`);
      return undefined;
    }
  }

  // A driver that was overtaken reports nothing as bought earlier: what it holds may be older than the ledger's word.
  if (status === "already-purchased") {
    try {
      leases.check(claim);
    } catch (error) {
      return { kind: "lost", error };
    }
  }
  let marked: Commitment;
  try {
    const { passedBy = false, guessedIn, proves } = bought;
    const clock = drive.environment.readClock();
    const written = known
      ? undefined
      : await keep(() =>
          ledger.purchase(claim, commitment, { passedBy, unproven: passedBy, guessedIn, proves, clock }),
        );
    saysBought ||= recorded;
    marked = await mark(drive, task, commitment, { submission, at: written?.purchasedAt, warnings });
    const before = known ? record.commitment : commitment;
    if (!recorded) {
      // The next drive records it, with its marker.
    } else if (JSON.stringify(marked) !== JSON.stringify(before)) await keep(() => ledger.observe(claim, marked));
    else if (known || !commitment.marked) await keep(() => ledger.release([claim]));
  } catch (error) {
    return submission === undefined ? { kind: "refused", error } : { kind: "unresolved", error, submission };
  }
  // A claim whose result is not written is given up when the drive ends.
  if (recorded) leases.drop(claim);
  return boughtOutcome(record, marked, status, warnings);
}

/** The commitment belongs to another token, or may: then it is not this one's, whatever it looked like. */
function isOthers(error: unknown): boolean {
  const codes = ["commitment-taken", "identical-purchase-open"];
  return LedgerError.isInstance(error) && codes.includes(error.code);
}

interface Marking {
  readonly submission: Submission | undefined;
  /** When (ledger time) the purchase was recorded, if it was just now. */
  readonly at: number | undefined;
  readonly warnings: string[];
}

/** The marker of a commitment that could not be bought with it; missing, it stays missing in the ledger, and is repaired by the next drive. */
async function mark(
  drive: DriveContext,
  task: Task,
  commitment: Commitment,
  { submission, at, warnings }: Marking,
): Promise<Commitment> {
  const { executor, record } = task;
  if (commitment.marked || executor.mark === undefined) return commitment;
  const { recIndex, token, source, generation, scope } = record;
  const masked = maskToken(token);
  const done = (marked: boolean) => drive.emit({ type: "marked", recIndex, token: masked, marked });
  drive.emit({ type: "marking", recIndex, token: masked, commitmentId: commitment.id });
  try {
    const owned = await drive.ledger.ownedByOthers(scope.key, token);
    const marker = { token, source, generation };
    const marked = await executor.mark(commitment, submission, marker, {
      signal: drive.stop.signal,
      scope,
      owned,
      age: await ageOfSubmission(drive, task, submission, at),
    });
    done(marked.marked === true);
    if (marked.standing !== "failed") return repriced(marked, commitment, marked);
    // Recorded like that, it would be final and never be looked at again: the next drive proves it, and opens a new generation.
    warnings.push(
      `The provider now shows it as ${marked.state}: it may have come to nothing. Drive again to find out.`,
    );
    const { state, standing } = commitment;
    return repriced({ ...marked, state, standing, settled: false }, commitment, marked);
  } catch (error) {
    done(false);
    warnings.push(`Its marker is missing at the provider (${messageOf(error)}). Drive again: it is stamped then.`);
    return commitment;
  }
}
