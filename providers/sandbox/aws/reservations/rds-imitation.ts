import { randomUUID } from "node:crypto";
import { AwsFault } from "../aws-fault.ts";
import { pageOf } from "../page.ts";
import { createQueryService, namespacedAnswers, type QueryAction } from "../query-service.ts";
import type { XmlElements } from "../xml.ts";
import { type Kind, offeringsIn, type ReservableOffering } from "./reservation-sold-offerings.ts";
import { matches, pageSize, termsElements } from "./query-terms.ts";
import { buyReservation, listReservations, type ShownReservation } from "./reservation.ts";

const service = "rds";

const kinds: readonly Kind[] = (["false", "true"] as const).flatMap((MultiAZ) =>
  [
    {
      DBInstanceClass: "db.r6g.large",
      ProductDescription: "postgresql",
      onDemand: MultiAZ === "true" ? "0.45" : "0.225",
    },
    { DBInstanceClass: "db.r6g.large", ProductDescription: "mysql", onDemand: MultiAZ === "true" ? "0.43" : "0.215" },
    { DBInstanceClass: "db.m5.large", ProductDescription: "sqlserver-se", onDemand: "0.977" },
    // Found by whoever asks for sqlserver-se and does not compare: the filter matches parts.
    { DBInstanceClass: "db.m5.large", ProductDescription: "sqlserver-se (byol)", onDemand: "0.171" },
  ].map(({ onDemand, ...attributes }) => ({ onDemand, attributes: { ...attributes, MultiAZ } })),
);

/** RDS, as far as reserved DB instances go. */
export const rds = createQueryService({
  signingName: service,
  version: "2014-10-31",
  purchaseAction: "PurchaseReservedDBInstancesOffering",
  ...namespacedAnswers("http://rds.amazonaws.com/doc/2014-10-31/"),
  actions: {
    DescribeReservedDBInstancesOfferings: {
      run({ input, region, fault }) {
        const all = offeringsIn(service, region, kinds).filter((offering) =>
          matches(offering, input, ["DBInstanceClass", "MultiAZ"]),
        );
        const { items, next } = pageOf(all, input.get("Marker"), pageSize(input), fault);
        return {
          ReservedDBInstancesOfferings: { member: "ReservedDBInstancesOffering", items: items.map(offeringElements) },
          Marker: next,
        };
      },
      listingFaults: () => ["repeated-next-link"],
    },
    PurchaseReservedDBInstancesOffering: {
      run(call) {
        const { input, region } = call;
        const wanted = input.demand("ReservedDBInstancesOfferingId");
        const offering = offeringsIn(service, region, kinds).find(({ id }) => id === wanted);
        if (!offering) throw new AwsFault(404, "ReservedDBInstancesOfferingNotFound", "There is no such offering.");
        const name = (input.get("ReservedDBInstanceId") ?? `ri-${randomUUID()}`).toLowerCase();
        const bought = buyReservation(call, {
          service,
          name,
          offering,
          count: input.integer("DBInstanceCount") ?? 1,
          tags: input.tags("Tags.Tag"),
          alreadyExists: new AwsFault(
            404,
            "ReservedDBInstanceAlreadyExists",
            "User already has a reservation with the given identifier.",
          ),
        });
        return { ReservedDBInstance: elements({ ...bought, state: "payment-pending" }) };
      },
    },
    DescribeReservedDBInstances: describeReservedDBInstances(),
  },
});

function describeReservedDBInstances(): QueryAction {
  return {
    run(call) {
      const { input, fault } = call;
      const name = input.get("ReservedDBInstanceId");
      const found = listReservations(call, service, { name });
      if (name !== undefined && found.length === 0) {
        throw new AwsFault(404, "ReservedDBInstanceNotFound", `Reserved DB Instance ${name} not found.`);
      }
      const { items, next } = pageOf(found, input.get("Marker"), pageSize(input), fault);
      return { ReservedDBInstances: { member: "ReservedDBInstance", items: items.map(elements) }, Marker: next };
    },
    listingFaults: (input) =>
      input.get("ReservedDBInstanceId") === undefined ? ["stale", "empty", "repeated-next-link"] : [],
  };
}

function offeringElements(offering: ReservableOffering): XmlElements {
  return { ReservedDBInstancesOfferingId: offering.id, ...termsElements(offering), CurrencyCode: "USD" };
}

function elements(reservation: ShownReservation): XmlElements {
  const { name, accountId, offering, count, state, purchasedAt, region } = reservation;
  return {
    ReservedDBInstanceId: name,
    ReservedDBInstancesOfferingId: offering.id,
    ...termsElements(offering),
    CurrencyCode: "USD",
    StartTime: new Date(purchasedAt).toISOString(),
    DBInstanceCount: count,
    State: state,
    ReservedDBInstanceArn: `arn:aws:rds:${region}:${accountId}:ri:${name}`,
  };
}
