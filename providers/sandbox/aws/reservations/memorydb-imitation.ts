import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { AwsFault } from "../aws-fault.ts";
import { parseInput } from "../json-input.ts";
import { createTargetService } from "../json-service.ts";
import { pageOf } from "../page.ts";
import { seconds, termsObject } from "./json-terms.ts";
import { type Kind, offeringsIn, type ReservableOffering } from "./reservation-sold-offerings.ts";
import { buyReservation, listReservations, type ShownReservation } from "./reservation.ts";

const service = "memorydb";
const wrongInput = "InvalidParameterValueException";

const kinds: readonly Kind[] = [
  { attributes: { NodeType: "db.r6g.large" }, onDemand: "0.309" },
  { attributes: { NodeType: "db.r6g.xlarge" }, onDemand: "0.617" },
  { attributes: { NodeType: "db.r7g.large" }, onDemand: "0.3245" },
];

const page = { MaxResults: z.int().min(1).max(100).optional(), NextToken: z.string().optional() };
const offeringsInput = z.strictObject({
  ...page,
  NodeType: z.string().optional(),
  OfferingType: z.string().optional(),
  Duration: z.string().optional(),
});
const reservationsInput = z.strictObject({ ...page, ReservationId: z.string().optional() });
const purchaseInput = z.strictObject({
  ReservedNodesOfferingId: z.string().min(1),
  ReservationId: z.string().min(1).optional(),
  NodeCount: z.int().min(1).default(1),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

/** MemoryDB, as far as reserved nodes go. */
export const memorydb = createTargetService({
  purchaseAction: "PurchaseReservedNodesOffering",
  signingName: service,
  prefix: "AmazonMemoryDB",
  actions: {
    DescribeReservedNodesOfferings: {
      run({ input, region, fault }) {
        const wanted = parseInput(offeringsInput, input, wrongInput);
        const all = offeringsIn(service, region, kinds).filter((offering) => matches(offering, wanted));
        const { items, next } = pageOf(all, wanted.NextToken, wanted.MaxResults ?? 100, fault);
        return {
          ReservedNodesOfferings: items.map((one) => ({ ReservedNodesOfferingId: one.id, ...terms(one) })),
          NextToken: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseReservedNodesOffering: {
      run(call) {
        const wanted = parseInput(purchaseInput, call.input, wrongInput);
        const offering = offeringsIn(service, call.region, kinds).find(
          ({ id }) => id === wanted.ReservedNodesOfferingId,
        );
        if (!offering) throw new AwsFault(404, "ReservedNodesOfferingNotFoundFault", "There is no such offering.");
        const bought = buyReservation(call, {
          service,
          name: (wanted.ReservationId ?? `ri-${randomUUID()}`).toLowerCase(),
          offering,
          count: wanted.NodeCount,
          tags: Object.fromEntries(wanted.Tags.map(({ Key, Value }) => [Key, Value])),
          alreadyExists: new AwsFault(
            404,
            "ReservedNodeAlreadyExistsFault",
            "You already have a reservation with the given identifier.",
          ),
        });
        return { ReservedNode: nodeOf({ ...bought, state: "payment-pending" }) };
      },
    },
    DescribeReservedNodes: {
      run(call) {
        const wanted = parseInput(reservationsInput, call.input, wrongInput);
        const name = wanted.ReservationId;
        const found = listReservations(call, service, { name });
        if (name !== undefined && found.length === 0) {
          throw new AwsFault(404, "ReservedNodeNotFoundFault", "The requested node does not exist.");
        }
        const { items, next } = pageOf(found, wanted.NextToken, wanted.MaxResults ?? 100, call.fault);
        return { ReservedNodes: items.map(nodeOf), NextToken: next };
      },
      listingFaults: ({ ReservationId }) =>
        ReservationId === undefined ? ["stale", "empty", "repeated-next-link"] : [],
    },
  },
});

function matches(
  { attributes, offeringType, duration }: ReservableOffering,
  { NodeType, OfferingType, Duration }: z.infer<typeof offeringsInput>,
): boolean {
  return (
    [undefined, attributes["NodeType"]].includes(NodeType) &&
    (OfferingType === undefined || OfferingType === offeringType) &&
    [undefined, String(duration), String(duration / 31_536_000)].includes(Duration)
  );
}

function terms(offering: ReservableOffering): JsonObject {
  return { ...termsObject(offering), OfferingType: offering.offeringType };
}

function nodeOf({ name, accountId, offering, count, state, purchasedAt, region }: ShownReservation): JsonObject {
  return {
    ReservationId: name,
    ReservedNodesOfferingId: offering.id,
    ...terms(offering),
    StartTime: seconds(purchasedAt),
    NodeCount: count,
    State: state,
    ARN: `arn:aws:memorydb:${region}:${accountId}:reservednode/${name}`,
  };
}
