import { messageOf, PurchaseOutcomeUnknownError, PurchaseRejectedError } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { classifyPurchaseError } from "../classify.ts";
import { statedDifferences } from "../differences.ts";
import { parseScope } from "../aws-scope.ts";
import { readSdkError } from "../sdk-error.ts";
import { type ConnectReservations, type ReservationApi, sameName } from "./reservation-api.ts";
import { fromAnswer, type KnownReservation, reservationDifferences } from "./reservation-commitment.ts";
import { parsePurchaseRequest } from "./reservation-purchase-request.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds. Where the service says that the id is used
 * already, the reservation under it is read, compared and returned. Throws a PurchaseRejectedError where nothing was
 * bought, a PurchaseOutcomeUnknownError otherwise.
 */
export async function purchase<R extends ReservationRecommendation>(
  service: ReservationService<R>,
  connect: ConnectReservations<R>,
  submission: Submission,
  { sentBefore, timeout }: { readonly sentBefore: boolean; readonly timeout: number },
): Promise<KnownReservation> {
  const { title, calls, codes } = service;
  const report = { handedOver: false };
  const signal = AbortSignal.timeout(timeout);
  let api: ReservationApi<R> | undefined;
  try {
    const request = parsePurchaseRequest(submission.request);
    api = await connect(parseScope(submission.scope), signal);
    const bought = fromAnswer(await api.purchase(request, signal, report), title);
    if (sameName(bought.name, request.name)) return bought;
    const what = `${title} answered the purchase of ${request.name} with another reservation, ${bought.name}`;
    throw unknown(what, { evidence: [bought.id] });
  } catch (error) {
    // The status says nothing: it is 404 for RDS and ElastiCache, 400 or 409 elsewhere.
    if (api && report.handedOver && readSdkError(error).code === codes.alreadyExists) {
      return existing(service, api, submission, signal);
    }
    if (PurchaseOutcomeUnknownError.isInstance(error)) throw error;
    const permission = `${calls.permissions}:${calls.purchase}`;
    // The next quote has the same id, so nothing is risked by it: a request that is refused need not be sent for ever.
    const handleExpired = sentBefore;
    const { region } = parseScope(submission.scope);
    throw classifyPurchaseError(error, report, { title, permission, region, quotaCodes: codes.quota, handleExpired });
  }
}

/** The reservation under an id that the service says is used, whatever its state: the drive judges that. */
async function existing<R extends ReservationRecommendation>(
  service: ReservationService<R>,
  api: ReservationApi<R>,
  submission: Submission,
  signal: AbortSignal,
): Promise<KnownReservation> {
  const { title, codes } = service;
  const { name } = parsePurchaseRequest(submission.request);
  const providerCode = codes.alreadyExists;
  const found = await api.one({ name }, signal).catch((error: unknown) => {
    throw unknown(`${title} says that ${name} exists, but it could not be read (${messageOf(error)})`, {
      cause: error,
      providerCode,
    });
  });
  if (!found) throw unknown(`${title} says that ${name} exists, but does not show it yet`, { providerCode });
  const recommendation = service.schema.parse(submission.recommendation);
  const differences = statedDifferences(reservationDifferences(service, recommendation, found));
  if (differences.length > 0) {
    const list = differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
    throw rejected(providerCode, `${name} exists already and is not what was asked for (${list})`);
  }
  return found;
}

type Details = Pick<
  ConstructorParameters<typeof PurchaseOutcomeUnknownError>[0],
  "cause" | "providerCode" | "evidence"
>;

function unknown(what: string, details: Details): PurchaseOutcomeUnknownError {
  return new PurchaseOutcomeUnknownError({ message: `${what}. Drive again: it is looked for first.`, ...details });
}

function rejected(providerCode: string, what: string): PurchaseRejectedError {
  return new PurchaseRejectedError({ providerCode, message: `${what}. Nothing was bought by this send.` });
}
