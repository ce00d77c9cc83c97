import { z } from "zod";
import { messageOf } from "../../../src/contract/errors.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { standingOf } from "../aws-commitment.ts";
import { differingFields } from "../aws-facts.ts";
import { isText } from "../aws-lists.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { type ConnectReservations, sameName } from "../reservations/reservation-api.ts";
import { askedOf, isKnown, type KnownReservation, listedOf } from "../reservations/reservation-commitment.ts";
import type { Reservation } from "../reservations/reservation-service.ts";
import { sendPurchase } from "../send-purchase.ts";
import {
  mediaConnect,
  mediaConnectMarks,
  mediaConnectRequestSchema,
  type MediaConnectRecommendation,
  type MediaConnectRequest,
} from "./mediaconnect-service.ts";

type Connect = ConnectReservations<MediaConnectRecommendation, MediaConnectRequest>;
type Rejected = PurchaseAnswer & { readonly kind: "rejected" };

/** Under these it may refuse what an earlier request bought: which codes it has for that is not documented. */
const refusalCodes = ["BadRequestException", "ForbiddenException"];

const baselineSchema = z.object({ baseline: z.array(z.string()) });

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds. Where it is refused, a look says whether because of this very
 * request, which was repeated on its way, or of a reservation that was there before.
 */
export async function sendMediaConnect(
  connect: Connect,
  submission: Submission,
  timeout: number,
): Promise<PurchaseAnswer> {
  const signal = AbortSignal.timeout(timeout);
  const { title, calls, codes } = mediaConnect;
  const answer = await sendPurchase(submission, {
    title,
    permission: `${calls.permissions}:${calls.purchase}`,
    quotaCodes: codes.quota,
    timeout,
    parse: (request) => mediaConnectRequestSchema.parse(request),
    connect,
    judgeAnswer: (sold, { request }) => judgeAnswer(sold, request, submission),
  });
  if (answer.kind !== "rejected" || !refusalCodes.includes(answer.providerCode ?? "")) return answer;
  return judgeRefusal(answer, submission, async () => (await connect(submission.scope, signal)).all(signal));
}

/** Something else than was asked for proves nothing: where MediaConnect answers with that, nobody knows what it has sold. */
function judgeAnswer(
  sold: Reservation | undefined,
  { ReservationName: name }: MediaConnectRequest,
  submission: Submission,
): PurchaseAnswer {
  const evidence = isText(sold?.id) ? [sold.id] : [];
  const unknown = (what: string) => unknownOutcome(`MediaConnect answered the purchase ${what}`, { evidence });
  if (!isKnown(sold)) return unknown("without a reservation whose state can be read");
  if (!sameName(sold.name, name)) return unknown(`of ${name} with another one, ${sold.name}`);
  const found = listedOf(sold, mediaConnectMarks);
  const asked = askedOf(mediaConnect, mediaConnect.schema.parse(submission.recommendation));
  const differing = differingFields(asked, found.facts);
  if (differing.length > 0) {
    return unknown(`with ${sold.id}, which differs from what was asked for in ${differing.join(", ")}`);
  }
  return { kind: "bought", commitment: repriced(found.commitment, submission) };
}

/** What a refusal proves once it was looked what there is. */
async function judgeRefusal(
  answer: Rejected,
  submission: Submission,
  look: () => Promise<readonly KnownReservation[]>,
): Promise<PurchaseAnswer> {
  const { providerCode } = answer;
  const { ReservationName: name } = mediaConnectRequestSchema.parse(submission.request);
  let all: readonly KnownReservation[];
  try {
    all = await look();
  } catch (cause) {
    const what = `MediaConnect refused the purchase (${providerCode}), and what there is could not be read (${messageOf(cause)})`;
    return unknownOutcome(what, { providerCode, cause });
  }
  const own = all.find((one) => sameName(one.name, name));
  if (own) {
    return {
      kind: "exists",
      found: listedOf(own, mediaConnectMarks),
      reason: `MediaConnect has a reservation ${name}.`,
      providerCode,
    };
  }
  const { baseline } = baselineSchema.parse(submission.handle);
  const before = all.find(({ id, state }) => baseline.includes(id) && standingOf(state) === "live");
  if (before) {
    const reason = `${answer.reason} MediaConnect sells one reservation at a time in an account and region: ${before.id} (${before.state}) was there before.`;
    return { ...answer, reason };
  }
  // Words about a reservation that is not shown may be about what this very request bought.
  if (!/reservation/i.test(messageOf(answer.cause))) return answer;
  return unknownOutcome(`MediaConnect speaks of a reservation that it does not show (${messageOf(answer.cause)})`, {
    providerCode,
    cause: answer.cause,
  });
}
