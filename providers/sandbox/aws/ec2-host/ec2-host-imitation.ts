import { createHash, randomUUID } from "node:crypto";
import { Big } from "big.js";
import { AwsFault } from "../aws-fault.ts";
import { isCallers } from "../aws-purchased.ts";
import type { AwsCall, AwsSite } from "../aws-service.ts";
import { matchesFilters } from "../ec2/filters.ts";
import { pageOf } from "../page.ts";
import type { Query } from "../query.ts";
import type { QueryAction } from "../query-service.ts";
import { offeringsIn, type ReservableOffering } from "../reservations/reservation-sold-offerings.ts";
import { buyReservation, listReservations, reservations, type ShownReservation } from "../reservations/reservation.ts";
import type { XmlElements } from "../xml.ts";

const service = "ec2-host";

/** The price of a host for an hour on demand: plausible, not current. */
const kinds = [
  { attributes: { instanceFamily: "m5" }, onDemand: "5.069" },
  { attributes: { instanceFamily: "c5" }, onDemand: "4.488" },
];

/** Every host of the sandbox is of this family, and there is every host that has a well-formed id. */
const familyOfHosts = "m5";

const offeringsOf = (region: string) => offeringsIn(service, region, kinds);
const familyOf = ({ attributes }: ReservableOffering) => attributes["instanceFamily"] ?? "";

/** Dedicated Host reservations, as actions of EC2. */
export const ec2HostActions: Readonly<Record<string, QueryAction>> = {
  DescribeHostReservationOfferings: {
    run({ input, region, fault }) {
      const found = offeringsOf(region).filter(
        (offering) =>
          [undefined, offering.id].includes(input.get("OfferingId")) &&
          offering.duration >= (input.integer("MinDuration") ?? 0) &&
          offering.duration <= (input.integer("MaxDuration") ?? Infinity) &&
          matchesFilters(
            input,
            { "instance-family": [familyOf(offering)], "payment-option": [paymentOf(offering)] },
            false,
          ),
      );
      const { items, next } = pageOf(found, input.get("NextToken"), pageSize(input), fault);
      return {
        offeringSet: items.map((offering) => ({ offeringId: offering.id, ...terms(offering, 1) })),
        nextToken: next,
      };
    },
    listingFaults: () => ["repeated-next-link"],
  },

  GetHostReservationPurchasePreview: {
    run(call) {
      // Whether the real one previews for a host that is covered already is not documented.
      const { offering, hosts } = wantedBy(call);
      return previewOf(offering, hosts);
    },
  },

  PurchaseHostReservation: {
    run(call) {
      const { input, now, behaviour } = call;
      const { offering, hosts } = wantedBy(call);
      const clientToken = input.get("ClientToken");
      const tags = input.tags("TagSpecification.1.Tag");
      const earlier = ownOf(call).find(
        (one) =>
          clientToken !== undefined &&
          one.clientToken === clientToken &&
          now - one.purchasedAt < behaviour.clientTokenMemory,
      );
      if (earlier !== undefined) {
        if (earlier.offering.id !== offering.id || earlier.attachedTo?.join() !== hosts.join()) {
          throw new AwsFault(400, "IdempotentParameterMismatch", "The client token was used with other parameters.");
        }
        return { clientToken, ...previewOf(offering, hosts, earlier.name) };
      }
      refuseCovered(call, hosts);
      checkLimit(input, offering, hosts.length);
      const { name } = buyReservation(call, {
        service,
        name: `hr-${createHash("sha256").update(randomUUID()).digest("hex").slice(0, 17)}`,
        offering,
        count: hosts.length,
        tags,
        clientToken,
        attachedTo: hosts,
        alreadyExists: new AwsFault(500, "InternalError", "The id was given out before."),
      });
      return { clientToken, ...previewOf(offering, hosts, name) };
    },
  },

  DescribeHostReservations: {
    run(call) {
      const { input, fault } = call;
      const ids = input.list("HostReservationIdSet");
      const found = listReservations(call, service, {}).filter(
        (one) => (ids.length === 0 || ids.includes(one.name)) && matches(one, input),
      );
      const { items, next } = pageOf(found, input.get("NextToken"), pageSize(input), fault);
      return { hostReservationSet: items.map(elements), nextToken: next };
    },
    listingFaults: () => ["stale", "empty", "repeated-next-link"],
  },
};

/** The documented size of a page. */
function pageSize(input: Query): number {
  const size = input.integer("MaxResults") ?? 500;
  if (size < 5 || size > 500) throw new AwsFault(400, "InvalidParameterValue", "MaxResults must be 5 to 500.");
  return size;
}

