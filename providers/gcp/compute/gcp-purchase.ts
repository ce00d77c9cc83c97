import { BuyonceError, messageOf } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { ApiError } from "../../http/api-error.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { notKnown } from "./gcp-answers.ts";
import type { ComputeApi } from "./gcp-api.ts";
import { meaningOf, toListed } from "./gcp-commitment.ts";
import { compare } from "./gcp-facts.ts";
import { marksOf, requestIdOf } from "./gcp-name.ts";
import { describedBy, parsePurchaseRequest, type PurchaseRequest } from "./gcp-purchase-request.ts";
import { parseScope, type GcpScope } from "./gcp-scope.ts";
import { judgeError, judgeOperation, type Verdict } from "./gcp-verdict.ts";

/** What a purchase works with. */
interface PurchaseContext {
  readonly api: ComputeApi;
  readonly settings: Pick<ResolvedSettings, "environment" | "purchaseTimeout" | "tagNames">;
}

/** A purchase as it leaves. */
interface Sending extends PurchaseContext {
  readonly scope: GcpScope;
  readonly request: PurchaseRequest;
  /** Ends the looks at what became of it; never the send itself. */
  readonly signal: AbortSignal;
}

/** How often an operation under way is looked at; with the growing waits that is about a minute. */
const looks = 12;

/**
 * Sends a recorded purchase once, then looks at its operation until that is done, both within the purchase timeout. The
 * name is the handle: that Google says it exists is all that is said about it.
 */
export async function purchase(submission: Submission, context: PurchaseContext): Promise<PurchaseAnswer> {
  const { api, settings } = context;
  let recorded: Pick<Sending, "scope" | "request">;
  try {
    recorded = { scope: parseScope(submission.scope), request: parsePurchaseRequest(submission.request) };
  } catch (cause) {
    const reason = "The record holds no purchase of a Compute Engine commitment; nothing was sent.";
    return notSent(reason, "InvalidRecord", cause);
  }
  try {
    await api.prepare(recorded.scope.projectId);
  } catch (cause) {
    const code = BuyonceError.isInstance(cause) ? cause.code : "SdkUnusable";
    return notSent(`Commitment ${recorded.request.name} was not sent: ${messageOf(cause)}`, code, cause);
  }
  const sending = { ...context, ...recorded, signal: AbortSignal.timeout(settings.purchaseTimeout) };
  const verdict = await follow(sending, await insert(sending, requestIdOf(submission)));
  return verdict.kind === "done" ? bought(sending, submission) : verdict;
}

function notSent(reason: string, providerCode: string, cause: unknown): PurchaseAnswer {
  return { kind: "rejected", reason, providerCode, cause, left: false, expired: false, retryable: false };
}

async function insert({ api, scope, request }: Sending, requestId: string): Promise<Verdict> {
  try {
    return judgeOperation(await api.insert(scope, requestId, request), request.name, scope);
  } catch (error) {
    return judgeError(error, request.name);
  }
}

/** Looks at the operation of a purchase that is under way. */
async function follow(
  { api, settings, scope, request: { name }, signal }: Sending,
  sent: Verdict,
): Promise<Exclude<Verdict, { readonly kind: "under-way" }>> {
  let verdict = sent;
  for (let look = 0; verdict.kind === "under-way"; look += 1) {
    const { operation } = verdict;
    try {
      if (look >= looks) throw new Error("it is still under way");
      if (look > 0) await settings.environment.sleep(Math.min(250 * 2 ** look, 10_000), signal);
      verdict = judgeOperation(await api.operation(scope, operation, signal), name, scope);
    } catch (error) {
      return notKnown(name, {
        reason: `Google has taken it on, and what became of operation ${operation} could not be seen: ${messageOf(error)}`,
        code: error instanceof ApiError ? error.code : undefined,
      });
    }
  }
  return verdict;
}

/** The commitment of an operation that is done. Where it cannot be read yet, it is bought all the same, and tentative. */
async function bought(
  { api, settings: { tagNames }, scope, request, signal }: Sending,
  { price }: Submission,
): Promise<PurchaseAnswer> {
  const { name } = request;
  const found = await api.commitment(scope, name, signal).catch(() => undefined);
  if (found === undefined) {
    const state = "CREATING";
    const marked = marksOf(request, tagNames).length > 0;
    return { kind: "bought", commitment: { id: name, state, ...meaningOf(state), marked, price } };
  }
  const { differences } = compare(describedBy(request), found);
  if (differences === "") return { kind: "bought", commitment: toListed(found, tagNames, price).commitment };
  return notKnown(name, { reason: `its operation is done, but the commitment is something else: ${differences}` });
}
