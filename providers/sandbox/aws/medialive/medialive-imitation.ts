import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { AwsFault } from "../aws-fault.ts";
import { isCallers } from "../aws-purchased.ts";
import type { AwsSite } from "../aws-service.ts";
import { parseInput } from "../json-input.ts";
import { createRestService } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { type Kind, offeringsIn, type ReservableOffering } from "../reservations/reservation-sold-offerings.ts";
import { buyReservation, listReservations, reservations, type ShownReservation } from "../reservations/reservation.ts";

const service = "medialive";
const wrongInput = "BadRequestException";

/** The filters of its listings, by the names on the wire. */
const filters = [
  "resourceType",
  "codec",
  "resolution",
  "maximumBitrate",
  "maximumFramerate",
  "videoQuality",
  "channelClass",
  "specialFeature",
] as const;

const video = { codec: "AVC", resolution: "HD", maximumBitrate: "MAX_20_MBPS" };
const output = { resourceType: "OUTPUT", ...video, maximumFramerate: "MAX_30_FPS", videoQuality: "STANDARD" };

type Filters = Record<(typeof filters)[number], z.ZodOptional<z.ZodString>>;

/** What is sold, and its price per hour on demand: plausible, not current. Nothing is paid upfront, and all for a year. */
const kinds: readonly Kind[] = [
  { attributes: output, onDemand: "0.8640" },
  { attributes: { ...output, videoQuality: "ENHANCED" }, onDemand: "1.0800" },
  { attributes: { ...output, codec: "HEVC" }, onDemand: "3.4560" },
  { attributes: { resourceType: "INPUT", ...video }, onDemand: "0.1296" },
  { attributes: { resourceType: "CHANNEL", specialFeature: "ADVANCED_AUDIO" }, onDemand: "0.3600" },
];

const year = 31_536_000;
const offerings = (region: string) =>
  offeringsIn(service, region, kinds).filter(
    ({ offeringType, duration }) => offeringType === "No Upfront" && duration === year,
  );

const pageInput = z.strictObject({
  ...(Object.fromEntries(filters.map((name) => [name, z.string().optional()])) as Filters),
  maxResults: z.coerce.number().int().min(1).max(1000).default(100),
  nextToken: z.string().optional(),
});
const offeringsInput = pageInput.extend({ duration: z.string().optional() });
const purchaseInput = z.strictObject({
  offeringId: z.string().min(1),
  count: z.int().min(1),
  name: z.string().default(""),
  requestId: z.string().min(1).optional(),
  renewalSettings: z
    .strictObject({
      automaticRenewal: z.enum(["DISABLED", "ENABLED", "UNAVAILABLE"]).default("DISABLED"),
      renewalCount: z.int().min(1).optional(),
    })
    .optional(),
  start: z.iso.datetime().optional(),
  tags: z.record(z.string(), z.string()).default({}),
});

