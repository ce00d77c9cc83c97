import type { Commitment } from "../spec/commitment.ts";
import { RefusedError } from "../spec/errors.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { ask, judge } from "./resolve.ts";

/**
 * What an earlier submission bought after all, though it was proven dead: such a purchase shows late. Asked just before a
 * further one is sent. Throws a RefusedError `commitment-unclear` where that cannot be told.
 */
export async function findLate(drive: DriveContext, task: Task): Promise<Commitment | undefined> {
  for (const former of task.record.former ?? []) {
    const age = (await drive.ledger.now()) - former.submittedAt;
    const shown = await ask(drive, task, former);
    // One that only fits and is not live is nothing that was bought too many.
    if (shown.kind === "found" && shown.by === "guess" && shown.commitment.standing !== "live") continue;
    const late = judge(shown, age, task.executor.recovery);
    if (late.kind === "bought") return late.commitment;
    if (late.kind === "unclear" || late.kind === "over") {
      const what = late.kind === "unclear" ? late.reason : `${late.commitment.id} is ${late.commitment.state}.`;
      throw new RefusedError({
        code: "commitment-unclear",
        message: `An earlier submission for this recommendation (attempt ${former.attempt}) may have bought after all: ${what} Nothing was sent.`,
        retryable: late.kind === "unclear",
      });
    }
  }
  return undefined;
}

/** Live commitments of earlier submissions besides what is recorded as bought: a purchase too many, for a person. */
export async function namedTwice(
  drive: DriveContext,
  task: Task,
  own: ReadonlySet<string>,
): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const former of task.record.former ?? []) {
    // The later purchase fits it as well, and would hide it.
    const shown = await ask(drive, task, former, own);
    if (shown.kind !== "found" || shown.commitment.standing !== "live" || own.has(shown.commitment.id)) continue;
    const { id } = shown.commitment;
    const sure = shown.by === "guess" ? "may come from" : "comes from";
    warnings.push(
      `${id} is live too and ${sure} an earlier send for this recommendation: it may be a purchase too many. Compare the two.`,
    );
  }
  return warnings;
}
