import { PurchaseOutcomeUnknownError } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { classifyPurchaseError, type PurchaseContext } from "../classify.ts";
import type { ConnectReservations } from "../reservations/reservation-api.ts";
import { fromAnswer, type KnownReservation } from "../reservations/reservation-commitment.ts";
import { parseScope } from "../aws-scope.ts";
import { type NodePurchaseRequest, parseNodePurchaseRequest } from "./redshift-purchase-request.ts";
import { redshift, type RedshiftRecommendation } from "./redshift-service.ts";

const { title, calls, codes } = redshift;

const context: PurchaseContext = {
  title,
  permission: `${calls.permissions}:${calls.purchase}`,
  quotaCodes: codes.quota,
  ambiguousCodes: [
    // The caller gives no id that could be used already: whatever it means, it says that there is a reservation.
    codes.alreadyExists,
    // HTTP 400, yet a service behind Redshift failed on the way; documented for its reads.
    "DependentServiceUnavailableFault",
    "DependentServiceRequestThrottlingFault",
  ],
};

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds. Throws a PurchaseRejectedError where nothing was
 * bought, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchaseNodes(
  connect: ConnectReservations<RedshiftRecommendation, NodePurchaseRequest>,
  submission: Submission,
  timeout: number,
): Promise<KnownReservation> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  try {
    const request = parseNodePurchaseRequest(submission.request);
    const api = await connect(parseScope(submission.scope), signal);
    const answer = await api.purchase(request, signal, report);
    // With an id it is bought, whatever else is left out: nothing else says later which one it is.
    return fromAnswer(answer && { ...answer, state: answer.state || "payment-pending" }, title);
  } catch (error) {
    if (PurchaseOutcomeUnknownError.isInstance(error)) throw error;
    throw classifyPurchaseError(error, report, context);
  }
}
