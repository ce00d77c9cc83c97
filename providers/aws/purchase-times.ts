// How long AWS and its clock may take, in milliseconds.
import type { Age } from "../../src/contract/age.ts";
import type { Submission } from "../../src/contract/executor.ts";

/** By how much the clock of AWS may differ from the ledger's. */
export const clockTolerance = 300_000;

/** A session that is used for a purchase lasts for so long beyond the time that the purchase may take: clocks may differ. */
export const sessionMargin = 300_000;

/** After which a purchase is shown: EC2's documentation asks for patience of minutes. */
export const shownAfter = 300_000;

/** After which a person looks: what AWS was slow to show is shown by then, and what is not clear does not become so by itself. */
export const parkAfter = 24 * 3_600_000;

/** How long a purchase may take, as its executor promises. */
export interface SendLimits {
  /** Milliseconds that one send may take. */
  readonly sendTimeout: number;
  /** Milliseconds after a submission before anything is taken for proof. */
  readonly minimumAge: number;
}

/** When the term of what a submission bought can have begun, in milliseconds since 1970, both ends included. */
export interface PurchaseWindow {
  readonly from: number;
  readonly to: number;
  /** Later than `to` where a clock may have been set forward since the send: up to then it can have begun all the same. */
  readonly latest: number;
}

/**
 * The time in which a purchase can begin: AWS starts its term when it carries out the request, which is sent right after it
 * is written ahead and is given up after `sendTimeout`. What is still on its way then may be carried out for as long as an
 * empty answer proves nothing, `minimumAge`. At both ends the clocks may differ. `now` is the clock of today, `age` how long ago it
 * was sent: a send that is younger than the clock of today makes it was sent later than was written down.
 */
export function purchaseWindow(
  { submittedAt }: Pick<Submission, "submittedAt">,
  { sendTimeout, minimumAge }: SendLimits,
  { now, age }: { readonly now: number; readonly age: Age },
): PurchaseWindow {
  const longest = sendTimeout + minimumAge + clockTolerance;
  const to = submittedAt + longest;
  return { from: submittedAt - clockTolerance, to, latest: Math.max(to, now - age.atLeast + longest) };
}

/** Whether it is certain that something was there before a submission was sent. */
export function beganBefore(start: Date | undefined, { submittedAt }: Pick<Submission, "submittedAt">): boolean {
  return start !== undefined && start.getTime() < submittedAt - clockTolerance;
}