/** MediaLive, as far as reservations go. What is bought has an id of the service's own; its name identifies nothing. */
export const medialive = createRestService({
  purchaseAction: "PurchaseOffering",
  signingName: service,
  routes: {
    "GET /prod/offerings": "ListOfferings",
    "POST /prod/offerings/{offeringId}/purchase": "PurchaseOffering",
    "GET /prod/reservations": "ListReservations",
    "GET /prod/reservations/{reservationId}": "DescribeReservation",
  },
  actions: {
    ListOfferings: {
      run({ input, region, fault }) {
        const wanted = parseInput(offeringsInput, input, wrongInput);
        const found = offerings(region).filter(
          (offering) => isWanted(offering, wanted) && ["12", undefined].includes(wanted.duration),
        );
        const { items, next } = pageOf(found, wanted.nextToken, wanted.maxResults, fault);
        return {
          offerings: items.map((offering) => ({
            arn: arnOf("offering", offering.id, region),
            ...terms(offering, region),
          })),
          nextToken: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseOffering: {
      status: 201,
      run(call) {
        const wanted = parseInput(purchaseInput, call.input, wrongInput);
        const offering = offerings(call.region).find(({ id }) => id === wanted.offeringId);
        if (!offering) throw new AwsFault(404, "NotFoundException", "Offering not found");
        const earlier = boughtUnder(call, wanted.requestId);
        if (earlier !== undefined) {
          if (earlier.offering.id !== offering.id || earlier.count !== wanted.count) {
            throw new AwsFault(409, "ConflictException", "The request ID was used with other parameters.");
          }
          const [shown] = listReservations(call, service, { name: earlier.name });
          if (shown !== undefined) return { reservation: reservationOf(shown) };
          throw new AwsFault(409, "ConflictException", "The purchase is being carried out.");
        }
        const { automaticRenewal = "DISABLED", renewalCount } = wanted.renewalSettings ?? {};
        const bought = buyReservation(call, {
          service,
          name: nextId(call, wanted.requestId),
          offering,
          count: wanted.count,
          tags: wanted.tags,
          clientToken: wanted.requestId,
          said: {
            name: wanted.name,
            automaticRenewal,
            ...(renewalCount === undefined ? {} : { renewalCount: String(renewalCount) }),
            start: wanted.start ?? new Date(call.now).toISOString(),
          },
          alreadyExists: new AwsFault(500, "InternalServerErrorException", "The id was given out before."),
        });
        return { reservation: reservationOf({ ...bought, state: "active" }) };
      },
    },
    DescribeReservation: {
      run(call) {
        const { reservationId: name } = parseInput(
          z.strictObject({ reservationId: z.string() }),
          call.input,
          wrongInput,
        );
        const [found] = listReservations(call, service, { name });
        if (found === undefined) throw new AwsFault(404, "NotFoundException", "Reservation not found");
        return reservationOf(found);
      },
    },
    ListReservations: {
      run(call) {
        const wanted = parseInput(pageInput, call.input, wrongInput);
        const found = listReservations(call, service, {}).filter(({ offering }) => isWanted(offering, wanted));
        const { items, next } = pageOf(found, wanted.nextToken, wanted.maxResults, call.fault);
        return { reservations: items.map(reservationOf), nextToken: next };
      },
      listingFaults: () => ["stale", "empty", "repeated-next-link"],
    },
  },
});

function isWanted({ attributes }: ReservableOffering, wanted: Readonly<Record<string, unknown>>): boolean {
  return filters.every((name) => wanted[name] === undefined || wanted[name] === attributes[name]);
}

/** Digits, as its documentation shows them: the same ones for the same request id, of which each purchase has others. */
function nextId(call: AwsSite, requestId: string = randomUUID()): string {
  const same = reservations(call.store)
    .values()
    .filter(({ clientToken }) => clientToken === requestId);
  const hash = createHash("sha256").update(`${requestId}/${call.region}/${same.length}`).digest();
  return String(1_000_000_000 + (hash.readUInt32BE() % 1_000_000_000));
}

/** What was bought under a request id that is still remembered, also where it cannot be seen yet. */
function boughtUnder(call: AwsSite, requestId: string | undefined) {
  const { store, region, now, behaviour } = call;
  return reservations(store)
    .values()
    .filter((one) => one.service === service && one.region === region && isCallers(one, call))
    .find(
      (one) =>
        one.clientToken === requestId && requestId !== undefined && now - one.purchasedAt < behaviour.clientTokenMemory,
    );
}

function arnOf(kind: "offering" | "reservation", id: string, region: string, accountId = "123456789012"): string {
  return `arn:aws:medialive:${region}:${accountId}:${kind}:${id}`;
}

function terms({ id, attributes, hourly, fixedPrice }: ReservableOffering, region: string): JsonObject {
  return {
    offeringId: id,
    offeringDescription: `${Object.values(attributes).join(" ")} in ${region}`,
    offeringType: "NO_UPFRONT",
    currencyCode: "USD",
    duration: 12,
    durationUnits: "MONTHS",
    fixedPrice: Number(fixedPrice),
    usagePrice: Number(hourly),
    region,
    resourceSpecification: attributes,
  };
}

/** In its own words; one that was set by hand stands as it was given. */
const states: Readonly<Record<string, string>> = { "payment-pending": "ACTIVE", active: "ACTIVE" };

function reservationOf({
  name,
  offering,
  count,
  state,
  region,
  accountId,
  tags,
  said = {},
}: ShownReservation): JsonObject {
  const { start = "", automaticRenewal = "", renewalCount } = said;
  return {
    reservationId: name,
    arn: arnOf("reservation", name, region, accountId),
    name: said["name"] ?? "",
    ...terms(offering, region),
    count,
    // Without the zone, as its documentation has it.
    start: start.slice(0, 19),
    end: new Date(Date.parse(start) + offering.duration * 1000).toISOString().slice(0, 19),
    state: states[state] ?? state,
    renewalSettings: {
      automaticRenewal,
      ...(renewalCount === undefined ? {} : { renewalCount: Number(renewalCount) }),
    },
    tags,
  };
}
