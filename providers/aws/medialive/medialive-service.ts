import type { Offering, Reservation as MediaLiveReservation } from "@aws-sdk/client-medialive";
import { z } from "zod";
import { about, matching } from "../../../src/contract/field-schemas.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, regionField } from "../aws-fields.ts";
import type { Charges } from "../aws-price.ts";
import { type MarksOf, nameMarks } from "../reservations/reservation-commitment.ts";
import type {
  Reservation,
  ReservationRecommendation,
  ReservationService,
} from "../reservations/reservation-service.ts";
import { paymentIn, secondsOfMonths, termFacts } from "../reservations/reservation-terms.ts";
import { literal } from "../shown-by-aws.ts";
import { utcDate } from "../utc-date.ts";

/** What decides which inputs, outputs or add-ons a reservation is for: MediaLive's word, and the values that are known. */
const specification = {
  resourceType: { called: "ResourceType", known: ["OUTPUT", "INPUT", "CHANNEL", "MULTIPLEX"] },
  codec: { called: "Codec", known: ["AVC", "HEVC", "MPEG2", "AV1", "AUDIO", "LINK"] },
  resolution: { called: "Resolution", known: ["HD", "FHD", "SD", "UHD"] },
  maximumBitrate: { called: "MaximumBitrate", known: ["MAX_20_MBPS", "MAX_10_MBPS", "MAX_50_MBPS"] },
  maximumFramerate: { called: "MaximumFramerate", known: ["MAX_30_FPS", "MAX_60_FPS"] },
  videoQuality: { called: "VideoQuality", known: ["STANDARD", "ENHANCED", "PREMIUM"] },
  channelClass: { called: "ChannelClass", known: ["STANDARD", "SINGLE_PIPELINE"] },
  specialFeature: {
    called: "SpecialFeature",
    known: ["ADVANCED_AUDIO", "AUDIO_NORMALIZATION", "MGHD", "MGUHD"],
  },
} as const;

type Field = keyof typeof specification;
const fields = Object.keys(specification) as readonly Field[];

/** What an offering that leaves one of them out is asked for by. */
const none = "none";

/** Reservations of MediaLive to buy; `quantity` are the inputs, outputs or channels. */
export type MediaLiveRecommendation = ReservationRecommendation & {
  readonly service: "medialive";
  /** `OUTPUT`. */
  readonly resourceType: string;
  /** `AVC`; `none` where the offering has none, as for all that follow. */
  readonly codec: string;
  /** `HD`. */
  readonly resolution: string;
  /** `MAX_20_MBPS`. */
  readonly maximumBitrate: string;
  /** `MAX_30_FPS`; only outputs have one. */
  readonly maximumFramerate: string;
  /** `STANDARD`; only outputs have one. */
  readonly videoQuality: string;
  /** `STANDARD`. */
  readonly channelClass: string;
  /** `ADVANCED_AUDIO`; only add-ons have one. */
  readonly specialFeature: string;
};

/** Exactly what is sent: the parameters of PurchaseOffering. */
export type MediaLiveRequest = {
  readonly OfferingId: string;
  readonly Count: number;
  /** For people: it identifies nothing. */
  readonly Name: string;
  /** The client token. Required: the SDK makes up another one for every send that has none. */
  readonly RequestId: string;
  /** Always sent: what renews by itself is a purchase that nobody decided. */
  readonly RenewalSettings: { readonly AutomaticRenewal: "DISABLED" };
  readonly Tags: Readonly<Record<string, string>>;
};

/** Throws a ZodError for anything else than what was recorded: it is sent as recorded or not at all. */
export const mediaLiveRequestSchema: z.ZodType<MediaLiveRequest> = z.strictObject({
  OfferingId: z.string().min(1),
  Count: z.int().min(1),
  Name: z.string().min(1),
  RequestId: z.string().min(1).max(64),
  RenewalSettings: z.strictObject({ AutomaticRenewal: z.literal("DISABLED") }),
  Tags: z.record(z.string(), z.string()),
});

