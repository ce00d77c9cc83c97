import type { Offering, Reservation as MediaConnectReservation } from "@aws-sdk/client-mediaconnect";
import { z } from "zod";
import { about } from "../../../src/contract/field-schemas.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, offeringTypes, regionField } from "../aws-fields.ts";
import type { Charges } from "../aws-price.ts";
import { type MarksOf, nameMarks } from "../reservations/reservation-commitment.ts";
import type {
  Reservation,
  ReservationRecommendation,
  ReservationService,
} from "../reservations/reservation-service.ts";
import { secondsOfMonths, termFacts } from "../reservations/reservation-terms.ts";
import { utcDate } from "../utc-date.ts";

/** Outbound bandwidth of MediaConnect to reserve; `quantity` are the Mbps, of which only some numbers are offered. */
export type MediaConnectRecommendation = ReservationRecommendation & { readonly service: "mediaconnect" };

/** Exactly what is sent: the parameters of PurchaseOffering. */
export type MediaConnectRequest = {
  readonly OfferingArn: string;
  /** The caller's name for it: the handle, and the marker. */
  readonly ReservationName: string;
  /** When it begins, `2026-07-14T10:55:00Z`. */
  readonly Start: string;
};

/** Throws a ZodError for anything else than what was recorded: it is sent as recorded or not at all. */
export const mediaConnectRequestSchema: z.ZodType<MediaConnectRequest> = z.strictObject({
  OfferingArn: z.string().min(1),
  ReservationName: z.string().min(1).max(128),
  Start: z.iso.datetime(),
});

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const mediaConnectSchema = z
  .strictObject({
    ...awsFields("mediaconnect", { payment: "PriceUnits" }),
    region: regionField,
    quantity: quantitySchema.meta(
      about("How much outbound bandwidth: that of one offering.", {
        example: 50,
        unit: "Mbps",
        called: "ResourceSpecification.ReservedBitrate",
      }),
    ),
  })
  .meta({ title: "MediaConnect reservations" }) satisfies z.ZodType<
  MediaConnectRecommendation,
  MediaConnectRecommendation
>;

/** Its SDK, loaded when it is first needed. Throws a MissingPackageError. */
const sdk = () => importOptional("@aws-sdk/client-mediaconnect", () => import("@aws-sdk/client-mediaconnect"));
const clients = createClients(
  "MediaConnect",
  async (configuration) => new (await sdk()).MediaConnectClient(configuration),
  201,
);

/** A page of the most that one holds. */
const pageFrom = (next: string | undefined) => ({
  MaxResults: 100,
  ...(next === undefined ? {} : { NextToken: next }),
});

/** The only thing that it sells, and what its price is for. */
const outboundBandwidth = "Mbps_Outbound_Bandwidth";

/**
 * MediaConnect. An offering is of so much outbound bandwidth, is paid by the hour and never upfront. That its `PricePerUnit` is for
 * one Mbps is read out of its API, where the resource type is "the unit that is being billed for"; were it for the whole
 * bandwidth, all prices would be too high here, and a limit would refuse them.
 * https://docs.aws.amazon.com/mediaconnect/latest/api/API_ResourceSpecification.html
 */
export const mediaConnect: ReservationService<MediaConnectRecommendation, MediaConnectRequest> = {
  name: "mediaconnect",
  title: "MediaConnect",
  schema: mediaConnectSchema,
  describe: () => "Mbps outbound",
  asked: ({ quantity }) => ({ bandwidth: `${quantity} Mbps` }),
  calls: {
    list: "ListReservations",
    offerings: "ListOfferings",
    purchase: "PurchaseOffering",
    permissions: "mediaconnect",
  },
  codes: {
    // It documents no code for a name that is used, nor for a reservation that is active: a request that it takes for a wrong one.
    alreadyExists: "BadRequestException",
    notFound: [],
    quota: [],
  },
  shown: {
    console: ["mediaconnect", ""],
    words: ["mediaconnect", "list-reservations"],
    list: "Reservations",
    fields: {
      id: "ReservationArn",
      name: "ReservationName",
      count: "ResourceSpecification.ReservedBitrate",
      state: "ReservationState",
      since: "Start",
    },
    kind: "service",
    ofKind: () => ({}),
  },

  load: sdk,

  async connect(connection) {
    const { ListOfferingsCommand, ListReservationsCommand, PurchaseOfferingCommand } = await sdk();
    const reader = await clients.reader(connection);
    return {
      // All of them, whichever is asked for: the list says as much of each as DescribeReservation does.
      async reservations({ next }, signal) {
        const command = new ListReservationsCommand(pageFrom(next));
        const { Reservations, NextToken } = await reader.send(command, { abortSignal: signal });
        return { items: Reservations?.map(reservationOf), next: NextToken };
      },

      async offerings(_recommendation, next, signal) {
        const command = new ListOfferingsCommand(pageFrom(next));
        const { Offerings, NextToken } = await reader.send(command, { abortSignal: signal });
        const items = Offerings?.map((offering) => ({
          id: offering.OfferingArn,
          facts: factsOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: NextToken };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const { Reservation } = await buyer.send(new PurchaseOfferingCommand(request), { abortSignal: signal });
        return Reservation && reservationOf(Reservation);
      },
    };
  },
};

/** What an offering and a reservation say alike; what the SDK takes for certain may be missing all the same. */
type Terms = Partial<Pick<Offering, keyof Offering & keyof MediaConnectReservation>>;

/** The part of a token in its name is the marker. */
export const mediaConnectMarks: MarksOf = (one) => nameMarks(one, mediaConnect.name);

/** What all ARNs of a scope begin with: the rest is what tells them apart, and fits into a line. */
const arnPrefix = /^arn:[^:]*:mediaconnect:[^:]*:\d*:reservation:/;

function reservationOf(one: Partial<MediaConnectReservation>): Reservation {
  return {
    id: one.ReservationArn?.replace(arnPrefix, ""),
    name: one.ReservationName,
    facts: factsOf(one),
    count: one.ResourceSpecification?.ReservedBitrate,
    state: one.ReservationState,
    start: utcDate(one.Start),
    charges: chargesOf(one),
  };
}

function factsOf({ ResourceSpecification: sold, PriceUnits, Duration, DurationUnits }: Terms) {
  const isKnown = sold?.ResourceType === outboundBandwidth && sold.ReservedBitrate !== undefined;
  return {
    bandwidth: isKnown ? `${sold.ReservedBitrate} Mbps` : undefined,
    ...termFacts(
      PriceUnits === "HOURLY" ? offeringTypes["no-upfront"] : PriceUnits,
      secondsOfMonths(Duration, DurationUnits),
    ),
  };
}

function chargesOf({ CurrencyCode, PricePerUnit, PriceUnits, Duration, DurationUnits }: Terms): Charges {
  const isPriced = PriceUnits === "HOURLY" && /^\d+(\.\d+)?$/.test(PricePerUnit ?? "");
  return {
    CurrencyCode,
    FixedPrice: 0,
    RecurringCharges: isPriced ? [{ Amount: Number(PricePerUnit), Frequency: "Hourly" }] : undefined,
    Duration: secondsOfMonths(Duration, DurationUnits),
  };
}
