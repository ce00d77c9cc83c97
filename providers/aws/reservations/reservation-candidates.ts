// What reservations have in common that are bought under no id of the caller's choice: all that there was before is their handle.
import type { Submission } from "../../../src/contract/executor.ts";
import type { CandidateTraits } from "../candidates.ts";
import type { ReservationApi } from "./reservation-api.ts";
import { askedOf, type KnownReservation } from "./reservation-commitment.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** What a list shows of them: no token, no mark, and no end of a term. */
export const unmarkedTraits: CandidateTraits<KnownReservation> = {
  idOf: ({ id }) => id,
  startOf: ({ start }) => start,
  factsOf: ({ facts }) => facts,
  tokenOf: () => undefined,
  isForeign: () => false,
  isOlder: () => false,
};

/** What a person can do where several fit. */
export const lookAndSay = "Look up at AWS which one is this purchase, and say so with `buyonce resolve`.";

/** The ids of all that there is before a purchase, in order. */
export async function idsBefore<R extends ReservationRecommendation, Request>(
  api: ReservationApi<R, Request>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  return (await api.all(signal)).map(({ id }) => id).toSorted();
}

/** What was asked for by a submission, its count aside. */
export function askedBy<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  { recommendation }: Pick<Submission, "recommendation">,
) {
  return askedOf(service, service.schema.parse(recommendation));
}

/** As on EC2, the count is left out: two that differ in nothing else are for a person if both are open. */
export function laneOf<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  scopeKey: string,
  recommendation: R,
): string {
  return `${scopeKey}/${Object.values(askedOf(service, recommendation)).join("/")}`;
}
