import { idsOf } from "../contract/commitment.ts";
import { capitalised, type DecidedBy, decisionText, type SeenTerms } from "../contract/decision.ts";
import { todoOf } from "../contract/error-advice.ts";
import { type ErrorCode, RefusedError } from "../contract/errors.ts";
import type { Listed } from "../contract/listed.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Outcome } from "../contract/report.ts";
import { saidBought } from "../contract/said-bought.ts";
import { carriesToken } from "../contract/token.ts";
import { anyAge, checkAge, sentFor, stillShown } from "./clear-answer.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { readWithMarks } from "./look-alike.ts";
import { ask, judge } from "./judge-submission.ts";
import { errorOutcome } from "./outcome.ts";
import { isOpen } from "./outcome-of-record.ts";

/**
 * Records that an id is another purchase: it counts no more for this token. What carries the token and is live, or is what was
 * bought under its handle, is never another one; nor, where the ended count, what carries it and has ended. Throws a RefusedError
 * `still-shown`, `purchase-over`, `commitment-unverifiable` or `too-early`, or that of a look-up.
 */
export async function decideNotThis(
  drive: DriveContext,
  task: Task,
  id: string,
  by: DecidedBy & SeenTerms,
): Promise<Outcome> {
  const { claim } = task;
  const shown = await readWithMarks(drive, task, id);
  if (shown !== undefined) {
    checkMarks(task, shown);
    await checkHandles(drive, task, shown);
  }
  const ids = shown === undefined ? [await namedInAnswer(drive, task, id)] : [...idsOf(shown.commitment), id];
  const decision = { kind: "not-this", id: ids[0] ?? id, ...by } as const;
  const written = await drive.ledger.decide(claim, decision, { ids: [...new Set(ids)] });
  drive.leases.drop(claim);
  const error = new RefusedError({
    code: "resolved-as-not-this",
    message: `${capitalised(decisionText(decision))}. ${nextOf(written)}`,
    retryable: true,
  });
  if (!isOpen(written)) return errorOutcome(written, "refused", error);
  return errorOutcome(written, "unresolved", error, written.submission);
}

function nextOf(record: TokenRecord): string {
  return isOpen(record)
    ? "Whether it was bought is not known yet: drive again to find out, or say what became of it."
    : todoOf("resolved-as-not-this");
}

/** Throws for what carries the token, unless what became of it is for a person to say, or it came to nothing. */
function checkMarks({ executor, record }: Task, { commitment, marks }: Listed): void {
  const { id, state, standing } = commitment;
  if (!carriesToken(marks, record.token)) return;
  if (standing === "live") {
    throw refusal(
      "still-shown",
      `${id} (${state}) carries this recommendation's token and is live, so it was bought for it and cannot be called another purchase. If it is the right one, say so (\`--bought ${id}\`). If its mark is wrong, take that off at the provider, then drive again; if it cannot be taken off, put what is to be bought into a new execution with an executionId of its own.`,
    );
  }
  if (standing !== "ended" || executor.inventory.endedCounts !== true) return;
  throw refusal("purchase-over", `${id} (${state}) carries this recommendation's token: ${todoOf("purchase-over")}`);
}

/** Throws for what was bought under the handle of something that was sent. */
async function checkHandles(drive: DriveContext, task: Task, { commitment }: Listed): Promise<void> {
  for (const sent of sentFor(task.record)) {
    const { resolution } = await ask(drive, task, sent);
    if (resolution.kind !== "found" || resolution.by === "guess") continue;
    const seen = judge({ resolution, age: anyAge }, sent, task.executor);
    if (seen.kind !== "bought" && seen.kind !== "over") continue;
    const isSame = idsOf(seen.commitment).some((each) => idsOf(commitment).includes(each));
    if (isSame) throw stillShown({ kind: "shown", commitment: seen.commitment, isGuess: false }, "another purchase");
  }
}

/**
 * An id that an answer to the purchase named, or another engine, and that the provider does not show, as it was spelt there: from the
 * minimum age on a person can say that nothing is there. Throws a RefusedError before that, and for any other id that is not there.
 */
async function namedInAnswer(drive: DriveContext, task: Task, id: string): Promise<string> {
  const { executor, record } = task;
  const evidence = sentFor(record).flatMap((sent) => sent.evidence ?? []);
  const elsewhere = saidBought(record);
  const named = [...evidence, ...(elsewhere === undefined ? [] : [elsewhere])].find(
    (each) => each.toLowerCase() === id.toLowerCase(),
  );
  if (named === undefined) {
    throw refusal("commitment-unverifiable", `${record.scope.label} shows nothing under ${id}. Check the id.`);
  }
  await checkAge(drive, task, executor.recovery.minimumAge, "what it bought may not show for");
  return named;
}

function refusal(code: ErrorCode, message: string): RefusedError {
  return new RefusedError({ code, message });
}
