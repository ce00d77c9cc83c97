import type { ReservedNode } from "@aws-sdk/client-memorydb";
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
import { literal } from "../shown-by-aws.ts";

/** Reserved nodes to buy. An offering is a node type, a payment and a term: the engine is no part of it. */
export type MemoryDbRecommendation = ReservationRecommendation & {
  readonly service: "memorydb";
  /** `db.r6g.large`. */
  readonly nodeType: string;
};

const sdk = () => importOptional("@aws-sdk/client-memorydb", () => import("@aws-sdk/client-memorydb"));
const clients = createClients("MemoryDB", async (configuration) => new (await sdk()).MemoryDBClient(configuration));

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const memoryDbSchema = z
  .strictObject({
    ...awsFields("memorydb"),
    region: regionField,
    nodeType: matching(/^db\.[a-z0-9-]+\.[a-z0-9-]+$/, 'must be a MemoryDB node type such as "db.r6g.large"').meta(
      about("The node type.", { example: "db.r6g.large", called: "NodeType" }),
    ),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "nodes", called: "NodeCount" })),
  })
  .meta({ title: "MemoryDB reserved nodes" }) satisfies z.ZodType<MemoryDbRecommendation, MemoryDbRecommendation>;

/**
 * MemoryDB. Its answers name no currency.
 * https://docs.aws.amazon.com/memorydb/latest/APIReference/API_PurchaseReservedNodesOffering.html
 */
export const memorydb: ReservationService<MemoryDbRecommendation> = {
  name: "memorydb",
  title: "MemoryDB",
  schema: memoryDbSchema,
  describe: ({ nodeType }) => nodeType,
  asked: ({ nodeType }) => ({ nodeType }),
  calls: {
    list: "DescribeReservedNodes",
    offerings: "DescribeReservedNodesOfferings",
    purchase: "PurchaseReservedNodesOffering",
    tags: ["TagResource"],
    permissions: "memorydb",
  },
  codes: {
    // As in `__type`: the shape's name. Without `Fault` it would be the code of the query protocol, which MemoryDB does not speak.
    alreadyExists: "ReservedNodeAlreadyExistsFault",
    notFound: ["ReservedNodeNotFoundFault"],
    quota: ["ReservedNodeQuotaExceededFault"],
  },
  shown: {
    console: ["memorydb", ""],
    words: ["memorydb", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservationId", count: "NodeCount", state: "State", since: "StartTime" },
    named: "--reservation-id",
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },

  load: sdk,

  async connect(connection, region) {
    const {
      DescribeReservedNodesCommand,
      DescribeReservedNodesOfferingsCommand,
      PurchaseReservedNodesOfferingCommand,
    } = await sdk();
    const reader = await clients.reader(connection);
    const currency = assumedCurrency(region);
    return {
      async reservations({ id, name, next }, signal) {
        const command = new DescribeReservedNodesCommand({ ReservationId: id ?? name, NextToken: next });
        const { ReservedNodes, NextToken } = await reader.send(command, { abortSignal: signal });
        return { items: ReservedNodes?.map((node) => reservationOf(node, currency)), next: NextToken };
      },

      async offerings({ nodeType, payment, term }, next, signal) {
        const command = new DescribeReservedNodesOfferingsCommand({
          NodeType: nodeType,
          OfferingType: offeringTypes[payment],
          Duration: String(durations[term]),
          NextToken: next,
        });
        const { ReservedNodesOfferings, NextToken } = await reader.send(command, { abortSignal: signal });
        const items = ReservedNodesOfferings?.map((offering) => ({
          id: offering.ReservedNodesOfferingId,
          facts: factsOf(offering),
          charges: chargesOf(offering, currency),
        }));
        return { items, next: NextToken };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new PurchaseReservedNodesOfferingCommand({
          ReservedNodesOfferingId: request.offeringId,
          ReservationId: request.name,
          NodeCount: request.count,
          Tags: tagList(request),
        });
        const { ReservedNode } = await buyer.send(command, { abortSignal: signal });
        return ReservedNode && reservationOf(ReservedNode, currency);
      },
    };
  },
};

function reservationOf(node: ReservedNode, currency: string | undefined): Reservation {
  return {
    id: node.ReservationId,
    name: node.ReservationId,
    facts: factsOf(node),
    count: node.NodeCount,
    state: node.State,
    start: node.StartTime,
    charges: chargesOf(node, currency),
  };
}

function factsOf(terms: Pick<ReservedNode, "NodeType" | "OfferingType" | "Duration">): Facts {
  return { nodeType: terms.NodeType, ...termFacts(terms.OfferingType, terms.Duration) };
}
