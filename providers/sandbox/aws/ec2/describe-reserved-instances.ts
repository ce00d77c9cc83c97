import { AwsFault } from "../aws-fault.ts";
import { shownBy } from "../aws-purchase-requests.ts";
import type { QueryAction } from "../query-service.ts";
import { termsElements } from "./describe-offerings.ts";
import { matchesFilters } from "./filters.ts";
import type { AwsBehaviour } from "../aws-sandbox-options.ts";
import type { Query } from "../query.ts";
import { noteReads, stateOf, visibleIn } from "../aws-purchased.ts";
import { reservedInstances, type StoredReservedInstance } from "./reserved-instance.ts";
import type { XmlElements } from "../xml.ts";

const idParameter = "ReservedInstancesId";

/** Not paginated. Shows each as it was before this read. */
export const describeReservedInstances: QueryAction = {
  run(call) {
    const { input: query, store, behaviour } = call;
    const visible = shownBy(call.fault, visibleIn(call, reservedInstances(store)));
    const ids = query.list(idParameter);
    if (ids.some((id) => !visible.some((reserved) => reserved.id === id))) {
      throw new AwsFault(400, "InvalidReservedInstancesId", "The specified Reserved Instance does not exist");
    }
    const found = visible.filter(
      (reserved) => (ids.length === 0 || ids.includes(reserved.id)) && matches(reserved, query, behaviour),
    );
    noteReads(call, reservedInstances(store), found);
    return { reservedInstancesSet: found.map((reserved) => elements(reserved, behaviour)) };
  },
  // A read by id is no listing: it shows what is there.
  listingFaults: (query) => (query.list(idParameter).length > 0 ? [] : ["stale", "empty"]),
};

function matches(reserved: StoredReservedInstance, query: Query, behaviour: AwsBehaviour): boolean {
  const { offering, tags } = reserved;
  const asked = (name: string, value: string) => [undefined, value].includes(query.get(name));
  const state = stateOf(reserved, behaviour);
  return (
    asked("OfferingClass", offering.offeringClass) &&
    asked("OfferingType", offering.offeringType) &&
    matchesFilters(
      query,
      {
        ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tag:${key}`, [value]])),
        "tag-key": Object.keys(tags),
        "availability-zone": offering.availabilityZone === undefined ? [] : [offering.availabilityZone],
        duration: [String(offering.duration)],
        "instance-type": [offering.instanceType],
        "product-description": [offering.productDescription],
        "reserved-instances-id": [reserved.id],
        scope: [offering.scope],
        // The documented filter knows payment-pending, active, payment-failed and retired, and misses queued ones.
        state: state.startsWith("queued") ? [] : [state],
      },
      true,
    )
  );
}

function elements(reserved: StoredReservedInstance, behaviour: AwsBehaviour): XmlElements {
  const { offering, purchasedAt, tags } = reserved;
  return {
    reservedInstancesId: reserved.id,
    ...termsElements(offering),
    start: new Date(purchasedAt).toISOString(),
    end: new Date(purchasedAt + offering.duration * 1000).toISOString(),
    instanceCount: reserved.count,
    state: stateOf(reserved, behaviour),
    tagSet: Object.keys(tags).length === 0 ? undefined : Object.entries(tags).map(([key, value]) => ({ key, value })),
  };
}
