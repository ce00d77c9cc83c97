import { messageOf } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { parseScope } from "../aws-scope.ts";
import { beganBefore } from "../began-before.ts";
import { differencesBetween, statedDifferences } from "../differences.ts";
import { isText } from "../is-text.ts";
import { judgePurchaseError } from "../judge-purchase-error.ts";
import { readSdkError } from "../sdk-error.ts";
import type { SendReport } from "../send-once.ts";
import type { ConnectSavingsPlans, SavingsPlansApi } from "./aws-plan-api.ts";
import { askedPlan, planAttributes } from "./aws-plan-attributes.ts";
import { type KnownPlan, listedPlan, marksOf, startOf } from "./aws-plan-commitment.ts";
import { parsePurchaseRequest } from "./aws-plan-purchase-request.ts";
import { savingsPlanSchema } from "./aws-plan-recommendation.ts";

const savingsPlanPurchase = {
  title: "Savings Plans",
  permission: "savingsplans:CreateSavingsPlan",
  quotaCodes: ["ServiceQuotaExceededException"],
};

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds, and reads what it bought: under a client token that
 * AWS remembers, the answer names the plan of an earlier request.
 */
export async function sendPurchase(
  connect: ConnectSavingsPlans,
  submission: Submission,
  { timeout, tokenTag }: { readonly timeout: number; readonly tokenTag: string },
): Promise<PurchaseAnswer> {
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  const scope = parseScope(submission.scope);
  let api: SavingsPlansApi;
  let id: string | undefined;
  try {
    const request = parsePurchaseRequest(submission.request);
    api = await connect(scope, signal);
    id = await api.purchase(request, signal, report);
  } catch (error) {
    return judgeError(error, report, scope.region);
  }
  if (!isText(id)) return unknown("Savings Plans answered the purchase without an id");
  let plan: KnownPlan | undefined;
  try {
    plan = await api.one(id, signal);
  } catch (cause) {
    const what = `Savings Plans answered the purchase with ${id}, which could not be read (${messageOf(cause)})`;
    return unknown(what, { cause, evidence: [id] });
  }
  return plan === undefined ? notShownYet(id, submission) : judgeNamed(plan, submission, tokenTag);
}

/** A plan that the answer named and that is not shown yet was bought just now; older ones are shown. */
function notShownYet(id: string, { price }: Submission): PurchaseAnswer {
  // The state in which a plan begins.
  const state = "payment-pending";
  return { kind: "bought", commitment: { id, state, standing: "live", settled: false, marked: true, price } };
}

/**
 * What the plan proves that the answer named. Something else than was asked for proves nothing: where AWS answers with that,
 * nobody knows what it has bought.
 */
function judgeNamed(plan: KnownPlan, submission: Submission, tokenTag: string): PurchaseAnswer {
  const { savingsPlanId: id } = plan;
  const asked = askedPlan(savingsPlanSchema.parse(submission.recommendation));
  const fields = statedDifferences(differencesBetween(asked, planAttributes(plan))).map(({ field }) => field);
  const marks = marksOf(plan, tokenTag);
  if (marks.length > 0 && !carriesToken(marks, submission.token)) fields.push("token");
  if (fields.length > 0) {
    const what = `Savings Plans answered the purchase with ${id}, which differs from what was asked for in ${fields.join(", ")}`;
    return unknown(what, { evidence: [id] });
  }
  const listed = listedPlan(plan, tokenTag);
  const commitment = { ...listed.commitment, price: submission.price };
  // Our tags go with every send: what has only others was bought by another program, under the same client token.
  const isStrange = marks.length === 0 && Object.keys(plan.tags ?? {}).length > 0;
  if (!isStrange && !beganBefore(startOf(plan), submission)) return { kind: "bought", commitment };
  const reason = `Savings Plans answered the purchase with ${id}, which was bought before under the same client token: nothing was bought by this send.`;
  return { kind: "exists", found: { ...listed, commitment }, reason };
}

/**
 * What an error proves. One that speaks of an earlier send is no refusal, and does not say for certain that something
 * exists either: it may be about this very request, repeated on its way and still being carried out.
 */
function judgeError(error: unknown, report: SendReport, region: string): PurchaseAnswer {
  const used = report.handedOver ? usedBefore(error) : undefined;
  if (used === undefined) return judgePurchaseError(error, report, { ...savingsPlanPurchase, region });
  const { code: providerCode } = readSdkError(error);
  return unknown(`Savings Plans says that the client token was used before (${used})`, { cause: error, providerCode });
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

type Unknown = PurchaseAnswer & { readonly kind: "unknown" };

function unknown(what: string, details: Omit<Unknown, "kind" | "reason"> = {}): Unknown {
  return { kind: "unknown", reason: `${what}. Drive again: it is looked for first.`, ...details };
}