/** What is to be bought for which hosts, which have to exist and to be of the offering's family. */
function wantedBy({ input, region }: AwsCall<Query>) {
  const id = input.demand("OfferingId");
  const hosts = input.list("HostIdSet").toSorted();
  if (hosts.length === 0)
    throw new AwsFault(400, "MissingParameter", "The request must contain the parameter HostIdSet");
  if (hosts.some((host) => !/^h-([0-9a-f]{8}|[0-9a-f]{17})$/.test(host))) {
    throw new AwsFault(400, "InvalidHostID.Malformed", "The specified Dedicated Host ID is not formed correctly.");
  }
  const offering = offeringsOf(region).find((candidate) => candidate.id === id);
  if (offering === undefined) throw new AwsFault(400, "InvalidParameterValue", "The offering does not exist.");
  if (familyOf(offering) !== familyOfHosts) {
    throw new AwsFault(400, "InvalidHostConfiguration", `The Dedicated Hosts are not of ${familyOf(offering)}.`);
  }
  return { offering, hosts };
}

/** Those of the caller in the region, also where they cannot be seen yet. */
function ownOf(site: AwsSite) {
  return reservations(site.store)
    .values()
    .filter((one) => one.service === service && one.region === site.region && isCallers(one, site));
}

/** A host is covered by one reservation, unless that came to nothing or is over. */
function refuseCovered(site: AwsSite, hosts: readonly string[]): void {
  if (site.behaviour.soldOnce === "sold") return;
  const open = ownOf(site).filter(({ state = "" }) => !["payment-failed", "retired"].includes(state));
  if (open.some(({ attachedTo }) => attachedTo?.some((host) => hosts.includes(host)))) {
    const message = "The specified Dedicated Host is already covered by a reservation.";
    throw new AwsFault(400, "HostAlreadyCoveredByReservation", message);
  }
}

/** The limit bounds what is paid at once, for all hosts. */
function checkLimit(input: Query, { fixedPrice }: ReservableOffering, hosts: number): void {
  const limit = input.get("LimitPrice");
  if (limit === undefined) return;
  if (!/^\d+(\.\d+)?$/.test(limit) || (input.get("CurrencyCode") ?? "USD") !== "USD") {
    throw new AwsFault(400, "InvalidParameterValue", "The limit price must be an amount in USD.");
  }
  if (new Big(fixedPrice).times(hosts).gt(limit)) {
    throw new AwsFault(400, "LimitPriceExceeded", "The total upfront cost is greater than the limit price.");
  }
}

function previewOf(offering: ReservableOffering, hosts: readonly string[], id?: string): XmlElements {
  const { upfrontPrice, hourlyPrice, ...rest } = terms(offering, hosts.length);
  return {
    currencyCode: "USD",
    purchase: [{ ...rest, upfrontPrice, hourlyPrice, hostIdSet: idSet(hosts), hostReservationId: id }],
    totalUpfrontPrice: upfrontPrice,
    totalHourlyPrice: hourlyPrice,
  };
}

/** EC2's words, and its prices with three digits, of so many hosts. */
function terms(offering: ReservableOffering, hosts: number) {
  return {
    currencyCode: "USD",
    duration: offering.duration,
    hourlyPrice: new Big(offering.hourly).times(hosts).toFixed(3),
    instanceFamily: familyOf(offering),
    paymentOption: paymentOf(offering),
    upfrontPrice: new Big(offering.fixedPrice).times(hosts).toFixed(3),
  };
}

function paymentOf({ offeringType }: ReservableOffering): string {
  return offeringType.replace(" ", "");
}

function matches({ offering, state, tags }: ShownReservation, input: Query): boolean {
  const fields = {
    "instance-family": [familyOf(offering)],
    "payment-option": [paymentOf(offering)],
    state: [state],
    "tag-key": Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, [value]])),
  };
  return matchesFilters(input, fields, true);
}

function elements(one: ShownReservation): XmlElements {
  const { name, offering, count, state, purchasedAt, attachedTo = [], tags } = one;
  return {
    hostReservationId: name,
    offeringId: offering.id,
    count,
    ...terms(offering, count),
    hostIdSet: idSet(attachedTo),
    start: new Date(purchasedAt).toISOString(),
    end: new Date(purchasedAt + offering.duration * 1000).toISOString(),
    state,
    tagSet: Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}

function idSet(ids: readonly string[]) {
  return { member: "item", items: ids };
}
