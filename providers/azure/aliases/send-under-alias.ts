import { messageOf } from "../../../src/contract/errors.ts";
import { passedAtMost } from "../../../src/contract/clock-reading.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { type Answer, parseBody } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import { notSent, refusalAnswer, unanswered, unknownAnswer, unsendable } from "../azure-answers.ts";
import { differencesBetween, listDifferences } from "../azure-facts.ts";
import { toCommitment } from "../azure-order.ts";
import {
  type AliasKind,
  aliasNameIn,
  aliasPath,
  boughtUnder,
  getAlias,
  namedIn,
  type OrderAlias,
  parseAlias,
} from "./order-alias.ts";

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

/** How a send may differ from the first one. */
interface SendContext {
  readonly sentBefore: boolean;
}

/**
 * Sends a purchase: reads the alias, and only where Azure says that there is none sends the one
 * `PUT …OrderAliases/{name}`, which spends money. All of it within the purchase timeout.
 */
export async function sendUnderAlias(
  client: ArmClient,
  kind: AliasKind,
  submission: Submission,
  context: SendContext,
): Promise<PurchaseAnswer> {
  const aliasName = aliasNameIn(submission.handle);
  if (aliasName === undefined) {
    return unsendable(`The submission names no ${kind.noun} order alias`, `Invalid${kind.code}`);
  }
  const looked = await lookFirst(client, kind, aliasName, submission, context);
  if ("instead" in looked) return looked.instead;
  try {
    const url = client.url(aliasPath(kind, aliasName));
    return judgeAnswer(kind, await client.put(url, submission.request, looked.left), aliasName, submission);
  } catch (error) {
    return unanswered(subjectOf(kind, aliasName), error);
  }
}

/**
 * Reads the alias before anything is sent: twice, where something may have been sent before. The answer that it gives
 * instead of a send, or the milliseconds that are left for one.
 */
export async function lookFirst(
  client: ArmClient,
  kind: AliasKind,
  aliasName: string,
  submission: Submission,
  { sentBefore }: SendContext,
): Promise<{ readonly instead: PurchaseAnswer } | { readonly left: number }> {
  const { purchaseTimeout, environment } = client.settings;
  const until = performance.now() + purchaseTimeout;
  const left = () => Math.max(1, Math.ceil(until - performance.now()));
  const unread = { providerCode: `${kind.code}Unreadable` };
  const subject = subjectOf(kind, aliasName);

  const lookTimeout = purchaseTimeout * lookShare;
  let lookedAt = environment.readClock();
  let existing: OrderAlias | undefined;
  try {
    existing = await look(client, kind, aliasName, lookTimeout);
    // A further quote has the same alias: its first send is not the first under it.
    if (existing === undefined && (sentBefore || submission.attempt > 1)) {
      await environment.sleep(Math.min(settleTime, lookTimeout));
      lookedAt = environment.readClock();
      existing = await look(client, kind, aliasName, lookTimeout);
    }
  } catch (cause) {
    const why = `its alias could not be read first: ${messageOf(cause)}`;
    return { instead: notSent(subject, why, { ...unread, cause }) };
  }
  if (existing !== undefined) {
    return { instead: await existsAlready(client, kind, { aliasName, existing }, submission, left()) };
  }
  if (passedAtMost(lookedAt, environment.readClock()) > lookTimeout + lookLife) {
    const reason = "this driver was held up after its look, and another one may have bought meanwhile";
    return { instead: notSent(subject, reason, unread) };
  }
  return { left: left() };
}

const subjectOf = ({ noun }: AliasKind, aliasName: string) => `${noun} ${aliasName}`;

/** One look at the alias before anything is sent: what cannot be told apart from absence must not be bought. */
async function look(
  client: ArmClient,
  kind: AliasKind,
  aliasName: string,
  timeout: number,
): Promise<OrderAlias | undefined> {
  return getAlias(client, kind, aliasName, { attempts: 1, signal: AbortSignal.timeout(Math.ceil(timeout)) });
}

/** The alias was seen before anything was sent. */
async function existsAlready(
  client: ArmClient,
  kind: AliasKind,
  { aliasName, existing }: { readonly aliasName: string; readonly existing: OrderAlias },
  { price }: Submission,
  timeout: number,
): Promise<PurchaseAnswer> {
  const providerCode = `${kind.code}Taken`;
  const reason = `The alias ${aliasName} is taken by ${kind.noun} order ${existing.orderId}; nothing was sent.`;
  try {
    const options = { attempts: 1, signal: AbortSignal.timeout(timeout) };
    return { kind: "exists", reason, providerCode, found: await boughtUnder(client, kind, existing, price, options) };
  } catch (cause) {
    return { kind: "exists", reason: `${reason} It could not be read: ${messageOf(cause)}.`, providerCode, cause };
  }
}

/** What the answer to the PUT proves: of a success, the state in its body is the verdict, if it is about this purchase. */
function judgeAnswer(
  kind: AliasKind,
  answer: Answer,
  aliasName: string,
  { request, price }: Submission,
): PurchaseAnswer {
  const { status } = answer;
  const body = parseBody(answer);
  const subject = subjectOf(kind, aliasName);
  if (status < 200 || status >= 300) {
    return refusalAnswer(answer, body, {
      subject,
      service: kind.purchase,
      existsCode: /AlreadyExists$/i,
      isMinted: false,
    });
  }
  const alias = parseAlias(kind, body, aliasName);
  const evidence = namedIn(kind, body, aliasName);
  const unknown = (why: string) => unknownAnswer(subject, why, evidence.length === 0 ? {} : { evidence });
  if (typeof alias === "string") return unknown(`HTTP ${status} ${alias}`);
  const asked = { decisive: {}, ifStated: kind.factsOf(request) ?? {} };
  const differences = differencesBetween(asked, kind.factsOf(alias.answer) ?? {});
  if (differences.length > 0) {
    return unknown(`the answer shows something else under its alias (${listDifferences(differences)})`);
  }
  const { orderId: id, state } = alias;
  return { kind: "bought", commitment: toCommitment({ id, state }, { marked: true, price }) };
}
