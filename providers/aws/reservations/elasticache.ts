import type { ReservedCacheNode } from "@aws-sdk/client-elasticache";
import { z } from "zod";
import { about, matching } from "../../../src/contract/field-schemas.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, durations, offeringTypes, regionField } from "../aws-fields.ts";
import { tagList } from "./reservation-purchase-request.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";
import { assumedCurrency, chargesOf, termFacts } from "./reservation-terms.ts";

/** Reserved cache nodes to buy. */
export type ElastiCacheRecommendation = ReservationRecommendation & {
  readonly service: "elasticache";
  /** `cache.r6g.large`. */
  readonly nodeType: string;
  /** The offering's product description, which is the engine: `redis`, `valkey`, `memcached`. Compared for equality. */
  readonly productDescription: string;
};

const sdk = () => importOptional("@aws-sdk/client-elasticache", () => import("@aws-sdk/client-elasticache"));
const clients = createClients(
  "ElastiCache",
  async (configuration) => new (await sdk()).ElastiCacheClient(configuration),
);

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const elastiCacheSchema = z
  .strictObject({
    ...awsFields("elasticache"),
    region: regionField,
    nodeType: matching(/^cache\.[a-z0-9-]+\.[a-z0-9-]+$/, 'must be a cache node type such as "cache.r6g.large"').meta(
      about("The node type.", { example: "cache.r6g.large", called: "CacheNodeType" }),
    ),
    productDescription: matching(/^[a-z][a-z0-9 ()-]{0,99}$/, 'must be a product description such as "redis"').meta(
      about("The engine: redis, valkey or memcached.", { example: "redis", called: "ProductDescription" }),
    ),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "nodes", called: "CacheNodeCount" })),
  })
  .meta({ title: "ElastiCache reserved nodes" }) satisfies z.ZodType<
  ElastiCacheRecommendation,
  ElastiCacheRecommendation
>;

/**
 * ElastiCache. Its answers name no currency.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_PurchaseReservedCacheNodesOffering.html
 */
export const elasticache: ReservationService<ElastiCacheRecommendation> = {
  name: "elasticache",
  title: "ElastiCache",
  schema: elastiCacheSchema,
  describe: ({ nodeType, productDescription }) => `${nodeType} ${productDescription}`,
  asked: ({ nodeType, productDescription }) => ({ nodeType, productDescription }),
  calls: {
    list: "DescribeReservedCacheNodes",
    offerings: "DescribeReservedCacheNodesOfferings",
    purchase: "PurchaseReservedCacheNodesOffering",
    tags: ["AddTagsToResource"],
    permissions: "elasticache",
  },
  codes: {
    // The codes on the wire; the SDK's exceptions end in `Fault`. Both of the first are HTTP 404.
    alreadyExists: "ReservedCacheNodeAlreadyExists",
    notFound: ["ReservedCacheNodeNotFound"],
    quota: ["ReservedCacheNodeQuotaExceeded"],
  },
  shown: {
    console: ["elasticache", "#/reserved-nodes"],
    words: ["elasticache", "describe-reserved-cache-nodes"],
    list: "ReservedCacheNodes",
    fields: { id: "ReservedCacheNodeId", count: "CacheNodeCount", state: "State", since: "StartTime" },
    named: "--reserved-cache-node-id",
    kind: "nodeType",
    ofKind: (kind) => ({ words: ["--cache-node-type", kind] }),
  },

  load: sdk,

  async connect(connection, region) {
    const {
      DescribeReservedCacheNodesCommand,
      DescribeReservedCacheNodesOfferingsCommand,
      PurchaseReservedCacheNodesOfferingCommand,
    } = await sdk();
    const reader = await clients.reader(connection);
    const currency = assumedCurrency(region);
    return {
      async reservations({ id, name, next }, signal) {
        const command = new DescribeReservedCacheNodesCommand({ ReservedCacheNodeId: id ?? name, Marker: next });
        const { ReservedCacheNodes, Marker } = await reader.send(command, { abortSignal: signal });
        return { items: ReservedCacheNodes?.map((node) => reservationOf(node, currency)), next: Marker };
      },

      async offerings({ nodeType, productDescription, payment, term }, next, signal) {
        const command = new DescribeReservedCacheNodesOfferingsCommand({
          CacheNodeType: nodeType,
          ProductDescription: productDescription,
          OfferingType: offeringTypes[payment],
          Duration: String(durations[term]),
          Marker: next,
        });
        const { ReservedCacheNodesOfferings, Marker } = await reader.send(command, { abortSignal: signal });
        const items = ReservedCacheNodesOfferings?.map((offering) => ({
          id: offering.ReservedCacheNodesOfferingId,
          facts: factsOf(offering),
          charges: chargesOf(offering, currency),
        }));
        return { items, next: Marker };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new PurchaseReservedCacheNodesOfferingCommand({
          ReservedCacheNodesOfferingId: request.offeringId,
          ReservedCacheNodeId: request.name,
          CacheNodeCount: request.count,
          Tags: tagList(request),
        });
        const { ReservedCacheNode } = await buyer.send(command, { abortSignal: signal });
        return ReservedCacheNode && reservationOf(ReservedCacheNode, currency);
      },
    };
  },
};

function reservationOf(node: ReservedCacheNode, currency: string | undefined): Reservation {
  return {
    id: node.ReservedCacheNodeId,
    name: node.ReservedCacheNodeId,
    facts: factsOf(node),
    count: node.CacheNodeCount,
    state: node.State,
    start: node.StartTime,
    charges: chargesOf(node, currency),
  };
}

type Terms = Pick<ReservedCacheNode, "CacheNodeType" | "ProductDescription" | "OfferingType" | "Duration">;

function factsOf(terms: Terms): Facts {
  return {
    nodeType: terms.CacheNodeType,
    productDescription: terms.ProductDescription,
    ...termFacts(terms.OfferingType, terms.Duration),
  };
}
