import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { AwsFault } from "../aws-fault.ts";
import { isCallers, stateOf } from "../aws-purchased.ts";
import type { AwsCall } from "../aws-service.ts";
import { parseInput } from "../json-input.ts";
import { createRestService } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { idFor } from "../pricing.ts";
import { offeringsIn, type ReservableOffering } from "../reservations/reservation-sold-offerings.ts";
import { buyReservation, listReservations, reservations, type ShownReservation } from "../reservations/reservation.ts";

const service = "mediaconnect";
const wrongInput = "BadRequestException";
const year = 31_536_000;

/** How much is offered, in Mbps, and the price of one for an hour on demand: plausible, not current. Nothing is paid upfront. */
const offerings = (region: string) =>
  offeringsIn(
    service,
    region,
    ["50", "100", "500"].map((mbps) => ({ attributes: { reservedBitrate: mbps }, onDemand: "0.02" })),
  ).filter(({ offeringType, duration }) => offeringType === "No Upfront" && duration === year);

const pageInput = z.strictObject({
  maxResults: z.coerce.number().int().min(1).max(1000).default(10),
  nextToken: z.string().optional(),
});
const oneInput = z.strictObject({ ReservationArn: z.string() });
const purchaseInput = z.strictObject({
  OfferingArn: z.string().min(1),
  reservationName: z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,126}[a-zA-Z0-9])?$/),
  start: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
});

/** MediaConnect, as far as reservations go: one name is used once, and one reservation is active at a time, as its documentation says. */
export const mediaconnect = createRestService({
  purchaseAction: "PurchaseOffering",
  signingName: service,
  routes: {
    "GET /v1/offerings": "ListOfferings",
    "POST /v1/offerings/{OfferingArn}": "PurchaseOffering",
    "GET /v1/reservations": "ListReservations",
    "GET /v1/reservations/{ReservationArn}": "DescribeReservation",
  },
  actions: {
    ListOfferings: {
      run({ input, region, fault }) {
        const { maxResults, nextToken } = parseInput(pageInput, input, wrongInput);
        const { items, next } = pageOf(offerings(region), nextToken, maxResults, fault);
        return { offerings: items.map((offering) => terms(offering, region)), nextToken: next };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseOffering: {
      status: 201,
      run(call) {
        const { OfferingArn, reservationName, start } = parseInput(purchaseInput, call.input, wrongInput);
        const { region, now } = call;
        const offering = offerings(region).find((one) => arnOf(one, region) === OfferingArn);
        if (!offering) throw new AwsFault(404, "NotFoundException", "The offering was not found.");
        const month = Date.parse(`${new Date(now).toISOString().slice(0, 7)}-01T00:00:00Z`);
        if (!(Date.parse(start) >= month && Date.parse(start) <= now)) {
          throw new AwsFault(400, wrongInput, "The start must be between the first day of this month and now.");
        }
        refuseSecond(call);
        const bought = buyReservation(call, {
          service,
          name: `1-${idFor([reservationName]).replaceAll("-", "").slice(0, 16)}:${reservationName}`,
          offering,
          count: 1,
          tags: {},
          said: { name: reservationName, start },
          alreadyExists: new AwsFault(400, wrongInput, "A reservation with this name already exists."),
        });
        return { reservation: reservationOf({ ...bought, state: "payment-pending" }) };
      },
    },
    DescribeReservation: {
      run(call) {
        const { ReservationArn: arn } = parseInput(oneInput, call.input, wrongInput);
        const found = listReservations(call, service, { name: arn.replace(/^.*:reservation:/, "") }).map(reservationOf);
        const [reservation] = found.filter(({ reservationArn }) => reservationArn === arn);
        if (reservation === undefined) throw new AwsFault(404, "NotFoundException", "The reservation was not found.");
        return { reservation };
      },
    },
    ListReservations: {
      run(call) {
        const { maxResults, nextToken } = parseInput(pageInput, call.input, wrongInput);
        const { items, next } = pageOf(listReservations(call, service, {}), nextToken, maxResults, call.fault);
        return { reservations: items.map(reservationOf), nextToken: next };
      },
      listingFaults: () => ["stale", "empty", "repeated-next-link"],
    },
  },
});

/** In its own words; one that was set by hand stands as it was given. */
const states: Readonly<Record<string, string>> = { "payment-pending": "PROCESSING", active: "ACTIVE" };
const over = ["EXPIRED", "CANCELED"];

/** Nothing is sold beside a reservation that is not over, also where it cannot be seen yet. */
function refuseSecond(call: AwsCall<unknown>): void {
  if (call.behaviour.soldOnce === "sold") return;
  const own = reservations(call.store)
    .values()
    .filter((one) => one.service === service && one.region === call.region && isCallers(one, call));
  if (own.some((one) => !over.includes(stateOf(one, call.behaviour)))) {
    throw new AwsFault(400, wrongInput, "You already have an active reservation.");
  }
}

function arnOf({ attributes, duration }: ReservableOffering, region: string): string {
  return `arn:aws:mediaconnect:${region}:123456789012:offering:${idFor([region, attributes, duration])}`;
}

function terms(offering: ReservableOffering, region: string): JsonObject {
  const { attributes, hourly } = offering;
  return {
    offeringArn: arnOf(offering, region),
    offeringDescription: `${attributes["reservedBitrate"]} Mbps of outbound bandwidth for 12 months`,
    currencyCode: "USD",
    duration: 12,
    durationUnits: "MONTHS",
    pricePerUnit: String(Number(hourly)),
    priceUnits: "HOURLY",
    resourceSpecification: {
      reservedBitrate: Number(attributes["reservedBitrate"]),
      resourceType: "Mbps_Outbound_Bandwidth",
    },
  };
}

function reservationOf({ name, offering, state, region, accountId, said = {} }: ShownReservation) {
  const { start = "" } = said;
  return {
    reservationArn: `arn:aws:mediaconnect:${region}:${accountId}:reservation:${name}`,
    reservationName: said["name"] ?? "",
    ...terms(offering, region),
    start,
    end: `${new Date(Date.parse(start) + offering.duration * 1000).toISOString().slice(0, 19)}Z`,
    reservationState: states[state] ?? state,
  };
}