/** A field of the specification: a word of MediaLive's, also one that is not known here. */
function specified(field: Field, description: string) {
  const { called, known } = specification[field];
  const [example] = known;
  return matching(/^([A-Z][A-Z0-9_]{0,63}|none)$/, `must be a word of MediaLive such as "${example}", or "none"`).meta(
    about(description, { example, called: `ResourceSpecification.${called}`, known: [...known, none] }),
  );
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const mediaLiveSchema = z
  .strictObject({
    ...awsFields("medialive"),
    region: regionField,
    resourceType: specified("resourceType", "What is reserved."),
    codec: specified("codec", "The codec."),
    resolution: specified("resolution", "The resolution."),
    maximumBitrate: specified("maximumBitrate", "The highest bitrate."),
    maximumFramerate: specified("maximumFramerate", "The highest frame rate of an output."),
    videoQuality: specified("videoQuality", "The quality of an output."),
    channelClass: specified("channelClass", "The class of the channel."),
    specialFeature: specified("specialFeature", "The add-on of a channel."),
    quantity: quantitySchema.meta(
      about("How many.", { example: 1, unit: "inputs, outputs or channels", called: "Count" }),
    ),
  })
  .meta({ title: "MediaLive reservations" }) satisfies z.ZodType<MediaLiveRecommendation, MediaLiveRecommendation>;

/** Its SDK, loaded when it is first needed. Throws a MissingPackageError. */
const sdk = () => importOptional("@aws-sdk/client-medialive", () => import("@aws-sdk/client-medialive"));
const clients = createClients(
  "MediaLive",
  async (configuration) => new (await sdk()).MediaLiveClient(configuration),
  201,
);

/** The most that one page holds. */
const MaxResults = 100;

/**
 * MediaLive. What its prices are for is not said by its API: `UsagePrice` is "the recurring usage charge for each reserved resource",
 * and its price list speaks of an hourly rate that is charged for every hour of the term. So it is taken for an hour; were it for a
 * month, all prices would be 730 times too high here, and a limit would refuse them.
 * https://aws.amazon.com/medialive/pricing/
 */
export const mediaLive: ReservationService<MediaLiveRecommendation, MediaLiveRequest> = {
  name: "medialive",
  title: "MediaLive",
  schema: mediaLiveSchema,
  describe: (recommendation) =>
    fields.flatMap((field) => (recommendation[field] === none ? [] : [recommendation[field]])).join(" "),
  asked: (recommendation) => ({ specification: specificationText((field) => recommendation[field]) }),
  calls: {
    list: "ListReservations",
    read: "DescribeReservation",
    offerings: "ListOfferings",
    purchase: "PurchaseOffering",
    tags: ["CreateTags"],
    permissions: "medialive",
  },
  codes: {
    // "Offering purchase prevented by service resource issue": with which it does not say.
    alreadyExists: "ConflictException",
    notFound: ["NotFoundException"],
    quota: [],
  },
  shown: {
    console: ["medialive", ""],
    words: ["medialive", "list-reservations"],
    list: "Reservations",
    fields: { id: "ReservationId", name: "Name", count: "Count", state: "State", since: "Start" },
    kind: "resourceType",
    ofKind: (kind) => ({ query: `ResourceSpecification.ResourceType==${literal(kind)}` }),
  },

  load: sdk,

  async connect(connection) {
    const { DescribeReservationCommand, ListOfferingsCommand, ListReservationsCommand, PurchaseOfferingCommand } =
      await sdk();
    const reader = await clients.reader(connection);
    return {
      async reservations({ id, next }, signal) {
        if (id === undefined) {
          const command = new ListReservationsCommand({ MaxResults, NextToken: next });
          const { Reservations, NextToken } = await reader.send(command, { abortSignal: signal });
          return { items: Reservations?.map(reservationOf), next: NextToken };
        }
        const found = await reader.send(new DescribeReservationCommand({ ReservationId: id }), { abortSignal: signal });
        return { items: [reservationOf(found)], next: undefined };
      },

      async offerings(recommendation, next, signal) {
        const filters = fields.flatMap((field) =>
          recommendation[field] === none ? [] : [[specification[field].called, recommendation[field]]],
        );
        const command = new ListOfferingsCommand({ ...Object.fromEntries(filters), MaxResults, NextToken: next });
        const { Offerings, NextToken } = await reader.send(command, { abortSignal: signal });
        const items = Offerings?.map((offering) => ({
          id: offering.OfferingId,
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

/**
 * The token that a reservation carries: in its tag, or else a part of it in its name. A tag has room for more: anything shorter is what
 * somebody wrote there.
 */
export function mediaLiveMarks(tokenTag: string): MarksOf {
  return (one) => {
    const text = one.tags?.[tokenTag]?.trim().toLowerCase();
    return text ? [{ text, whole: /^[0-9a-f]{64}$/.test(text) }] : nameMarks(one, mediaLive.name);
  };
}

function reservationOf(one: MediaLiveReservation): Reservation {
  const renewal = one.RenewalSettings?.AutomaticRenewal;
  return {
    id: one.ReservationId,
    name: one.Name || one.ReservationId,
    // What cannot be renewed is not.
    facts: { ...factsOf(one), automaticRenewal: renewal === "UNAVAILABLE" ? "DISABLED" : renewal },
    count: one.Count,
    state: one.State,
    start: utcDate(one.Start),
    charges: chargesOf(one),
    tags: one.Tags,
  };
}

function factsOf({ ResourceSpecification: stated, OfferingType, Duration, DurationUnits }: Offering) {
  return {
    specification: stated && specificationText((field) => stated[specification[field].called] ?? none),
    ...termFacts(paymentIn(OfferingType), secondsOfMonths(Duration, DurationUnits)),
  };
}

/** `resourceType OUTPUT, codec AVC, resolution HD`: all that is stated, in one order. */
function specificationText(valueOf: (field: Field) => string): string {
  const stated = fields.filter((field) => valueOf(field) !== none);
  return stated.map((field) => `${field} ${valueOf(field)}`).join(", ");
}

function chargesOf({ CurrencyCode, FixedPrice, UsagePrice, Duration, DurationUnits }: Offering): Charges {
  return {
    CurrencyCode,
    FixedPrice,
    // What it leaves out is not taken for nothing: there is no price then.
    RecurringCharges: UsagePrice === undefined ? undefined : [{ Amount: UsagePrice, Frequency: "Hourly" }],
    Duration: secondsOfMonths(Duration, DurationUnits),
  };
}
