import type { Submission } from "../../src/contract/executor.ts";

/** Milliseconds by which the clock of AWS may be behind the ledger's. */
const clockTolerance = 5 * 60_000;

/** Whether it is certain that something was there before a submission was sent. */
export function beganBefore(start: Date | undefined, { submittedAt }: Pick<Submission, "submittedAt">): boolean {
  return start !== undefined && start.getTime() < submittedAt - clockTolerance;
}
