import { randomUUID } from "node:crypto";
import { AwsFault } from "../aws-fault.ts";
import { pageOf } from "../page.ts";
import { createQueryService, namespacedAnswers } from "../query-service.ts";
import { type Kind, offeringsIn } from "../reservations/reservation-sold-offerings.ts";
import { pageSize, termsElements } from "../reservations/query-terms.ts";
import { buyReservation, listReservations, type ShownReservation } from "../reservations/reservation.ts";
import type { XmlElements } from "../xml.ts";
import { redshiftTagActions } from "./redshift-tags.ts";

const service = "redshift";

/** Each node type as both kinds of offering, which whoever buys has to tell apart. */
const kinds: readonly Kind[] = (["Regular", "Upgradable"] as const).flatMap((ReservedNodeOfferingType) =>
  [
    { NodeType: "dc2.large", onDemand: "0.25" },
    { NodeType: "ra3.xlplus", onDemand: "1.086" },
    { NodeType: "ra3.4xlarge", onDemand: "3.26" },
  ].map(({ onDemand, NodeType }) => ({ onDemand, attributes: { NodeType, ReservedNodeOfferingType } })),
);

/** Redshift, as far as reserved nodes go. A purchase takes no id: the name of what is bought is one of Redshift's own. */
export const redshift = createQueryService({
  purchaseAction: "PurchaseReservedNodeOffering",
  signingName: service,
  version: "2012-12-01",
  ...namespacedAnswers("http://redshift.amazonaws.com/doc/2012-12-01/"),
  actions: {
    DescribeReservedNodeOfferings: {
      run({ input, region, fault }) {
        const wanted = input.get("ReservedNodeOfferingId");
        const all = offeringsIn(service, region, kinds).filter(({ id }) => wanted === undefined || id === wanted);
        if (all.length === 0) throw offeringNotFound();
        const { items, next } = pageOf(all, input.get("Marker"), pageSize(input), fault);
        return {
          ReservedNodeOfferings: {
            member: "ReservedNodeOffering",
            items: items.map((one) => ({ ReservedNodeOfferingId: one.id, ...termsElements(one), CurrencyCode: "USD" })),
          },
          Marker: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseReservedNodeOffering: {
      run(call) {
        const { input, region } = call;
        const wanted = input.demand("ReservedNodeOfferingId");
        const offering = offeringsIn(service, region, kinds).find(({ id }) => id === wanted);
        if (!offering) throw offeringNotFound();
        const bought = buyReservation(call, {
          service,
          name: randomUUID(),
          offering,
          count: input.integer("NodeCount") ?? 1,
          tags: {},
          alreadyExists: new AwsFault(
            404,
            "ReservedNodeAlreadyExists",
            "User already has a reservation with the given identifier.",
          ),
        });
        return { ReservedNode: nodeElements({ ...bought, state: "payment-pending" }) };
      },
    },
    DescribeReservedNodes: {
      run(call) {
        const { input, fault } = call;
        const name = input.get("ReservedNodeId");
        const found = listReservations(call, service, { name });
        if (name !== undefined && found.length === 0) {
          throw new AwsFault(404, "ReservedNodeNotFound", `The reserved node ${name} was not found.`);
        }
        const { items, next } = pageOf(found, input.get("Marker"), pageSize(input), fault);
        return { ReservedNodes: { member: "ReservedNode", items: items.map(nodeElements) }, Marker: next };
      },
      listingFaults: (input) =>
        input.get("ReservedNodeId") === undefined ? ["stale", "empty", "repeated-next-link"] : [],
    },
    ...redshiftTagActions,
  },
});

function offeringNotFound(): AwsFault {
  return new AwsFault(404, "ReservedNodeOfferingNotFound", "Specified offering does not exist.");
}

function nodeElements({ name, offering, count, state, purchasedAt }: ShownReservation): XmlElements {
  return {
    ReservedNodeId: name,
    ReservedNodeOfferingId: offering.id,
    ...termsElements(offering),
    CurrencyCode: "USD",
    StartTime: new Date(purchasedAt).toISOString(),
    NodeCount: count,
    State: state,
  };
}
