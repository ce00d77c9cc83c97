import { Big } from "big.js";
import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { AwsFault } from "../aws-fault.ts";
import { parseInput } from "../json-input.ts";
import { createRestService } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { seconds, termsObject } from "./json-terms.ts";
import { type Kind, offeringsIn, type ReservableOffering } from "./reservation-sold-offerings.ts";
import { buyReservation, listReservations, type ShownReservation } from "./reservation.ts";

const service = "opensearch";
const root = "/2021-01-01/opensearch";
const wrongInput = "ValidationException";

/** So many that they do not fit on one page. */
const kinds: readonly Kind[] = Object.entries({
  c5: "0.125",
  c6g: "0.113",
  m5: "0.142",
  m6g: "0.128",
  r5: "0.186",
  r6g: "0.167",
}).flatMap(([family, large]) =>
  ["large", "xlarge", "2xlarge", "4xlarge"].map((size, doublings) => ({
    attributes: { InstanceType: `${family}.${size}.search` },
    onDemand: new Big(large).times(2 ** doublings).toFixed(),
  })),
);

const page = { maxResults: z.coerce.number().int().min(1).max(100).default(100), nextToken: z.string().optional() };
const offeringsInput = z.strictObject({ ...page, offeringId: z.string().length(36).optional() });
const reservationsInput = z.strictObject({ ...page, reservationId: z.string().length(36).optional() });
const purchaseInput = z.strictObject({
  ReservedInstanceOfferingId: z.string().length(36),
  ReservationName: z.string().min(5).max(64),
  InstanceCount: z.int().min(1).default(1),
});

/** OpenSearch Service, as far as Reserved Instances go. Its offerings cannot be filtered but by id. */
export const opensearch = createRestService({
  // Of the old name, Elasticsearch Service.
  purchaseAction: "PurchaseReservedInstanceOffering",
  signingName: "es",
  routes: {
    [`GET ${root}/reservedInstanceOfferings`]: "DescribeReservedInstanceOfferings",
    [`POST ${root}/purchaseReservedInstanceOffering`]: "PurchaseReservedInstanceOffering",
    [`GET ${root}/reservedInstances`]: "DescribeReservedInstances",
  },
  actions: {
    DescribeReservedInstanceOfferings: {
      run({ input, region, fault }) {
        const { offeringId, nextToken, maxResults } = parseInput(offeringsInput, input, wrongInput);
        const all = offeringsIn(service, region, kinds).filter(({ id }) => [undefined, id].includes(offeringId));
        const { items, next } = pageOf(all, nextToken, maxResults, fault);
        return {
          ReservedInstanceOfferings: items.map((one) => ({ ReservedInstanceOfferingId: one.id, ...terms(one) })),
          NextToken: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseReservedInstanceOffering: {
      run(call) {
        const wanted = parseInput(purchaseInput, call.input, wrongInput);
        const offering = offeringsIn(service, call.region, kinds).find(
          ({ id }) => id === wanted.ReservedInstanceOfferingId,
        );
        if (!offering) throw new AwsFault(409, "ResourceNotFoundException", "There is no such offering.");
        const { id, name } = buyReservation(call, {
          service,
          name: wanted.ReservationName,
          offering,
          count: wanted.InstanceCount,
          // It takes none.
          tags: {},
          alreadyExists: new AwsFault(
            409,
            "ResourceAlreadyExistsException",
            "A reservation with this name already exists.",
          ),
        });
        return { ReservedInstanceId: id, ReservationName: name };
      },
    },
    DescribeReservedInstances: {
      run(call) {
        const { reservationId: id, nextToken, maxResults } = parseInput(reservationsInput, call.input, wrongInput);
        const found = listReservations(call, service, { id });
        if (id !== undefined && found.length === 0) {
          throw new AwsFault(409, "ResourceNotFoundException", "There is no such reservation.");
        }
        const { items, next } = pageOf(found, nextToken, maxResults, call.fault);
        return { ReservedInstances: items.map(instanceOf), NextToken: next };
      },
      listingFaults: ({ reservationId }) =>
        reservationId === undefined ? ["stale", "empty", "repeated-next-link"] : [],
    },
  },
});

function terms(offering: ReservableOffering): JsonObject {
  return {
    ...termsObject(offering),
    UsagePrice: 0,
    CurrencyCode: "USD",
    PaymentOption: offering.offeringType.toUpperCase().replace(" ", "_"),
  };
}

function instanceOf({ id, name, offering, count, state, purchasedAt }: ShownReservation): JsonObject {
  return {
    ReservationName: name,
    ReservedInstanceId: id,
    ReservedInstanceOfferingId: offering.id,
    ...terms(offering),
    StartTime: seconds(purchasedAt),
    InstanceCount: count,
    State: state,
  };
}
