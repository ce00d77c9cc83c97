import { randomUUID } from "node:crypto";
import { AwsFault } from "../aws-fault.ts";
import { pageOf } from "../page.ts";
import { createQueryService, namespacedAnswers } from "../query-service.ts";
import type { XmlElements } from "../xml.ts";
import { type Kind, offeringsIn } from "./reservation-sold-offerings.ts";
import { matches, pageSize, termsElements } from "./query-terms.ts";
import { buyReservation, listReservations, type ShownReservation } from "./reservation.ts";

const service = "elasticache";

const kinds: readonly Kind[] = [
  { attributes: { CacheNodeType: "cache.r6g.large", ProductDescription: "redis" }, onDemand: "0.206" },
  { attributes: { CacheNodeType: "cache.r6g.large", ProductDescription: "valkey" }, onDemand: "0.1648" },
  { attributes: { CacheNodeType: "cache.r6g.large", ProductDescription: "memcached" }, onDemand: "0.206" },
  { attributes: { CacheNodeType: "cache.t4g.small", ProductDescription: "redis" }, onDemand: "0.032" },
];

/** ElastiCache, as far as reserved cache nodes go. */
export const elasticache = createQueryService({
  purchaseAction: "PurchaseReservedCacheNodesOffering",
  signingName: service,
  version: "2015-02-02",
  ...namespacedAnswers("http://elasticache.amazonaws.com/doc/2015-02-02/"),
  actions: {
    DescribeReservedCacheNodesOfferings: {
      run({ input, region, fault }) {
        const all = offeringsIn(service, region, kinds).filter((one) => matches(one, input, ["CacheNodeType"]));
        const { items, next } = pageOf(all, input.get("Marker"), pageSize(input), fault);
        return {
          ReservedCacheNodesOfferings: {
            member: "ReservedCacheNodesOffering",
            items: items.map((one) => ({ ReservedCacheNodesOfferingId: one.id, ...termsElements(one) })),
          },
          Marker: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseReservedCacheNodesOffering: {
      run(call) {
        const { input, region } = call;
        const wanted = input.demand("ReservedCacheNodesOfferingId");
        const offering = offeringsIn(service, region, kinds).find(({ id }) => id === wanted);
        if (!offering) throw new AwsFault(404, "ReservedCacheNodesOfferingNotFound", "There is no such offering.");
        const bought = buyReservation(call, {
          service,
          name: (input.get("ReservedCacheNodeId") ?? `ri-${randomUUID()}`).toLowerCase(),
          offering,
          count: input.integer("CacheNodeCount") ?? 1,
          tags: input.tags("Tags.Tag"),
          alreadyExists: new AwsFault(
            404,
            "ReservedCacheNodeAlreadyExists",
            "User already has a reservation with the given identifier.",
          ),
        });
        return { ReservedCacheNode: elements({ ...bought, state: "payment-pending" }) };
      },
    },
    DescribeReservedCacheNodes: {
      run(call) {
        const { input, fault } = call;
        const name = input.get("ReservedCacheNodeId");
        const found = listReservations(call, service, { name });
        if (name !== undefined && found.length === 0) {
          throw new AwsFault(404, "ReservedCacheNodeNotFound", `Reserved cache node ${name} not found.`);
        }
        const { items, next } = pageOf(found, input.get("Marker"), pageSize(input), fault);
        return { ReservedCacheNodes: { member: "ReservedCacheNode", items: items.map(elements) }, Marker: next };
      },
      listingFaults: (input) =>
        input.get("ReservedCacheNodeId") === undefined ? ["stale", "empty", "repeated-next-link"] : [],
    },
  },
});

function elements({ name, accountId, offering, count, state, purchasedAt, region }: ShownReservation): XmlElements {
  return {
    ReservedCacheNodeId: name,
    ReservedCacheNodesOfferingId: offering.id,
    ...termsElements(offering),
    StartTime: new Date(purchasedAt).toISOString(),
    CacheNodeCount: count,
    State: state,
    ReservationARN: `arn:aws:elasticache:${region}:${accountId}:reserved-instance:${name}`,
  };
}
