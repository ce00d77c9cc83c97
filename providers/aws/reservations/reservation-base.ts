import { RefusedError } from "../../../src/contract/errors.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import { differencesBetween, notStated } from "../differences.ts";
import { chooseOffering, type Offering } from "../only-fitting-offering.ts";
import { awsScope, parseScope } from "../aws-scope.ts";
import type { ConnectReservations } from "./reservation-api.ts";
import { askedOf, commitmentOf, reservationDifferences } from "./reservation-commitment.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** What the executors of all services with reservations do alike, however a purchase is identified. */
export type ReservationBase<R extends ReservationRecommendation> = Pick<
  OldServiceExecutor<R>,
  "provider" | "service" | "schema" | "describe" | "scopeOf" | "read" | "verify"
>;

/** Makes the members that need nothing but what the service says about itself. */
export function reservationBase<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  api: ConnectReservations<R, Request>,
): ReservationBase<R> {
  const { title, name, schema } = service;
  return {
    provider: "aws",
    service: name,
    schema,

    describe(recommendation) {
      const { quantity, region, term, payment } = recommendation;
      return `${quantity} × ${service.describe(recommendation)} (${name}), ${region}, ${term}, ${payment}`;
    },

    scopeOf: (recommendation) => awsScope(name, recommendation),

    async read(scope, id, { signal }) {
      const found = await (await api(parseScope(scope), signal)).one({ id }, signal);
      return found && commitmentOf(found);
    },

    async verify(recommendation, { id }, { signal }) {
      const scope = awsScope(name, recommendation);
      const found = await (await api(scope, signal)).one({ id }, signal);
      const differences = found && reservationDifferences(service, recommendation, found);
      if (differences && differences.every((difference) => difference.found !== notStated)) return differences;
      throw new RefusedError({
        code: "commitment-unverifiable",
        message: `${title} does not say enough about ${id} in ${scope.label} to compare it with what was asked for. Drive again later.`,
        retryable: true,
      });
    },
  };
}

/** The one offering that is exactly what is recommended. Throws a RefusedError `not-offered`, `several-offerings` or `quote-failed`. */
export async function findReservationOffering<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  api: ConnectReservations<R, Request>,
  recommendation: R,
  signal: AbortSignal,
): Promise<Offering> {
  const { quantity, payment, region } = recommendation;
  const asked = askedOf(service, recommendation);
  const { offerings } = await api(awsScope(service.name, recommendation), signal);
  return chooseOffering(await offerings(recommendation, signal), {
    title: service.title,
    summary: `${[...asked.values()].join(", ")} in ${region}`,
    differences: ({ attributes }) => differencesBetween(asked, attributes),
    payment,
    quantity,
  });
}
