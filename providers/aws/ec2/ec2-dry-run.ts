import type { CallOptions, Quote, Scope } from "../../../src/contract/executor.ts";
import type { PurchaseRight } from "../../../src/contract/provider-access.ts";
import { readError } from "../read-error.ts";
import { obstacleOf, readSdkError, saidBy } from "../sdk-error.ts";
import type { ConnectEc2 } from "./ec2-api.ts";
import { parsePurchaseRequest } from "./ec2-purchase.ts";

const permission = "ec2:PurchaseReservedInstancesOffering";
const by = `${permission} (DryRun)`;

/**
 * Asks EC2 whether it would sell, with DryRun: it checks the permission, sells nothing and answers with an error either way,
 * `DryRunOperation` where it would have sold.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseReservedInstancesOffering.html
 */
export async function dryRunPurchase(
  connect: ConnectEc2,
  scope: Scope,
  { request }: Pick<Quote, "request">,
  { signal }: CallOptions,
): Promise<PurchaseRight> {
  const api = await connect(scope, signal);
  try {
    await api.dryRun(parsePurchaseRequest(request), signal);
  } catch (error) {
    const problem = readSdkError(error);
    if (problem.code === "DryRunOperation") return { result: "allowed", by, detail: "EC2 would have sold it." };
    if (obstacleOf(problem) === "permission") {
      const detail = `EC2 would not have sold it (${saidBy(problem)}).`;
      return { result: "denied", by, detail, todo: `Grant the permission ${permission}.` };
    }
    signal.throwIfAborted();
    throw readError(error, { permission, where: scope.label, code: "lookup-failed" });
  }
  return {
    result: "unknown",
    by,
    detail: "EC2 answered a DryRun with a success, which it never does: it may have sold.",
    todo: `Look for it among the Reserved Instances of ${scope.label}, and see what answers at the endpoint.`,
  };
}
