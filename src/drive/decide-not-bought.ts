import { capitalised, type DecidedBy, decisionText, type SeenTerms } from "../contract/decision.ts";
import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import type { Outcome } from "../contract/report.ts";
import { answerUnclear, askAboutAll, checkAge, stillShown } from "./clear-answer.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { errorOutcome } from "./outcome.ts";

/**
 * Records that nothing which was sent bought anything, so that it is bought anew. Needs a clear answer of the provider about all
 * of it, and the executor's minimum age since the last send: before that, what was bought may not show. Throws a RefusedError
 * `still-shown`, `too-early` or `answer-unclear`; `several-commitments` or `commitment-unclear` for what carries the token.
 */
export async function decideNotBought(drive: DriveContext, task: Task, by: DecidedBy & SeenTerms): Promise<Outcome> {
  const { claim, executor } = task;
  const answer = await askAboutAll(drive, task);
  if (answer.kind === "shown") throw stillShown(answer, "not bought");
  await checkAge(drive, task, executor.recovery.minimumAge, "what it bought may not show for");
  if (answer.kind === "unclear") throw answerUnclear(answer);
  const decision = { kind: "not-bought", ...by } as const;
  const record = await drive.ledger.decide(claim, decision, { knownUnclear: answer.others });
  drive.leases.drop(claim);
  const error = new RefusedError({
    code: "resolved-as-not-bought",
    message: `${capitalised(decisionText(decision))}. ${todoOf("resolved-as-not-bought")}`,
    retryable: true,
  });
  return errorOutcome(record, "refused", error);
}
