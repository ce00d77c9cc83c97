import type { Commitment } from "../../../src/contract/commitment.ts";
import { PurchaseOutcomeUnknownError } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { ConnectEc2 } from "./ec2-api.ts";
import { classifyPurchaseError } from "../classify.ts";
import { parsePurchaseRequest } from "./ec2-purchase-request.ts";
import { parseScope } from "../aws-scope.ts";

const ec2Purchase = {
  title: "EC2",
  permission: "ec2:PurchaseReservedInstancesOffering",
  quotaCodes: ["ReservedInstancesLimitExceeded"],
};

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds. Throws a PurchaseRejectedError where nothing was
 * bought, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchase(connect: ConnectEc2, submission: Submission, timeout: number): Promise<Commitment> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let id: string | undefined;
  try {
    const request = parsePurchaseRequest(submission.request);
    const api = await connect(parseScope(submission.scope), signal);
    id = await api.purchase(request, signal, report);
  } catch (error) {
    throw classifyPurchaseError(error, report, ec2Purchase);
  }
  if (!id) {
    throw new PurchaseOutcomeUnknownError({
      message:
        "EC2 answered the purchase without an id. Drive again: it is looked for first, and not bought again before it is proven absent.",
    });
  }
  return {
    id,
    // The answer has only the id; this is the state in which EC2 begins.
    state: "payment-pending",
    standing: "live",
    settled: false,
    marked: false,
    price: submission.price,
  };
}
