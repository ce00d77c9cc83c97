import type { Commitment } from "../../../src/contract/commitment.ts";
import { messageOf, PurchaseOutcomeUnknownError } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { classifyPurchaseError } from "../classify.ts";
import { statedDifferences } from "../differences.ts";
import { isText } from "../is-text.ts";
import { parseScope } from "../aws-scope.ts";
import { readSdkError } from "../sdk-error.ts";
import type { ConnectSavingsPlans, SavingsPlansApi } from "./aws-plan-api.ts";
import { planDifferences } from "./aws-plan-attributes.ts";
import { commitmentOf } from "./aws-plan-commitment.ts";
import { parsePurchaseRequest } from "./aws-plan-purchase-request.ts";
import { savingsPlanSchema } from "./aws-plan-recommendation.ts";

const savingsPlanPurchase = {
  title: "Savings Plans",
  permission: "savingsplans:CreateSavingsPlan",
  quotaCodes: ["ServiceQuotaExceededException"],
};

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds, and reads what it bought: under a client token that
 * AWS remembers, the answer names the plan of an earlier request, which may be over. Throws a PurchaseRejectedError where
 * nothing was bought, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchase(
  connect: ConnectSavingsPlans,
  submission: Submission,
  { timeout, tokenTag }: { readonly timeout: number; readonly tokenTag: string },
): Promise<Commitment> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  const { region } = parseScope(submission.scope);
  let api: SavingsPlansApi;
  let id: string | undefined;
  try {
    const request = parsePurchaseRequest(submission.request);
    api = await connect(parseScope(submission.scope), signal);
    id = await api.purchase(request, signal, report);
  } catch (error) {
    const used = report.handedOver ? usedBefore(error) : undefined;
    if (used === undefined) throw classifyPurchaseError(error, report, { ...savingsPlanPurchase, region });
    const { code: providerCode } = readSdkError(error);
    throw unknown(`Savings Plans says that the client token was used before (${used})`, { cause: error, providerCode });
  }
  if (!isText(id)) throw unknown("Savings Plans answered the purchase without an id");
  return readBought(api, id, submission, { signal, tokenTag });
}

/** The plan that the answer named, as it is. A plan that was bought just now may not be shown yet; older ones are. */
async function readBought(
  api: SavingsPlansApi,
  id: string,
  submission: Submission,
  { signal, tokenTag }: { readonly signal: AbortSignal; readonly tokenTag: string },
): Promise<Commitment> {
  const evidence = [id];
  const plan = await api.one(id, signal).catch((cause: unknown) => {
    const what = `Savings Plans answered the purchase with ${id}, which could not be read (${messageOf(cause)})`;
    throw unknown(what, { cause, evidence });
  });
  if (plan === undefined) {
    // The state in which a plan begins.
    const state = "payment-pending";
    return { id, state, standing: "live", settled: false, marked: true, price: submission.price };
  }
  const recommendation = savingsPlanSchema.parse(submission.recommendation);
  const fields = statedDifferences(planDifferences(recommendation, plan)).map(({ field }) => field);
  const token = plan.tags?.[tokenTag];
  if (token !== undefined && token !== submission.token) fields.push("token");
  if (fields.length > 0) {
    const what = `Savings Plans answered the purchase with ${id}, which differs from what was asked for in ${fields.join(", ")}`;
    throw unknown(what, { evidence });
  }
  return { ...commitmentOf(plan, tokenTag), price: submission.price };
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
  const byText = /idempoten|client ?token\b.{0,500}\b(already|previous|before|different|mismatch|in use)/i.test(
    message,
  );
  return byCode || byText ? `${code}: ${message}` : undefined;
}

type Details = Pick<
  ConstructorParameters<typeof PurchaseOutcomeUnknownError>[0],
  "cause" | "providerCode" | "evidence"
>;

function unknown(what: string, details: Details = {}): PurchaseOutcomeUnknownError {
  return new PurchaseOutcomeUnknownError({ message: `${what}. Drive again: it is looked for first.`, ...details });
}
