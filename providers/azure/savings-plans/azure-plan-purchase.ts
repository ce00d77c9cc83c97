import type { Commitment } from "../../../src/contract/commitment.ts";
import { messageOf, PurchaseRejectedError } from "../../../src/contract/errors.ts";
import { parseBody, type UnknownObject } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import type { Fate } from "../fate.ts";
import { judgeRefusal } from "../judge-refusal.ts";
import { fromTransport, unknownOutcome } from "../purchase-outcome.ts";
import { adviceFor } from "../refusal-advice.ts";
import { aliasPath, getAlias, parseAlias, type SavingsPlanOrderAlias } from "./azure-plan-alias.ts";
import { comparePlan, listDifferences } from "./compare-plan.ts";
import { toCommitment } from "./azure-plan-order.ts";
import { fateOfPlan, namedIn, type SentPlan } from "./plan-fate.ts";
import { purchaseUnder } from "./bought-under-alias.ts";

const service = {
  namespace: "Microsoft.BillingBenefits",
  action: "savingsPlanOrderAliases/write",
  role: "Savings plan Purchaser",
} as const;

/**
 * Milliseconds between the two looks before a second send: an earlier one whose answer was lost may still be under way,
 * and a recorded PUT took up to seven seconds.
 */
const settleTime = 15_000;

/** A look, and the wait between two, take at most this share of the purchase timeout each: a quarter is left for the PUT. */
const lookShare = 0.25;

/**
 * Milliseconds that may pass between the end of a look and the send. A driver that was stopped for longer may have lost
 * its lease, and another one may have bought: with these and the look, it is 20 seconds, and the lease is 30.
 */
const lookLife = 5_000;

/**
 * Buys: reads the alias, and only where Azure says that there is none sends the one `PUT savingsPlanOrderAliases/{name}`,
 * which spends money. All of it within the purchase timeout. Returns what was bought, also where it came to nothing.
 *
 * Throws a PurchaseRejectedError when this send bought nothing, and a PurchaseOutcomeUnknownError for all that proves
 * neither.
 */
