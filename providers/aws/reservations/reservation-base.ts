import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import { awsScope } from "../aws-scope.ts";
import { factsInWords } from "../aws-facts.ts";
import { chooseOffering, type Offering } from "../choose-offering.ts";
import type { ConnectReservations } from "./reservation-api.ts";
import { askedOf, listedOf, type MarksOf } from "./reservation-commitment.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** What the executors of all services with reservations do alike, however a purchase is identified. */
export type ReservationBase<R extends ReservationRecommendation> = Pick<
  ServiceExecutor<R>,
  "provider" | "service" | "schema" | "describe" | "scopeOf" | "factsOf" | "inventory" | "load"
>;

/** Makes the members that need nothing but what the service says about itself; `marksOf` where its marker is another one than the name. */
export function reservationBase<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  connect: ConnectReservations<R, Request>,
  marksOf?: MarksOf,
): ReservationBase<R> {
  const { name, schema } = service;
  return {
    provider: "aws",
    service: name,
    schema,
    load: async () => void (await service.load()),

    describe(recommendation) {
      const { quantity, region, term, payment } = recommendation;
      return `${quantity} × ${service.describe(recommendation)} (${name}), ${region}, ${term}, ${payment}`;
    },

    scopeOf: (recommendation) => awsScope(name, recommendation),

    // Of what does not state all of it, nobody can tell whether it is what was asked for.
    factsOf: (recommendation) => ({
      decisive: { ...askedOf(service, recommendation), quantity: String(recommendation.quantity) },
      ifStated: {},
    }),

    inventory: {
      async *list(scope, { signal }) {
        const { pages } = await connect(scope, signal);
        for await (const page of pages(signal)) yield page.map((one) => listedOf(one, marksOf));
      },

      async read(scope, id, { signal }) {
        const found = await (await connect(scope, signal)).one({ id }, signal);
        return found && listedOf(found, marksOf);
      },
    },
  };
}

/** The one offering that is exactly what is recommended. Throws a RefusedError `not-offered`, `several-offerings` or `quote-failed`. */
export async function findReservationOffering<R extends ReservationRecommendation, Request>(
  service: ReservationService<R, Request>,
  connect: ConnectReservations<R, Request>,
  recommendation: R,
  signal: AbortSignal,
): Promise<Offering> {
  const { quantity, payment, region } = recommendation;
  const asked = askedOf(service, recommendation);
  const { offerings } = await connect(awsScope(service.name, recommendation), signal);
  return chooseOffering(await offerings(recommendation, signal), {
    title: service.title,
    summary: `${factsInWords(asked)} in ${region}`,
    asked,
    payment,
    quantity,
  });
}
