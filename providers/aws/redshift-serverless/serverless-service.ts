import type { Reservation as ServerlessReservation, ReservationOffering } from "@aws-sdk/client-redshift-serverless";
import { z } from "zod";
import { about } from "../../../src/contract/field-schemas.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, regionField } from "../aws-fields.ts";
import type { Charges } from "../aws-price.ts";
import type {
  Reservation,
  ReservationRecommendation,
  ReservationService,
} from "../reservations/reservation-service.ts";
import { paymentIn, termFacts } from "../reservations/reservation-terms.ts";

/** Capacity of Redshift Serverless to reserve; `quantity` are Redshift Processing Units. */
export type RedshiftServerlessRecommendation = ReservationRecommendation & { readonly service: "redshift-serverless" };

/** Exactly what is sent: the parameters of CreateReservation. */
export type ReservationRequest = {
  readonly offeringId: string;
  /** Redshift Processing Units. */
  readonly capacity: number;
  /** A UUID of version 4. Required: the SDK makes up another one for every send that has none. */
  readonly clientToken: string;
};

/** Throws a ZodError for anything else than what was recorded: it is sent as recorded or not at all. */
export const reservationRequestSchema: z.ZodType<ReservationRequest> = z.strictObject({
  offeringId: z.string().min(1),
  capacity: z.int().min(1),
  clientToken: z.uuidv4(),
});

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const redshiftServerlessSchema = z
  .strictObject({
    ...awsFields("redshift-serverless", { payment: "offeringType", term: "duration" }),
    region: regionField,
    quantity: quantitySchema.meta(
      about("How much capacity.", { example: 32, unit: "Redshift Processing Units (RPU)", called: "capacity" }),
    ),
  })
  .meta({ title: "Redshift Serverless reservations" }) satisfies z.ZodType<
  RedshiftServerlessRecommendation,
  RedshiftServerlessRecommendation
>;

const sdk = () =>
  importOptional("@aws-sdk/client-redshift-serverless", () => import("@aws-sdk/client-redshift-serverless"));
const clients = createClients(
  "Redshift Serverless",
  async (configuration) => new (await sdk()).RedshiftServerlessClient(configuration),
);

/** The most that one page may hold. */
const maxResults = 100;

/**
 * Redshift Serverless. Its offerings differ in term and payment alone; that their charges are for one RPU is read between the lines
 * of its API, which says so nowhere.
 * https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_CreateReservation.html
 */
export const redshiftServerless: ReservationService<RedshiftServerlessRecommendation, ReservationRequest> = {
  name: "redshift-serverless",
  title: "Redshift Serverless",
  schema: redshiftServerlessSchema,
  describe: () => "RPU",
  asked: () => ({}),
  calls: {
    list: "ListReservations",
    read: "GetReservation",
    offerings: "ListReservationOfferings",
    purchase: "CreateReservation",
    permissions: "redshift-serverless",
  },
  codes: {
    // "The submitted action has conflicts": with what it does not say.
    alreadyExists: "ConflictException",
    notFound: ["ResourceNotFoundException"],
    quota: ["ServiceQuotaExceededException"],
  },
  shown: {
    console: ["redshiftv2", ""],
    words: ["redshift-serverless", "list-reservations"],
    list: "reservationsList",
    fields: { id: "reservationId", count: "capacity", state: "status", since: "startDate" },
    kind: "service",
    ofKind: () => ({}),
  },

  load: sdk,

  async connect(connection) {
    const {
      CreateReservationCommand,
      GetReservationCommand,
      ListReservationOfferingsCommand,
      ListReservationsCommand,
    } = await sdk();
    const reader = await clients.reader(connection);
    return {
      async reservations({ id, name = id, next }, signal) {
        if (name === undefined) {
          const command = new ListReservationsCommand({ maxResults, nextToken: next });
          const { reservationsList, nextToken } = await reader.send(command, { abortSignal: signal });
          return { items: reservationsList?.map(reservationOf), next: nextToken };
        }
        const command = new GetReservationCommand({ reservationId: name });
        const { reservation } = await reader.send(command, { abortSignal: signal });
        return { items: reservation && [reservationOf(reservation)], next: undefined };
      },

      async offerings(_recommendation, next, signal) {
        const command = new ListReservationOfferingsCommand({ maxResults, nextToken: next });
        const { reservationOfferingsList, nextToken } = await reader.send(command, { abortSignal: signal });
        const items = reservationOfferingsList?.map((offering) => ({
          id: offering.offeringId,
          facts: factsOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: nextToken };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const { reservation } = await buyer.send(new CreateReservationCommand(request), { abortSignal: signal });
        return reservation && reservationOf(reservation);
      },
    };
  },
};

function reservationOf({
  reservationId,
  offering = {},
  capacity,
  status,
  startDate,
}: ServerlessReservation): Reservation {
  return {
    id: reservationId,
    name: reservationId,
    facts: factsOf(offering),
    count: capacity,
    state: status,
    start: startDate,
    charges: chargesOf(offering),
  };
}

function factsOf({ offeringType, duration }: ReservationOffering) {
  return termFacts(paymentIn(offeringType), duration);
}

function chargesOf({ currencyCode, upfrontCharge, hourlyCharge, duration }: ReservationOffering): Charges {
  return {
    CurrencyCode: currencyCode,
    FixedPrice: upfrontCharge,
    // What it leaves out is not taken for nothing: there is no price then.
    RecurringCharges: hourlyCharge === undefined ? undefined : [{ Amount: hourlyCharge, Frequency: "Hourly" }],
    Duration: duration,
  };
}
