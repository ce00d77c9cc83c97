import type { Commitment } from "../../../src/spec/commitment.ts";
import { messageOf, PurchaseRejectedError } from "../../../src/spec/errors.ts";
import type { JsonObject } from "../../../src/spec/json.ts";
import type { Money } from "../../../src/spec/money.ts";
import { parseBody } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import { judgeRefusal } from "../judge-refusal.ts";
import { fromTransport, unknownOutcome } from "../purchase-outcome.ts";
import { aliasPath, getAlias, parseAlias, type SavingsPlanOrderAlias } from "./alias.ts";
import { comparePlan, listDifferences } from "./compare-plan.ts";
import { toCommitment } from "./order.ts";
import { purchaseUnder } from "./purchase-under.ts";

/** What is bought under which name. */
export interface SavingsPlanPurchase {
  readonly aliasName: string;
  readonly request: JsonObject;
  readonly price: Money;
}

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
  purchase: SavingsPlanPurchase,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<Commitment> {
  const { aliasName, request, price } = purchase;
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
  if (answer.status >= 200 && answer.status < 300) {
    const alias = parseAlias(body, aliasName);
    if (typeof alias === "string") throw unknownOutcome(subjectOf(aliasName), `HTTP ${answer.status} ${alias}`);
    const differences = comparePlan(request, alias.answer) ?? [];
    if (differences.length === 0) return toCommitment(alias.orderId, alias.state, price);
    const reason = `the answer shows something else under its alias (${listDifferences(differences)})`;
    throw unknownOutcome(subjectOf(aliasName), reason);
  }
  const verdict = judgeRefusal(answer, body, /AlreadyExists$/);
  if (verdict.kind === "unknown") throw unknownOutcome(subjectOf(aliasName), verdict.reason, answer.retryAfter);
  if (verdict.kind === "exists") {
    const options = { attempts: 1, signal: AbortSignal.timeout(left()) };
    const alias = await getAlias(client, aliasName, options).catch((error: unknown) => {
      throw unknownOutcome(
        subjectOf(aliasName),
        `${verdict.reason}; the alias could not be read (${messageOf(error)})`,
      );
    });
    if (alias !== undefined) return adopt(client, purchase, alias, left());
    throw unknownOutcome(subjectOf(aliasName), `${verdict.reason}; yet no alias of that name is shown`);
  }
  throw new PurchaseRejectedError({
    message: `Azure did not buy ${subjectOf(aliasName)}: ${verdict.reason}. ${adviceFor(answer.status)}`,
    providerCode: verdict.code,
  });
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
    cause,
  });
}

/** What was bought under the alias before, if it is what was asked for. */
async function adopt(
  client: ArmClient,
  { aliasName, request, price }: SavingsPlanPurchase,
  alias: SavingsPlanOrderAlias,
  timeout: number,
): Promise<Commitment> {
  const differences = comparePlan(request, alias.answer);
  if (differences !== undefined && differences.length > 0) {
    throw new PurchaseRejectedError({
      message: `The alias ${aliasName} is taken by something else (${listDifferences(differences)}): savings plan order ${alias.orderId}. Nothing was sent. Find out who bought it.`,
      providerCode: "SavingsPlanOrderAliasTaken",
    });
  }
  const options = { attempts: 1, signal: AbortSignal.timeout(timeout) };
  return purchaseUnder(client, alias, { request, price }, options).catch((error: unknown) => {
    throw unknownOutcome(subjectOf(aliasName), `its alias exists, but ${messageOf(error)}`, undefined, error);
  });
}

function adviceFor(status: number): string {
  if (status === 401) return "The credential is not accepted: sign in again, and check the tenant.";
  if (status === 403) {
    return "The identity needs a role that allows Microsoft.BillingBenefits/savingsPlanOrderAliases/write (role Savings plan Purchaser) on the billing subscription.";
  }
  return "See Azure's own message for what to change.";
}

const subjectOf = (aliasName: string) => `savings plan ${aliasName}`;
