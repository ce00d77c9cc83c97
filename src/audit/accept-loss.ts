import type { ExecutorOf } from "../drive/validate.ts";
import { InvalidExecutionError, RefusedError } from "../spec/errors.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import { correct, type CorrectionParts } from "./correct.ts";

/** What a person says about a commitment that the provider no longer shows: it was exchanged, given back or sold. */
export interface AcceptedLoss {
  /** The commitment's id, as the ledger has it. */
  readonly id: string;
  /** Who says so: goes into the history. */
  readonly person: string;
  /** Why, in words: goes into the history. */
  readonly reason: string;
}

/** More than any ledger that a person looks after by hand. */
const maxRecords = 100_000;

/**
 * Records that a commitment is gone before its term: drives no longer expect it in the listing. Its recommendation stays
 * bought, and is not bought again. Throws a RefusedError `still-shown` while the provider shows it as live.
 */
export async function acceptLoss(
  { id, person, reason }: AcceptedLoss,
  { executorOf, ...parts }: CorrectionParts & { readonly executorOf: ExecutorOf },
  signal: AbortSignal | undefined,
): Promise<TokenRecord> {
  for (const [path, value] of Object.entries({ id, person, reason })) {
    if (value.trim() === "") throw new InvalidExecutionError([{ path, message: "must not be empty" }]);
  }
  const bought = await parts.ledger.records({ states: ["purchased"], limit: maxRecords });
  const [record, ...more] = bought.filter(({ commitment }) => commitment?.id.toLowerCase() === id.toLowerCase());
  if (record === undefined || more.length > 0) {
    const problem = record === undefined ? "is not bought in the ledger" : "is in the ledger in several scopes";
    throw new InvalidExecutionError([{ path: "id", message: problem }]);
  }
  const executor = executorOf(record.recommendation);
  return correct(
    record,
    executor,
    parts,
    signal,
    async ({ ledger, stop }, { claim, record: { commitment, scope } }) => {
      if (commitment === undefined) throw new TypeError("A purchased record holds its commitment.");
      const shown = await executor.read(scope, commitment.id, stop);
      if (shown?.standing === "live") {
        throw new RefusedError({
          code: "still-shown",
          message: `${scope.label} shows ${commitment.id} as ${shown.state}, so it is not gone. If listings lack it, check the identity's right to list.`,
        });
      }
      const state = shown?.state ?? commitment.state;
      await ledger.decide(claim, `${commitment.id} is gone before its term, says ${person}: ${reason}`);
      return ledger.observe(claim, { ...commitment, state, standing: "ended", settled: true });
    },
  );
}
