import type { Commitment } from "../../../src/spec/commitment.ts";
import { PurchaseOutcomeUnknownError } from "../../../src/spec/errors.ts";
import type { Submission } from "../../../src/spec/executor.ts";
import { classifyPurchaseError } from "../classify.ts";
import { parseScope } from "../scope.ts";
import { readSdkError } from "../sdk-error.ts";
import type { ConnectSavingsPlans } from "./api.ts";
import { parsePurchaseRequest } from "./purchase-request.ts";

const savingsPlanPurchase = {
  title: "Savings Plans",
  permission: "savingsplans:CreateSavingsPlan",
  quotaCodes: ["ServiceQuotaExceededException"],
};

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds. Throws a PurchaseRejectedError where nothing was
 * bought, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchase(
  connect: ConnectSavingsPlans,
  submission: Submission,
  timeout: number,
): Promise<Commitment> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let id: string | undefined;
  try {
    const request = parsePurchaseRequest(submission.request);
    const api = await connect(parseScope(submission.scope), signal);
    id = await api.purchase(request, signal, report);
  } catch (error) {
    const used = report.handedOver ? usedBefore(error) : undefined;
    if (used === undefined) throw classifyPurchaseError(error, report, savingsPlanPurchase);
    throw unknown(`Savings Plans says that the client token was used before (${used})`, error);
  }
  if (!id) throw unknown("Savings Plans answered the purchase without an id");
  return {
    id,
    // The answer has only the id; this is the state in which a plan begins.
    state: "payment-pending",
    standing: "live",
    settled: false,
    marked: true,
    price: submission.price,
  };
}

/**
 * What the service says where it refuses because of an earlier send: that one may have bought. No such answer is
 * documented for CreateSavingsPlan (its errors are ValidationException, ResourceNotFoundException,
 * ServiceQuotaExceededException and InternalServerException), so it is told by the names that other services of AWS use,
 * and by the text.
 */
function usedBefore(error: unknown): string | undefined {
  const { code = "", message } = readSdkError(error);
  const byCode = /AlreadyExist|Idempoten|Conflict|Duplicate/i.test(code);
  const byText = /idempoten|client ?token\b.*\b(already|previous|before|different|mismatch|in use)/i.test(message);
  return byCode || byText ? `${code}: ${message}` : undefined;
}

function unknown(what: string, cause?: unknown): PurchaseOutcomeUnknownError {
  return new PurchaseOutcomeUnknownError({ message: `${what}. Drive again: it is looked for first.`, cause });
}
