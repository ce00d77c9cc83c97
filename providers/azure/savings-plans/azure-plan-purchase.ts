import { messageOf } from "../../../src/contract/errors.ts";
import { passedAtMost } from "../../../src/contract/clock-reading.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { type Answer, parseBody } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import { planPurchase } from "../azure-permissions.ts";
import { notSent, refusalAnswer, unanswered, unknownAnswer, unsendable } from "../azure-answers.ts";
import { differencesBetween, listDifferences } from "../azure-facts.ts";
import { toCommitment } from "../azure-order.ts";
import {
  aliasNameIn,
  aliasPath,
  boughtUnder,
  getAlias,
  parseAlias,
  type SavingsPlanOrderAlias,
} from "./azure-plan-alias.ts";
import { planFacts } from "./plan-facts.ts";
import { namedIn } from "./resolve-plan.ts";

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

const subjectOf = (aliasName: string) => `savings plan ${aliasName}`;

/**
 * Sends a purchase: reads the alias, and only where Azure says that there is none sends the one
 * `PUT savingsPlanOrderAliases/{name}`, which spends money. All of it within the purchase timeout.
 */
export async function sendSavingsPlan(
  client: ArmClient,
  submission: Submission,
  { sentBefore }: { readonly sentBefore: boolean },
): Promise<PurchaseAnswer> {
  const aliasName = aliasNameIn(submission.handle);
  if (aliasName === undefined) {
    return unsendable("The submission names no savings plan order alias", "InvalidSavingsPlanOrderAlias");
  }
  const { purchaseTimeout, environment } = client.settings;
  const until = performance.now() + purchaseTimeout;
  const left = () => Math.max(1, Math.ceil(until - performance.now()));
  const unread = { providerCode: "SavingsPlanOrderAliasUnreadable" };

  const lookTimeout = purchaseTimeout * lookShare;
  let lookedAt = environment.readClock();
  let existing: SavingsPlanOrderAlias | undefined;
  try {
    existing = await look(client, aliasName, lookTimeout);
    // A further quote has the same alias: its first send is not the first under it.
    if (existing === undefined && (sentBefore || submission.attempt > 1)) {
      await environment.sleep(Math.min(settleTime, lookTimeout));
      lookedAt = environment.readClock();
      existing = await look(client, aliasName, lookTimeout);
    }
  } catch (cause) {
    return notSent(subjectOf(aliasName), `its alias could not be read first: ${messageOf(cause)}`, {
      ...unread,
      cause,
    });
  }
  if (existing !== undefined) return existsAlready(client, { aliasName, existing }, submission, left());
  if (passedAtMost(lookedAt, environment.readClock()) > lookTimeout + lookLife) {
    const reason = "this driver was held up after its look, and another one may have bought meanwhile";
    return notSent(subjectOf(aliasName), reason, unread);
  }
  try {
    const answer = await client.put(client.url(aliasPath(aliasName)), submission.request, left());
    return judgeAnswer(answer, aliasName, submission);
  } catch (error) {
    return unanswered(subjectOf(aliasName), error);
  }
}

/** One look at the alias before anything is sent: what cannot be told apart from absence must not be bought. */
async function look(client: ArmClient, aliasName: string, timeout: number): Promise<SavingsPlanOrderAlias | undefined> {
  return getAlias(client, aliasName, { attempts: 1, signal: AbortSignal.timeout(Math.ceil(timeout)) });
}

/** The alias was seen before anything was sent. */
async function existsAlready(
  client: ArmClient,
  { aliasName, existing }: { readonly aliasName: string; readonly existing: SavingsPlanOrderAlias },
  { price }: Submission,
  timeout: number,
): Promise<PurchaseAnswer> {
  const providerCode = "SavingsPlanOrderAliasTaken";
  const reason = `The alias ${aliasName} is taken by savings plan order ${existing.orderId}; nothing was sent.`;
  try {
    const options = { attempts: 1, signal: AbortSignal.timeout(timeout) };
    return { kind: "exists", reason, providerCode, found: await boughtUnder(client, existing, price, options) };
  } catch (cause) {
    return { kind: "exists", reason: `${reason} It could not be read: ${messageOf(cause)}.`, providerCode, cause };
  }
}

/** What the answer to the PUT proves: of a success, the state in its body is the verdict, if it is about this purchase. */
function judgeAnswer(answer: Answer, aliasName: string, { request, price }: Submission): PurchaseAnswer {
  const { status } = answer;
  const body = parseBody(answer);
  const subject = subjectOf(aliasName);
  if (status < 200 || status >= 300) {
    return refusalAnswer(answer, body, {
      subject,
      service: planPurchase,
      existsCode: /AlreadyExists$/i,
      isMinted: false,
    });
  }
  const alias = parseAlias(body, aliasName);
  const evidence = namedIn(body, aliasName);
  const unknown = (why: string) => unknownAnswer(subject, why, evidence.length === 0 ? {} : { evidence });
  if (typeof alias === "string") return unknown(`HTTP ${status} ${alias}`);
  const asked = { decisive: {}, ifStated: planFacts(request) ?? {} };
  const differences = differencesBetween(asked, planFacts(alias.answer) ?? {});
  if (differences.length > 0) {
    return unknown(`the answer shows something else under its alias (${listDifferences(differences)})`);
  }
  const { orderId: id, state } = alias;
  return { kind: "bought", commitment: toCommitment({ id, state }, { marked: true, price }) };
}
