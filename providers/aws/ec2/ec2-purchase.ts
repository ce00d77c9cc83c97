import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { parseScope } from "../aws-scope.ts";
import { judgePurchaseError } from "../judge-purchase-error.ts";
import type { ConnectEc2 } from "./ec2-api.ts";
import { parsePurchaseRequest } from "./ec2-purchase-request.ts";

const ec2Purchase = {
  title: "EC2",
  permission: "ec2:PurchaseReservedInstancesOffering",
  quotaCodes: ["ReservedInstancesLimitExceeded"],
};

/** Sends a recorded purchase once, whole within `timeout` milliseconds. */
export async function sendPurchase(
  connect: ConnectEc2,
  { request, scope, price }: Submission,
  timeout: number,
): Promise<PurchaseAnswer> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let id: string | undefined;
  try {
    const parameters = parsePurchaseRequest(request);
    const api = await connect(parseScope(scope), signal);
    id = await api.purchase(parameters, signal, report);
  } catch (error) {
    return judgePurchaseError(error, report, ec2Purchase);
  }
  if (!id) {
    const reason =
      "EC2 answered the purchase without an id. Drive again: it is looked for first, and not bought again before it is proven absent.";
    return { kind: "unknown", reason };
  }
  // The answer has only the id; this is the state in which EC2 begins.
  const state = "payment-pending";
  return { kind: "bought", commitment: { id, state, standing: "live", settled: false, marked: false, price } };
}
