import type { Submission } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { isText } from "../aws-lists.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { saidBy } from "../sdk-error.ts";
import { sendPurchase } from "../send-purchase.ts";
import { type ConnectReservations, sameName } from "./reservation-api.ts";
import { commitmentOf, isKnown } from "./reservation-commitment.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** How a service's purchases are sent and their answers read. */
export interface Sending<Request> {
  /** Milliseconds that the whole may take. */
  readonly timeout: number;
  /** The request as it was recorded. Throws for anything else. */
  parse(request: JsonObject): Request;
  /** The id of the caller's choice, under which no second one is sold; left out where the service takes none. */
  nameOf?(request: Request): string;
  /** What stands in for a state that an answer leaves out. */
  readonly firstState?: string;
  /** Codes of a 4xx that leave open whether it was bought. */
  readonly ambiguousCodes?: readonly string[];
}

/** Sends a recorded purchase once, whole within its time, and says what the answer proves. */
export function sendReservation<R extends ReservationRecommendation, Request>(
  { title, calls, codes }: ReservationService<R, Request>,
  connect: ConnectReservations<R, Request>,
  submission: Submission,
  { nameOf, firstState, ambiguousCodes = [], ...sending }: Sending<Request>,
): Promise<PurchaseAnswer> {
  return sendPurchase(submission, {
    ...sending,
    title,
    permission: `${calls.permissions}:${calls.purchase}`,
    quotaCodes: codes.quota,
    ambiguousCodes,
    connect,

    judgeEarlier(problem, request) {
      // The status says nothing: it is 404 for RDS and ElastiCache, 400 or 409 elsewhere.
      if (nameOf === undefined || problem.code !== codes.alreadyExists) return undefined;
      return { kind: "exists", reason: `${title} says that ${nameOf(request)} is used already (${saidBy(problem)}).` };
    },

    judgeAnswer(answered, { request }) {
      const sold = answered && { ...answered, state: answered.state || firstState };
      const name = nameOf?.(request);
      const unknown = (what: string) =>
        unknownOutcome(`${title} answered the purchase ${what}`, { evidence: isText(sold?.id) ? [sold.id] : [] });
      if (!isKnown(sold)) return unknown("without a reservation");
      if (name !== undefined && !sameName(sold.name, name)) return unknown(`of ${name} with another one, ${sold.name}`);
      return { kind: "bought", commitment: repriced(commitmentOf(sold), submission) };
    },
  });
}
