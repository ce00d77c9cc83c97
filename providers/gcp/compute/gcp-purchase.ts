import type { Commitment } from "../../../src/contract/commitment.ts";
import {
  BuyonceError,
  messageOf,
  PurchaseOutcomeUnknownError,
  PurchaseRejectedError,
} from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { ApiError } from "../../http/api-error.ts";
import { adviceForRefusal } from "../gcp-advice.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import type { ComputeApi } from "./gcp-api.ts";
import { meaningOf, stillOpen, toCommitment } from "./gcp-commitment.ts";
import { differencesOf, sayDifferences } from "./gcp-compare.ts";
import { isMarked, ownerOf, requestIdOf } from "./gcp-name.ts";
import { parsePurchaseRequest, type PurchaseRequest } from "./gcp-purchase-request.ts";
import { parseScope, type GcpScope } from "./gcp-scope.ts";
import {
  judgeError,
  judgeOperation,
  type PurchaseVerdict,
  type RejectedVerdict,
  type UnknownVerdict,
} from "./gcp-verdict.ts";

/** What a purchase works with. */
export interface PurchaseContext {
  readonly api: ComputeApi;
  readonly settings: Pick<ResolvedSettings, "environment" | "purchaseTimeout" | "tagNames">;
  /** The name may have been sent before. */
  readonly sentBefore: boolean;
}

/** How often an operation under way is looked at; with the growing waits that is about a minute. */
const looks = 12;

/**
 * Sends a recorded purchase once, then looks at its operation until that is done, both within the purchase timeout. The
 * name is the handle: where Google says that it exists, that commitment is read, compared and adopted.
 *
 * Throws a PurchaseRejectedError where nothing was bought by this send, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchase(submission: Submission, context: PurchaseContext): Promise<Commitment> {
  const { api, settings } = context;
  const { scope, request } = recorded(submission);
  const { name } = request;
  await prepare(api, name);
  const signal = AbortSignal.timeout(settings.purchaseTimeout);
  let verdict: PurchaseVerdict;
  try {
    const sent = await api.insert(scope, requestIdOf(submission), request);
    verdict = judgeOperation(sent, name, scope);
  } catch (error) {
    verdict = judgeError(error);
  }

  for (let look = 0; verdict.kind === "under-way"; look += 1) {
    const { operation } = verdict;
    try {
      if (look >= looks) throw new Error("it is still under way");
      if (look > 0) await settings.environment.sleep(Math.min(250 * 2 ** look, 10_000), signal);
      verdict = judgeOperation(await api.operation(scope, operation, signal), name, scope);
    } catch (error) {
      throw unknown(name, {
        reason: `Google has taken it on, and what became of operation ${operation} could not be seen: ${messageOf(error)}`,
        code: error instanceof ApiError ? error.code : undefined,
      });
    }
  }

  switch (verdict.kind) {
    case "bought":
      return bought(submission, scope, request, context, signal);
    case "exists":
      return existing(submission, scope, request, verdict, context, signal);
    case "rejected":
      throw new PurchaseRejectedError({
        message: `Google did not buy commitment ${name}: ${verdict.reason}. ${adviceFor(verdict)}`,
        providerCode: verdict.code,
        retryable: verdict.retryable,
        left: verdict.left,
        // The next quote has the same name and another requestId, so nothing is risked by it: a request that is refused
        // need not be sent for ever, nor an earlier refusal be answered again.
        handleExpired: context.sentBefore && verdict.left,
      });
    case "unknown":
      throw unknown(name, verdict);
  }
}

/** Throws a PurchaseRejectedError when the SDK cannot be used: nothing can be sent. */
async function prepare(api: ComputeApi, name: string): Promise<void> {
  try {
    await api.prepare();
  } catch (cause) {
    throw new PurchaseRejectedError({
      message: `Commitment ${name} was not sent: ${messageOf(cause)}`,
      providerCode: BuyonceError.isInstance(cause) ? cause.code : "SdkUnusable",
      left: false,
      cause,
    });
  }
}

