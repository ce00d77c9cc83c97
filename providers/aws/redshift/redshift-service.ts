import type { ReservedNode } from "@aws-sdk/client-redshift";
import { z } from "zod";
import { about, matching, oneOf } from "../../../src/contract/field-schemas.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { awsFields, regionField } from "../aws-fields.ts";
import type {
  Reservation,
  ReservationRecommendation,
  ReservationService,
} from "../reservations/reservation-service.ts";
import { chargesOf, termFacts } from "../reservations/reservation-terms.ts";
import { redshiftClients, redshiftSdk } from "./redshift-clients.ts";
import { literal } from "../shown-by-aws.ts";

/** How Redshift names a kind of offering, by the word used in a recommendation. */
const offeringKinds = { regular: "Regular", upgradable: "Upgradable" } as const;

/** Reserved nodes to buy. */
export type RedshiftRecommendation = ReservationRecommendation & {
  readonly service: "redshift";
  /** `ra3.4xlarge`. */
  readonly nodeType: string;
  /** Redshift sells a node type as both, at prices of their own: its `ReservedNodeOfferingType`. */
  readonly offeringKind: keyof typeof offeringKinds;
};

/** Exactly what is sent: the parameters of PurchaseReservedNodeOffering, which takes nothing else. */
export type NodePurchaseRequest = {
  readonly ReservedNodeOfferingId: string;
  /** Nodes. */
  readonly NodeCount: number;
};

const requestSchema: z.ZodType<NodePurchaseRequest> = z.strictObject({
  ReservedNodeOfferingId: z.string().min(1),
  NodeCount: z.int().min(1),
});

/** The parameters as they come back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parseNodePurchaseRequest(request: JsonObject): NodePurchaseRequest {
  return requestSchema.parse(request);
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const redshiftSchema = z
  .strictObject({
    ...awsFields("redshift"),
    region: regionField,
    nodeType: matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be a node type such as "ra3.4xlarge"').meta(
      about("The node type.", { example: "ra3.4xlarge", called: "NodeType" }),
    ),
    offeringKind: oneOf(["regular", "upgradable"]).meta(
      about("Redshift sells a node type as both, at prices of their own.", {
        example: "regular",
        called: "ReservedNodeOfferingType",
      }),
    ),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "nodes", called: "NodeCount" })),
  })
  .meta({ title: "Redshift reserved nodes" }) satisfies z.ZodType<RedshiftRecommendation, RedshiftRecommendation>;

/**
 * Redshift's reserved nodes. Its offerings can be filtered by nothing but their id, so all are read and compared.
 * https://docs.aws.amazon.com/redshift/latest/APIReference/API_PurchaseReservedNodeOffering.html
 */
export const redshift: ReservationService<RedshiftRecommendation, NodePurchaseRequest> = {
  name: "redshift",
  title: "Redshift",
  schema: redshiftSchema,
  describe: ({ nodeType, offeringKind }) => `${nodeType} ${offeringKind}`,
  asked: ({ nodeType, offeringKind }) => ({ nodeType, offeringKind: offeringKinds[offeringKind] }),
  calls: {
    list: "DescribeReservedNodes",
    offerings: "DescribeReservedNodeOfferings",
    purchase: "PurchaseReservedNodeOffering",
    tags: ["CreateTags", "DescribeTags"],
    permissions: "redshift",
  },
  codes: {
    // The first two are HTTP 404 on the wire.
    alreadyExists: "ReservedNodeAlreadyExists",
    notFound: ["ReservedNodeNotFound"],
    quota: ["ReservedNodeQuotaExceeded"],
  },
  shown: {
    console: ["redshiftv2", ""],
    words: ["redshift", "describe-reserved-nodes"],
    list: "ReservedNodes",
    fields: { id: "ReservedNodeId", count: "NodeCount", state: "State", since: "StartTime" },
    kind: "nodeType",
    ofKind: (kind) => ({ query: `NodeType==${literal(kind)}` }),
  },

  load: redshiftSdk,

  async connect(connection) {
    const { DescribeReservedNodesCommand, DescribeReservedNodeOfferingsCommand, PurchaseReservedNodeOfferingCommand } =
      await redshiftSdk();
    const reader = await redshiftClients.reader(connection);
    return {
      async reservations({ id, name, next }, signal) {
        const command = new DescribeReservedNodesCommand({ ReservedNodeId: id ?? name, Marker: next });
        const { ReservedNodes, Marker } = await reader.send(command, { abortSignal: signal });
        return { items: ReservedNodes?.map(reservationOf), next: Marker };
      },

      async offerings(_recommendation, next, signal) {
        const command = new DescribeReservedNodeOfferingsCommand({ Marker: next });
        const { ReservedNodeOfferings, Marker } = await reader.send(command, { abortSignal: signal });
        const items = ReservedNodeOfferings?.map((offering) => ({
          id: offering.ReservedNodeOfferingId,
          facts: factsOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: Marker };
      },

      async purchase(request, signal, report) {
        const buyer = await redshiftClients.buyer(connection, report);
        const command = new PurchaseReservedNodeOfferingCommand(request);
        const { ReservedNode } = await buyer.send(command, { abortSignal: signal });
        return ReservedNode && reservationOf(ReservedNode);
      },
    };
  },
};

function reservationOf(node: ReservedNode): Reservation {
  return {
    id: node.ReservedNodeId,
    name: node.ReservedNodeId,
    facts: factsOf(node),
    count: node.NodeCount,
    state: node.State,
    start: node.StartTime,
    charges: chargesOf(node),
  };
}

type Terms = Pick<ReservedNode, "NodeType" | "ReservedNodeOfferingType" | "OfferingType" | "Duration">;

function factsOf(terms: Terms): Facts {
  return {
    nodeType: terms.NodeType,
    offeringKind: terms.ReservedNodeOfferingType,
    ...termFacts(terms.OfferingType, terms.Duration),
  };
}
