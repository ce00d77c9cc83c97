import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { AwsFault } from "../aws-fault.ts";
import { isCallers } from "../aws-purchased.ts";
import { parseInput } from "../json-input.ts";
import { createTargetService } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { offeringsIn, type ReservableOffering } from "../reservations/reservation-sold-offerings.ts";
import { buyReservation, listReservations, reservations, type ShownReservation } from "../reservations/reservation.ts";

const service = "redshift-serverless";
const wrongInput = "ValidationException";

/** The price of an RPU for an hour: plausible, not current. Nothing is paid in part upfront. */
const offerings = (region: string) =>
  offeringsIn(service, region, [{ attributes: {}, onDemand: "0.375" }]).filter(
    ({ offeringType }) => offeringType !== "Partial Upfront",
  );

const page = { maxResults: z.int().min(1).max(100).optional(), nextToken: z.string().optional() };
const pageInput = z.strictObject(page);
const oneInput = z.strictObject({ reservationId: z.string().min(1) });
const purchaseInput = z.strictObject({
  offeringId: z.string().min(1).max(64),
  capacity: z.int().min(1),
  clientToken: z.uuidv4(),
});

/** Redshift Serverless, as far as reservations go. What is bought has an id of the service's own, and shows no client token. */
export const redshiftServerless = createTargetService({
  purchaseAction: "CreateReservation",
  signingName: service,
  prefix: "RedshiftServerless",
  actions: {
    ListReservationOfferings: {
      run({ input, region, fault }) {
        const { maxResults = 100, nextToken } = parseInput(pageInput, input, wrongInput);
        const { items, next } = pageOf(offerings(region), nextToken, maxResults, fault);
        return { reservationOfferingsList: items.map(offeringOf), nextToken: next };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    CreateReservation: {
      run(call) {
        const { offeringId, capacity, clientToken } = parseInput(purchaseInput, call.input, wrongInput);
        const { store, region, now, behaviour } = call;
        const offering = offerings(region).find(({ id }) => id === offeringId);
        if (!offering) throw new AwsFault(400, "ResourceNotFoundException", "The offering does not exist.");
        const earlier = reservations(store)
          .values()
          .filter((one) => isCallers(one, call) && one.service === service && one.region === region)
          .find((one) => one.clientToken === clientToken && now - one.purchasedAt < behaviour.clientTokenMemory);
        if (earlier !== undefined) {
          if (earlier.offering.id !== offeringId || earlier.count !== capacity) {
            throw new AwsFault(400, "ConflictException", "The client token was used with other parameters.");
          }
          const shown = listReservations(call, service, { name: earlier.name })[0];
          if (shown !== undefined) return { reservation: reservationOf(shown) };
        }
        const bought = buyReservation(call, {
          service,
          name: randomUUID(),
          offering,
          count: capacity,
          tags: {},
          clientToken,
          alreadyExists: new AwsFault(400, "ConflictException", "The reservation exists already."),
        });
        return { reservation: reservationOf({ ...bought, state: "payment-pending" }) };
      },
    },
    GetReservation: {
      run(call) {
        const { reservationId: name } = parseInput(oneInput, call.input, wrongInput);
        const found = listReservations(call, service, { name })[0];
        if (found === undefined)
          throw new AwsFault(400, "ResourceNotFoundException", "The reservation does not exist.");
        return { reservation: reservationOf(found) };
      },
    },
    ListReservations: {
      run(call) {
        const { maxResults = 100, nextToken } = parseInput(pageInput, call.input, wrongInput);
        const found = listReservations(call, service, {});
        const { items, next } = pageOf(found, nextToken, maxResults, call.fault);
        return { reservationsList: items.map(reservationOf), nextToken: next };
      },
      listingFaults: () => ["stale", "empty", "repeated-next-link"],
    },
  },
});

function offeringOf({ id, duration, fixedPrice, hourly, offeringType }: ReservableOffering): JsonObject {
  return {
    offeringId: id,
    duration,
    upfrontCharge: Number(fixedPrice),
    hourlyCharge: Number(hourly),
    currencyCode: "USD",
    offeringType: offeringType.toUpperCase().replaceAll(" ", "_"),
  };
}

function reservationOf({ name, accountId, offering, count, state, purchasedAt, region }: ShownReservation): JsonObject {
  const end = purchasedAt + offering.duration * 1000;
  return {
    reservationId: name,
    reservationArn: `arn:aws:redshift-serverless:${region}:${accountId}:reservation/${name}`,
    startDate: new Date(purchasedAt).toISOString(),
    endDate: new Date(end).toISOString(),
    capacity: count,
    offering: offeringOf(offering),
    status: state,
  };
}
