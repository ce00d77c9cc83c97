import type { Inventory } from "../../../src/contract/inventory.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { ConnectEc2, Ec2Api, ReservedInstance } from "./ec2-api.ts";
import { groupOf, listedOf, tagOf, tokenOf } from "./ec2-commitment.ts";

/** What EC2 shows of the Reserved Instances of an account in a region: all in one page. */
export function createEc2Inventory(connect: ConnectEc2, tokenTag: string): Inventory {
  return {
    // No state of EC2 says "ended" today: `retired` may be what was not paid for. One that does says that it was bought.
    endedCounts: true,

    async *list(scope, { signal }) {
      const api = await connect(scope, signal);
      const all = await api.reservedInstances(signal);
      yield purchasesIn(all, tokenTag).map((members) => listedOf(members, tokenTag));
    },

    async read(scope, id, { signal }) {
      const api = await connect(scope, signal);
      const found = await api.reservedInstances(signal, [id]);
      const own = found === "not-visible" ? undefined : found.find((item) => item.ReservedInstancesId === id);
      return own && listedOf(await membersWith(own, api, tokenTag, signal), tokenTag);
    },
  };
}

/** It, and where it is a part of a purchase that EC2 split, the others. */
async function membersWith(
  own: ReservedInstance,
  api: Ec2Api,
  tokenTag: string,
  signal: AbortSignal,
): Promise<readonly ReservedInstance[]> {
  if (tokenOf(own, tokenTag) === undefined || tagOf(own, purchaseGroupTag) === undefined) return [own];
  const purchases = purchasesIn(await api.reservedInstances(signal), tokenTag);
  const isOwn = ({ ReservedInstancesId }: ReservedInstance) => ReservedInstancesId === own.ReservedInstancesId;
  return purchases.find((members) => members.some(isOwn)) ?? [own];
}

/**
 * The Reserved Instances by purchase.
 *
 * Those with the same token are separate purchases, so that a double purchase is seen, unless they carry the same group
 * tag: `mark` stamps it on the parts of one purchase that EC2 split over several ids.
 */
function purchasesIn(instances: readonly ReservedInstance[], tokenTag: string): readonly ReservedInstance[][] {
  return [
    ...Map.groupBy(instances, (instance) => {
      const token = tokenOf(instance, tokenTag);
      // Without a token a group tag means nothing: it was copied, or the token was taken off.
      return token === undefined ? instance.ReservedInstancesId : JSON.stringify([token, groupOf(instance)]);
    }).values(),
  ];
}