export async function purchaseSavingsPlan(
  client: ArmClient,
  purchase: SentPlan,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<Commitment> {
  const { aliasName, request } = purchase;
  const { purchaseTimeout, environment } = client.settings;
  const until = performance.now() + purchaseTimeout;
  const left = () => Math.max(1, Math.ceil(until - performance.now()));

  const lookTimeout = purchaseTimeout * lookShare;
  let lookedAt = environment.now();
  let existing = await look(client, aliasName, lookTimeout);
  if (existing === undefined && sentBefore) {
    await environment.sleep(Math.min(settleTime, lookTimeout));
    lookedAt = environment.now();
    existing = await look(client, aliasName, lookTimeout);
  }
  if (existing !== undefined) return adopt(client, purchase, existing, left());
  if (environment.now() - lookedAt > lookTimeout + lookLife) {
    throw notSent(aliasName, "this driver was held up after its look, and another one may have bought meanwhile");
  }

  const answer = await client.put(client.url(aliasPath(aliasName)), request, left()).catch((error: unknown) => {
    throw fromTransport(error, subjectOf(aliasName));
  });
  const body = parseBody(answer);
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return boughtOrUnknown(client, purchase, { status, body }, left());
  const verdict = judgeRefusal(answer, body, /AlreadyExists$/i);
  switch (verdict.kind) {
    case "exists":
      return takenAlias(client, purchase, verdict, left);
    case "rejected":
      throw new PurchaseRejectedError({
        message: `Azure did not buy ${subjectOf(aliasName)}: ${verdict.reason}. ${adviceFor(status, verdict.code, service)}`,
        providerCode: verdict.code,
      });
    case "expired":
    case "unknown":
      throw unknownOutcome(subjectOf(aliasName), verdict.reason, { providerCode: verdict.code, retryAfter });
  }
}

/** The verdict on an answer of success: the state in its body, if it is about this purchase; else a look at what it names. */
async function boughtOrUnknown(
  client: ArmClient,
  purchase: SentPlan,
  { status, body }: { readonly status: number; readonly body: UnknownObject | undefined },
  timeout: number,
): Promise<Commitment> {
  const { aliasName, request, price } = purchase;
  const alias = parseAlias(body, aliasName);
  let reason = `HTTP ${status} ${typeof alias === "string" ? alias : ""}`;
  if (typeof alias !== "string") {
    const differences = comparePlan(request, alias.answer) ?? [];
    if (differences.length === 0) return toCommitment(alias.orderId, alias.state, price);
    reason = `the answer shows something else under its alias (${listDifferences(differences)})`;
  }
  const evidence = namedIn(body, aliasName);
  if (evidence.length === 0) throw unknownOutcome(subjectOf(aliasName), reason);
  const known = [...(purchase.evidence ?? []), ...evidence];
  const options = { attempts: 1, signal: AbortSignal.timeout(timeout) };
  const fate = await fateOfPlan(client, { ...purchase, evidence: known }, options).catch(
    (cause: unknown): Fate<Commitment> => ({ kind: "unclear", reason: messageOf(cause), cause }),
  );
  if (fate.kind === "found") return fate.what;
  throw unknownOutcome(subjectOf(aliasName), `${reason}; ${fate.reason}`, { evidence });
}

/** What was bought under an alias that Azure says is taken. */
async function takenAlias(
  client: ArmClient,
  purchase: SentPlan,
  { code: providerCode, reason }: { readonly code: string; readonly reason: string },
  left: () => number,
): Promise<Commitment> {
  const subject = subjectOf(purchase.aliasName);
  const options = { attempts: 1, signal: AbortSignal.timeout(left()) };
  const alias = await getAlias(client, purchase.aliasName, options).catch((cause: unknown) => {
    const said = `${reason}; the alias could not be read (${messageOf(cause)})`;
    throw unknownOutcome(subject, said, { providerCode, cause });
  });
  if (alias !== undefined) return adopt(client, purchase, alias, left());
  throw unknownOutcome(subject, `${reason}; yet no alias of that name is shown`, { providerCode });
}

/** One look at the alias before anything is sent: what cannot be told apart from absence must not be bought. */
async function look(client: ArmClient, aliasName: string, timeout: number): Promise<SavingsPlanOrderAlias | undefined> {
  const options = { attempts: 1, signal: AbortSignal.timeout(Math.ceil(timeout)) };
  return getAlias(client, aliasName, options).catch((error: unknown) => {
    throw notSent(aliasName, `its alias could not be read first: ${messageOf(error)}`, error);
  });
}

function notSent(aliasName: string, reason: string, cause?: unknown): PurchaseRejectedError {
  return new PurchaseRejectedError({
    message: `The purchase of ${subjectOf(aliasName)} was not sent, because ${reason}. Try again later.`,
    providerCode: "SavingsPlanOrderAliasUnreadable",
    retryable: true,
    left: false,
    cause,
  });
}

/** What was bought under the alias before, if it is what was asked for. */
async function adopt(
  client: ArmClient,
  { aliasName, request, price }: SentPlan,
  alias: SavingsPlanOrderAlias,
  timeout: number,
): Promise<Commitment> {
  const differences = comparePlan(request, alias.answer);
  if (differences !== undefined && differences.length > 0) {
    throw new PurchaseRejectedError({
      message: `The alias ${aliasName} is taken by something else (${listDifferences(differences)}): savings plan order ${alias.orderId}. Nothing was bought by this send. Find out who bought it.`,
      providerCode: "SavingsPlanOrderAliasTaken",
      left: false,
    });
  }
  const options = { attempts: 1, signal: AbortSignal.timeout(timeout) };
  return purchaseUnder(client, alias, { request, price }, options).catch((error: unknown) => {
    throw unknownOutcome(subjectOf(aliasName), `its alias exists, but ${messageOf(error)}`, { cause: error });
  });
}

const subjectOf = (aliasName: string) => `savings plan ${aliasName}`;
