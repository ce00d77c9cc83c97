import type { ReservedNode } from "@aws-sdk/client-redshift";
import { z } from "zod";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { awsFields, matching, oneOf, regionField } from "../aws-fields.ts";
import type {
  Reservation,
  ReservationRecommendation,
  ReservationService,
} from "../reservations/reservation-service.ts";
import { chargesOf, termAttributes } from "../reservations/reservation-terms.ts";
import { sendOnce } from "../send-once.ts";
import { redshiftClients, redshiftSdk } from "./redshift-clients.ts";
import type { NodePurchaseRequest } from "./redshift-purchase-request.ts";

/** How Redshift names a kind of offering, by the word used in a recommendation. */
const offeringKinds = { regular: "Regular", upgradable: "Upgradable" } as const;

/** Reserved nodes to buy. */
export interface RedshiftRecommendation extends ReservationRecommendation {
  readonly service: "redshift";
  /** `ra3.4xlarge`. */
  readonly nodeType: string;
  /** Redshift sells a node type as both, at prices of their own: its `ReservedNodeOfferingType`. */
  readonly offeringKind: keyof typeof offeringKinds;
}

/**
 * Redshift's reserved nodes. Its offerings can be filtered by nothing but their id, so all are read and compared.
 * https://docs.aws.amazon.com/redshift/latest/APIReference/API_PurchaseReservedNodeOffering.html
 */
export const redshift: ReservationService<RedshiftRecommendation, NodePurchaseRequest> = {
  name: "redshift",
  title: "Redshift",
  schema: z.strictObject({
    ...awsFields("redshift"),
    region: regionField,
    nodeType: matching(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be a node type such as "ra3.4xlarge"'),
    offeringKind: oneOf(["regular", "upgradable"]),
    quantity: quantitySchema,
  }),
  describe: ({ nodeType, offeringKind }) => `${nodeType} ${offeringKind}`,
  asked: ({ nodeType, offeringKind }) =>
    new Map([
      ["nodeType", nodeType],
      ["offeringKind", offeringKinds[offeringKind]],
    ]),
  calls: {
    list: "DescribeReservedNodes",
    offerings: "DescribeReservedNodeOfferings",
    purchase: "PurchaseReservedNodeOffering",
    permissions: "redshift",
  },
  codes: {
    // The first two are HTTP 404 on the wire.
    alreadyExists: "ReservedNodeAlreadyExists",
    notFound: ["ReservedNodeNotFound"],
    quota: ["ReservedNodeQuotaExceeded"],
  },

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
          attributes: attributesOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: Marker };
      },

      async purchase(request, signal, report) {
        const buyer = await redshiftClients.buyer(connection);
        const command = new PurchaseReservedNodeOfferingCommand(request);
        command.middlewareStack.add(sendOnce(report), { step: "deserialize", priority: "low", name: "sendOnce" });
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
    attributes: attributesOf(node),
    count: node.NodeCount,
    state: node.State,
    start: node.StartTime,
    charges: chargesOf(node),
  };
}

type Terms = Pick<ReservedNode, "NodeType" | "ReservedNodeOfferingType" | "OfferingType" | "Duration">;

function attributesOf(terms: Terms): ReadonlyMap<string, string | undefined> {
  return new Map<string, string | undefined>([
    ["nodeType", terms.NodeType],
    ["offeringKind", terms.ReservedNodeOfferingType],
    ...termAttributes(terms.OfferingType, terms.Duration),
  ]);
}
