import { ageOfSubmission } from "../drive/age-of.ts";
import type { DriveParts } from "../drive/drive-context.ts";
import type { ExecutorOf } from "../drive/validate.ts";
import { correction, withClaim } from "../drive/with-claim.ts";
import type { Finding } from "../contract/audit-report.ts";
import { messageOf } from "../contract/errors.ts";
import type { Commitment } from "../contract/commitment.ts";
import { pricedAs } from "../contract/payments.ts";

/**
 * Stamps a missing marker, under a claim, and records it; returns the finding with what came of it. Anything that is not
 * a missing marker, or cannot be stamped, is returned as it is.
 */
export async function repair(
  finding: Finding,
  { executorOf, ...parts }: DriveParts & { readonly executorOf: ExecutorOf },
  signal: AbortSignal,
): Promise<Finding> {
  const { kind, executionId, token } = finding;
  if (kind !== "missing-marker" || executionId === undefined) return finding;
  const record = (await parts.ledger.recordsOf(executionId)).find((candidate) => candidate.token === token);
  const executor = record && executorOf(record.recommendation);
  if (record === undefined || executor?.mark === undefined) return finding;
  try {
    const { state, standing, marked } = await withClaim(
      record,
      parts,
      { ...correction, executor, signal },
      async (drive, task) => {
        const { ledger, stop } = drive;
        const marked = await stamp(task.record.commitment, async (commitment) => {
          const { scope, source, generation, submission } = task.record;
          const owned = await ledger.ownedByOthers(scope.key, record.token);
          const marker = { token: record.token, source, generation };
          const age = await ageOfSubmission(drive, task, submission);
          return executor.mark?.(commitment, submission, marker, { signal: stop.signal, scope, owned, age });
        });
        // What failed meanwhile is for the next look at it, which proves that and opens a new generation.
        if (marked.standing !== "failed") await ledger.observe(task.claim, marked);
        return marked;
      },
    );
    if (standing === "failed") {
      return { ...finding, repaired: false, message: `The provider now shows it as ${state}: run buyonce settle.` };
    }
    if (marked === true) {
      return { ...finding, repaired: true, message: "Its token was missing at the provider. It is stamped now." };
    }
    const message = "Its token was tried, and the provider does not show it. Nothing waits for it: keep the ledger.";
    return { ...finding, repaired: false, message };
  } catch (error) {
    return { ...finding, repaired: false, message: messageOf(error) };
  }
}

async function stamp(
  commitment: Commitment | undefined,
  mark: (commitment: Commitment) => Promise<Commitment | undefined>,
): Promise<Commitment> {
  const marked = commitment && (await mark(commitment));
  if (marked === undefined) throw new TypeError("A purchased record holds its commitment, and its executor marks.");
  return { ...marked, payments: undefined, ...pricedAs(commitment, marked) };
}
