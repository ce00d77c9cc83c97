import { randomUUID } from "node:crypto";
import { Big } from "big.js";
import { AwsFault } from "../aws-fault.ts";
import { justBought } from "../aws-purchased.ts";
import { purchasesIn } from "../aws-purchase-requests.ts";
import type { QueryAction } from "../query-service.ts";
import { type Offering, offeringsOf } from "./ec2-sold-offerings.ts";
import type { Query } from "../query.ts";
import { reservedInstances } from "./reserved-instance.ts";

/** Buys every time that it is called: EC2 has nothing to recognise a repeated purchase by. */
export const purchaseReservedInstancesOffering: QueryAction = {
  run({ input: query, region, store, now, caller, behaviour }) {
    const id = query.demand("ReservedInstancesOfferingId");
    const offering = offeringsOf(region).find((candidate) => candidate.id === id);
    if (offering === undefined) {
      throw new AwsFault(400, "InvalidReservedInstancesOfferingId", "The specified offering does not exist");
    }
    query.demand("InstanceCount");
    const count = query.integer("InstanceCount") ?? 0;
    if (count < 1) {
      throw new AwsFault(400, "InvalidParameterValue", "Value (0) for parameter InstanceCount is invalid.");
    }
    checkLimit(query, offering, count);
    if (query.get("DryRun") === "true") {
      throw new AwsFault(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
    const returned = randomUUID();
    const bought = behaviour.tierCrossing
      ? split(count).map((part) => ({ id: randomUUID(), count: part }))
      : [{ id: returned, count }];
    for (const part of bought) {
      reservedInstances(store).set(part.id, {
        ...part,
        accountId: caller.accountId,
        region,
        sequence: purchasesIn(store),
        offering,
        purchasedAt: now,
        ...justBought,
        tags: {},
      });
    }
    return { reservedInstancesId: returned };
  },
};

/** The limit bounds what is paid at once, for the whole order. */
function checkLimit(query: Query, offering: Offering, count: number): void {
  const limit = query.get("LimitPrice.Amount");
  if (limit === undefined) {
    return;
  }
  if (!/^\d+(\.\d+)?(E[+-]?\d+)?$/i.test(limit) || (query.get("LimitPrice.CurrencyCode") ?? "USD") !== "USD") {
    throw new AwsFault(400, "InvalidParameterValue", "The limit price must be an amount in USD.");
  }
  if (new Big(offering.fixedPrice).times(count).gt(limit)) {
    throw new AwsFault(
      400,
      "LimitPriceExceeded",
      "The cost of the total order is greater than the specified limit price (instance count * price).",
    );
  }
}

function split(count: number): readonly number[] {
  const half = Math.floor(count / 2);
  return half === 0 ? [count] : [count - half, half];
}
