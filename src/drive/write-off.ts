import type { DecidedBy, SeenTerms } from "../contract/decision.ts";
import { BuyonceError, RefusedError } from "../contract/errors.ts";
import type { Outcome } from "../contract/report.ts";
import { type Answer, askAboutAll, checkAge, stillShown } from "./clear-answer.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { writtenOffOutcome } from "./outcome.ts";

/**
 * Records that nobody can find out any more whether it was bought: it counts as maybe bought, and is never bought again. Only
 * from the executor's `parkAfter` on, and only where the provider gives no clear answer: what it shows is bought, and what it
 * clearly does not show is not, unless nothing that it shows proves that. Throws a RefusedError `too-early`, `still-shown`,
 * `several-commitments` or `nothing-to-resolve`.
 */
export async function writeOff(drive: DriveContext, task: Task, by: DecidedBy & SeenTerms): Promise<Outcome> {
  const { claim, executor } = task;
  const { recovery } = executor;
  await checkAge(drive, task, recovery.parkAfter, "the provider's own time limit is");
  const answer = await answerOrDoubt(drive, task);
  if (answer.kind === "shown") throw stillShown(answer, "written off");
  if (answer.kind === "absent" && recovery.kind !== "manual") {
    throw new RefusedError({
      code: "nothing-to-resolve",
      message:
        "The provider answers clearly that nothing of what was sent is there, so nothing has to be written off. Drive again: it is found out and bought. Or say that it was not bought (`--not-bought`).",
    });
  }
  const record = await drive.ledger.decide(claim, { kind: "written-off", ...by });
  drive.leases.drop(claim);
  return writtenOffOutcome(record);
}

/** One of which it cannot be told whether it was paid is no clear answer. */
async function answerOrDoubt(drive: DriveContext, task: Task): Promise<Answer> {
  try {
    return await askAboutAll(drive, task);
  } catch (error) {
    if (!BuyonceError.isInstance(error) || error.code !== "commitment-unclear") throw error;
    return { kind: "unclear", reason: error.message, candidates: [] };
  }
}
