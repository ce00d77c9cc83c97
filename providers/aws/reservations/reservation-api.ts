import { RefusedError } from "../../../src/contract/errors.ts";
import type { Scope } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import { allKnown, sameCount, uniqueById } from "../aws-lists.ts";
import type { SeenOffering } from "../choose-offering.ts";
import { createConnectRegion, listingCodes } from "../connect-region.ts";
import { readSdkError } from "../sdk-error.ts";
import type { SendReport } from "../sdk-middleware.ts";
import { isKnown, type KnownReservation } from "./reservation-commitment.ts";
import type { PurchaseRequest } from "./reservation-purchase-request.ts";
import type {
  Reservation,
  ReservationCalls,
  ReservationQuery,
  ReservationRecommendation,
  ReservationService,
} from "./reservation-service.ts";

/** The calls of a service for one account and region. Reads are complete or throw RefusedErrors; they retry by themselves. */
export interface ReservationApi<R extends ReservationRecommendation, Request = PurchaseRequest> {
  /** All reservations of the account and region, each id once. */
  all(signal: AbortSignal): Promise<readonly KnownReservation[]>;
  /** The same page by page, as they come: an id may come on several. */
  pages(signal: AbortSignal): AsyncIterable<readonly KnownReservation[]>;
  /** The one with that id or that name; undefined where the service clearly says that there is none. */
  one(query: Pick<ReservationQuery, "id" | "name">, signal: AbortSignal): Promise<KnownReservation | undefined>;
  offerings(recommendation: R, signal: AbortSignal): Promise<readonly SeenOffering[]>;
  /** Sends the purchase once. Throws whatever the SDK throws. */
  purchase(request: Request, signal: AbortSignal, report: SendReport): Promise<Reservation | undefined>;
}

/** Checks the account and gives the calls for it. */
export type ConnectReservations<R extends ReservationRecommendation, Request = PurchaseRequest> = (
  scope: Scope,
  signal: AbortSignal,
) => Promise<ReservationApi<R, Request>>;

/** The calls of one service over the connections of one provider. */
export function createReservationApi<R extends ReservationRecommendation, Request = PurchaseRequest>(
  service: ReservationService<R, Request>,
  connect: Connect,
  maxPages: number,
): ConnectReservations<R, Request> {
  const { calls, codes } = service;

  const connectRegion = createConnectRegion(connect, calls.permissions, maxPages);

  return async (scope, signal) => {
    const { connection, region, readAll, readPages } = await connectRegion(scope, signal);
    const api: ReservationCalls<R, Request> = await service.connect(connection, region);

    async function* pages(query: ReservationQuery, signal: AbortSignal): AsyncGenerator<readonly KnownReservation[]> {
      const call = query.id === undefined && query.name === undefined ? calls.list : (calls.read ?? calls.list);
      const read = readPages(call, listingCodes.bought, signal, (next) => api.reservations({ ...query, next }, signal));
      for await (const page of read) {
        yield unique(allKnown(page, isKnown, { call, needs: "an id or a state that can be read" }));
      }
    }

    const list = async (query: ReservationQuery, signal: AbortSignal) =>
      unique((await Array.fromAsync(pages(query, signal))).flat());

    return {
      all: (signal) => list({}, signal),

      pages: (signal) => pages({}, signal),

      async one(query, signal) {
        const is = (one: KnownReservation) =>
          query.id === undefined ? sameName(one.name, query.name) : one.id === query.id;
        const found = await list(query, signal).catch((error: unknown) => {
          const cause = RefusedError.isInstance(error) ? error.cause : error;
          if (codes.notFound.includes(readSdkError(cause).code ?? "")) return [];
          throw error;
        });
        return found.find(is);
      },

      offerings: (recommendation, signal) =>
        readAll(calls.offerings, listingCodes.offered, signal, (next) => api.offerings(recommendation, next, signal)),

      purchase: (request, signal, report) => api.purchase(request, signal, report),
    };
  };
}

function unique(known: readonly KnownReservation[]): readonly KnownReservation[] {
  return uniqueById(known, {
    idOf: ({ id }) => id,
    stateOf: ({ state }) => state,
    merge: (kept, other) => ({ ...kept, count: sameCount(kept.count, other.count) }),
  });
}

/** Services keep names in lower case, whatever they were given. */
export function sameName(left: string, right: string | undefined): boolean {
  return left.toLowerCase() === right?.toLowerCase();
}
