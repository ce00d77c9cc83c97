import type { ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { differingFields } from "../aws-facts.ts";
import { isText } from "../aws-lists.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { beganBefore } from "../purchase-times.ts";
import type { ConnectReservations } from "../reservations/reservation-api.ts";
import { isKnown, listedOf } from "../reservations/reservation-commitment.ts";
import type { Reservation } from "../reservations/reservation-service.ts";
import { saidBy } from "../sdk-error.ts";
import { sendPurchase } from "../send-purchase.ts";
import {
  mediaLive,
  mediaLiveMarks,
  type MediaLiveRecommendation,
  mediaLiveRequestSchema,
  type MediaLiveRequest,
} from "./medialive-service.ts";

interface Sending {
  /** Milliseconds that the whole may take. */
  readonly timeout: number;
  readonly tagNames: TagNames;
  readonly factsOf: ServiceExecutor<MediaLiveRecommendation>["factsOf"];
}

/**
 * Sends a recorded purchase once, whole within `timeout` milliseconds, and says what the answer proves: under a request id that
 * MediaLive remembers, it may be the reservation of an earlier request.
 */
export function sendMediaLive(
  connect: ConnectReservations<MediaLiveRecommendation, MediaLiveRequest>,
  submission: Submission,
  { timeout, tagNames, factsOf }: Sending,
): Promise<PurchaseAnswer> {
  const { title, calls, codes } = mediaLive;
  return sendPurchase(submission, {
    title,
    permission: `${calls.permissions}:${calls.purchase}`,
    quotaCodes: codes.quota,
    timeout,
    parse: (request) => mediaLiveRequestSchema.parse(request),
    connect,

    judgeEarlier(problem) {
      // It documents no such answer: a conflict, or words about a request id, may be about this very request, repeated on its way.
      const isEarlier = problem.code === codes.alreadyExists || /idempoten|request ?id\b/i.test(problem.message);
      return isEarlier
        ? unknownOutcome(`${title} speaks of something that is in the way (${saidBy(problem)})`)
        : undefined;
    },

    judgeAnswer: (sold) => judgeAnswer(sold, submission, { tagNames, factsOf }),
  });
}

/** Something else than was asked for proves nothing: where MediaLive answers with that, nobody knows what it has sold. */
function judgeAnswer(
  sold: Reservation | undefined,
  submission: Submission,
  { tagNames, factsOf }: Omit<Sending, "timeout">,
): PurchaseAnswer {
  const evidence = isText(sold?.id) ? [sold.id] : [];
  const unknown = (what: string) => unknownOutcome(`MediaLive answered the purchase ${what}`, { evidence });
  if (!isKnown(sold)) return unknown("without a reservation whose state can be read");
  const { decisive, ifStated } = factsOf(mediaLive.schema.parse(submission.recommendation));
  const found = listedOf(sold, mediaLiveMarks(tagNames.token));
  const differing = differingFields({ ...decisive, ...ifStated } as Record<string, string>, found.facts);
  if (differing.length > 0) {
    return unknown(`with ${sold.id}, which differs from what was asked for in ${differing.join(", ")}`);
  }
  if (!carriesToken(found.marks, submission.token)) return unknown(`with ${sold.id}, which does not carry its token`);
  const commitment = repriced(found.commitment, submission);
  if (!beganBefore(sold.start, submission)) return { kind: "bought", commitment };
  const reason = `MediaLive answered the purchase with ${sold.id}, which was bought before under the same request id: nothing was bought by this send.`;
  return { kind: "exists", found: { ...found, commitment }, reason };
}
