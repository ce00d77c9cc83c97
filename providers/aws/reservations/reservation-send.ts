import type { Submission } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { type AwsScope, parseScope } from "../aws-scope.ts";
import { isText } from "../is-text.ts";
import { judgePurchaseError } from "../judge-purchase-error.ts";
import { readSdkError, saidBy } from "../sdk-error.ts";
import { type ConnectReservations, sameName } from "./reservation-api.ts";
import { commitmentOf, isKnown } from "./reservation-commitment.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";

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
export async function sendReservation<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  connect: ConnectReservations<R, Request>,
  submission: Submission,
  { timeout, parse, nameOf, firstState, ambiguousCodes = [] }: Sending<Request>,
): Promise<PurchaseAnswer> {
  const { title, calls, codes } = service;
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let scope: AwsScope | undefined;
  let name: string | undefined;
  try {
    const request = parse(submission.request);
    name = nameOf?.(request);
    scope = parseScope(submission.scope);
    const api = await connect(scope, signal);
    const sold = await api.purchase(request, signal, report);
    return answerOf(sold && { ...sold, state: sold.state || firstState }, { title, name, price: submission.price });
  } catch (error) {
    const problem = readSdkError(error);
    // The status says nothing: it is 404 for RDS and ElastiCache, 400 or 409 elsewhere.
    if (name !== undefined && report.handedOver && problem.code === codes.alreadyExists) {
      const reason = `${title} says that ${name} is used already (${saidBy(problem)}).`;
      return { kind: "exists", reason, providerCode: problem.code, cause: error };
    }
    const permission = `${calls.permissions}:${calls.purchase}`;
    const context = { title, permission, region: scope?.region, quotaCodes: codes.quota, ambiguousCodes };
    return judgePurchaseError(error, report, context);
  }
}

/** What an answer that is no error proves; `name` is the one that was sent, `price` the one that was agreed on. */
function answerOf(
  sold: Reservation | undefined,
  { title, name, price }: { readonly title: string; readonly name: string | undefined } & Pick<Submission, "price">,
): PurchaseAnswer {
  const unknown = (what: string): PurchaseAnswer => ({
    kind: "unknown",
    reason: `${title} answered the purchase ${what}. Drive again: it is looked for first.`,
    evidence: isText(sold?.id) ? [sold.id] : [],
  });
  if (!isKnown(sold)) return unknown("without a reservation");
  if (name !== undefined && !sameName(sold.name, name)) return unknown(`of ${name} with another one, ${sold.name}`);
  return { kind: "bought", commitment: { ...commitmentOf(sold), price } };
}