/** The record as it has to be to be sent. Throws a PurchaseRejectedError for anything else. */
function recorded(submission: Submission): { readonly scope: GcpScope; readonly request: PurchaseRequest } {
  try {
    return { scope: parseScope(submission.scope), request: parsePurchaseRequest(submission.request) };
  } catch (cause) {
    throw new PurchaseRejectedError({
      message: "The record holds no purchase of a Compute Engine commitment; nothing was sent.",
      providerCode: "InvalidRecord",
      left: false,
      cause,
    });
  }
}

/** The commitment of an operation that is done. Where it cannot be read yet, it is bought all the same, and tentative. */
async function bought(
  { price }: Submission,
  scope: GcpScope,
  request: PurchaseRequest,
  { api, settings }: PurchaseContext,
  signal: AbortSignal,
): Promise<Commitment> {
  const { name, description } = request;
  const found = await api.commitment(scope, name, signal).catch(() => undefined);
  if (found === undefined) {
    const state = "CREATING";
    return { id: name, state, ...meaningOf(state), marked: isMarked(name, description, settings.tagNames), price };
  }
  const differences = differencesOf(request, found);
  if (differences.length === 0) return toCommitment(found, settings.tagNames, price);
  const reason = `its operation is done, but the commitment is something else: ${sayDifferences(differences)}`;
  throw unknown(name, { reason });
}

/** The commitment of a name that Google says is taken: adopted if it is what was to be bought. */
async function existing(
  { price, token }: Submission,
  scope: GcpScope,
  request: PurchaseRequest,
  { reason, code }: { readonly reason: string; readonly code: string },
  { api, settings }: PurchaseContext,
  signal: AbortSignal,
): Promise<Commitment> {
  const { name } = request;
  const found = await api.commitment(scope, name, signal).catch((error: unknown) => {
    throw unknown(name, { reason: `${reason}; and it could not be read (${messageOf(error)})`, code });
  });
  if (found === undefined)
    throw unknown(name, { reason: `${reason}; yet no commitment is shown under the name`, code });
  if (ownerOf(found, token, settings.tagNames) === "other") {
    throw new PurchaseRejectedError({
      message: `There is a commitment ${name}, but its description has another recommendation's token. Nothing was bought by this send; find out who bought that one, and give a new executionId to buy this one.`,
      providerCode: code,
    });
  }
  const differences = differencesOf(request, found);
  if (differences.length > 0) {
    throw new PurchaseRejectedError({
      message: `There is a commitment ${name}, but it is something else: ${sayDifferences(differences)}. Nothing was bought by this send; find out who bought that one.`,
      providerCode: code,
    });
  }
  const open = stillOpen(found);
  if (open !== undefined) throw unknown(name, { reason: `${reason}; it is ${open}`, code });
  const commitment = toCommitment(found, settings.tagNames, price);
  if (commitment.standing === "live") return commitment;
  throw new PurchaseRejectedError({
    message: `Commitment ${name} was bought before for this very recommendation and is ${found.status}; a name cannot be used again. Nothing was bought by this send: give a new executionId to buy another one.`,
    providerCode: code,
  });
}

function adviceFor({ code, reason, retryable }: RejectedVerdict): string {
  if (retryable) return "Nothing was bought: drive again later.";
  const otherCause = adviceForRefusal({ code, message: reason }, "compute.googleapis.com");
  if (otherCause !== undefined) return otherCause;
  if (/quota/i.test(code)) {
    return "The quota is used up: ask for more (Committed vCPUs and memory of the region), and drive again.";
  }
  if (/^(forbidden|PERMISSION_DENIED|required|insufficientPermissions)$/.test(code)) {
    return "The identity needs the permission compute.commitments.create (role Compute Admin) on the project.";
  }
  return "Remove the cause that Google names, and drive again.";
}

function unknown(name: string, verdict: Omit<UnknownVerdict, "kind">): PurchaseOutcomeUnknownError {
  const { reason, code, retryAfter, evidence = [] } = verdict;
  return new PurchaseOutcomeUnknownError({
    message: `Whether commitment ${name} was bought is not known: ${reason}. Drive again: it is looked for by its name first.`,
    providerCode: code,
    retryAfter,
    evidence,
  });
}
