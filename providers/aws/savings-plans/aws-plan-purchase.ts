import { messageOf } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { differingFields } from "../aws-facts.ts";
import { isText } from "../aws-lists.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { beganBefore } from "../purchase-times.ts";
import type { SdkError } from "../sdk-error.ts";
import { boughtAs, sendPurchase, type Sent } from "../send-purchase.ts";
import type { ConnectSavingsPlans, SavingsPlansApi } from "./aws-plan-api.ts";
import { type KnownPlan, listedPlan, marksOf, startOf } from "./aws-plan-commitment.ts";
import { askedPlan, planFacts } from "./aws-plan-facts.ts";
import { parsePurchaseRequest } from "./aws-plan-purchase-request.ts";
import { savingsPlanSchema } from "./aws-plan-recommendation.ts";

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds, and reads what it bought: under a client token that
 * AWS remembers, the answer names the plan of an earlier request.
 *
 * A refusal that speaks of an earlier send is none, and does not say for certain that something exists either: it may be about
 * this very request, repeated on its way and still being carried out.
 */
export function sendPlanPurchase(
  connect: ConnectSavingsPlans,
  submission: Submission,
  { timeout, tagNames }: { readonly timeout: number; readonly tagNames: TagNames },
): Promise<PurchaseAnswer> {
  return sendPurchase(submission, {
    title: "Savings Plans",
    permission: "savingsplans:CreateSavingsPlan",
    quotaCodes: ["ServiceQuotaExceededException"],
    timeout,
    parse: parsePurchaseRequest,
    connect,

    judgeEarlier(problem) {
      const used = usedBefore(problem);
      return used === undefined
        ? undefined
        : unknownOutcome(`Savings Plans says that the client token was used before (${used})`);
    },

    judgeAnswer: (id, sent) =>
      isText(id)
        ? judgeNamed(id, sent, submission, tagNames)
        : unknownOutcome("Savings Plans answered the purchase without an id"),
  });
}

/** What the plan proves that the answer named. */
async function judgeNamed(
  id: string,
  { api, signal }: Pick<Sent<unknown, SavingsPlansApi>, "api" | "signal">,
  submission: Submission,
  tagNames: TagNames,
): Promise<PurchaseAnswer> {
  let plan: KnownPlan | undefined;
  try {
    plan = await api.one(id, signal);
  } catch (cause) {
    const what = `Savings Plans answered the purchase with ${id}, which could not be read (${messageOf(cause)})`;
    return unknownOutcome(what, { cause, evidence: [id] });
  }
  // What is not shown yet was bought just now; older ones are shown. The tags go with the purchase.
  return plan ? judgePlan(plan, submission, tagNames) : boughtAs(id, submission, true);
}

/** Something else than was asked for proves nothing: where AWS answers with that, nobody knows what it has bought. */
function judgePlan(plan: KnownPlan, submission: Submission, tagNames: TagNames): PurchaseAnswer {
  const { savingsPlanId: id } = plan;
  const asked = askedPlan(savingsPlanSchema.parse(submission.recommendation));
  const fields = [...differingFields(asked, planFacts(plan))];
  const marks = marksOf(plan, tagNames.token);
  if (marks.length > 0 && !carriesToken(marks, submission.token)) fields.push("token");
  if (fields.length > 0) {
    const what = `Savings Plans answered the purchase with ${id}, which differs from what was asked for in ${fields.join(", ")}`;
    return unknownOutcome(what, { evidence: [id] });
  }
  const listed = listedPlan(plan, tagNames);
  const commitment = repriced(listed.commitment, submission);
  // Our tags go with every send: what has only others was bought by another program, under the same client token.
  const isStrange = marks.length === 0 && Object.keys(plan.tags ?? {}).length > 0;
  if (!isStrange && !beganBefore(startOf(plan), submission)) return { kind: "bought", commitment };
  const reason = `Savings Plans answered the purchase with ${id}, which was bought before under the same client token: nothing was bought by this send.`;
  // Nothing can be stamped on a plan later.
  const found = { ...listed, commitment: { ...commitment, marked: commitment.marked || ("waived" as const) } };
  return { kind: "exists", found, reason };
}

/**
 * What the service says where it refuses because of an earlier send: that one may have bought. No such answer is
 * documented for CreateSavingsPlan (its errors are ValidationException, ResourceNotFoundException,
 * ServiceQuotaExceededException and InternalServerException), so it is told by the names that other services of AWS use,
 * and by the text.
 */
function usedBefore({ code = "", message }: SdkError): string | undefined {
  const byCode = /AlreadyExist|Idempoten|Conflict|Duplicate/i.test(code);
  const byText = /idempoten|client ?token\b.{0,500}\b(already|previous|before|different|mismatch|in use)/i.test(
    message,
  );
  return byCode || byText ? `${code}: ${message}` : undefined;
}
