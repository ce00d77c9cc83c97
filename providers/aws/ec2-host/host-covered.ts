import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { standingOf } from "../aws-commitment.ts";
import { beganBefore } from "../purchase-times.ts";
import type { KnownHostReservation } from "./host-api.ts";
import { marksOf } from "./host-commitment.ts";
import { parseHostPurchase } from "./host-purchase-request.ts";

/** With which EC2 refuses hosts of which one is covered. */
export const coveredCode = "HostAlreadyCoveredByReservation";

/**
 * What that refusal proves, by all that there is: EC2 covers a host with one reservation, so where a live one of somebody else covers a
 * host of the purchase, none of its sends bought anything. Somebody else's is what carries another token, or none and began before the
 * submission. Where no such one is shown, the answer stands: it may be this very purchase.
 */
export function judgeCovered(
  answer: PurchaseAnswer & { readonly kind: "unknown" },
  all: readonly KnownHostReservation[],
  submission: Submission,
  tokenTag: string,
): PurchaseAnswer {
  const { HostIdSet } = parseHostPurchase(submission.request);
  const isOthers = (one: KnownHostReservation) => {
    const marks = marksOf([one], tokenTag);
    return marks.length > 0 ? !carriesToken(marks, submission.token) : beganBefore(one.Start, submission);
  };
  const live = all.filter(({ State }) => standingOf(State) === "live");
  for (const one of live.filter(isOthers)) {
    const host = one.HostIdSet?.find((id) => HostIdSet.includes(id));
    if (host === undefined) continue;
    return {
      kind: "rejected",
      left: true,
      expired: false,
      retryable: false,
      providerCode: coveredCode,
      cause: answer.cause,
      reason: `EC2 refused the purchase (${coveredCode}): ${one.HostReservationId} (${one.State}) covers ${host} already; nothing was bought. Name hosts that no reservation covers, in a new execution.`,
    };
  }
  return answer;
}
