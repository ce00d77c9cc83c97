import type { Submission } from "../../src/contract/executor.ts";

/** Milliseconds by which the clock of AWS may differ from the ledger's. */
export const clockTolerance = 300_000;

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
}

/**
 * The time in which a purchase can begin: AWS starts its term when it carries out the request, which is sent right after it
 * is written ahead and is given up after `sendTimeout`. What is still on its way then may be carried out for as long as an
 * empty answer proves nothing, `minimumAge`. At both ends the clocks may differ.
 */
export function purchaseWindow(
  { submittedAt }: Pick<Submission, "submittedAt">,
  { sendTimeout, minimumAge }: SendLimits,
): PurchaseWindow {
  return { from: submittedAt - clockTolerance, to: submittedAt + sendTimeout + minimumAge + clockTolerance };
}
