import type { Inventory } from "../../../src/contract/inventory.ts";
import { parseScope } from "../aws-scope.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { ConnectEc2, Ec2Api, ReservedInstance } from "./ec2-api.ts";
import { tagOf, tokenOf } from "./ec2-commitment.ts";
import { listedOf, purchasesIn } from "./ec2-listing.ts";

/** What EC2 shows of the Reserved Instances of an account in a region: all in one page. */
export function createEc2Inventory(connect: ConnectEc2, tokenTag: string): Inventory {
  return {
    // No state of EC2 says "ended" today: `retired` may be what was not paid for. One that does says that it was bought.
    endedCounts: true,

    async *list(scope, { signal }) {
      const api = await connect(parseScope(scope), signal);
      const all = await api.reservedInstances(signal);
      yield purchasesIn(all, tokenTag).map((members) => listedOf(members, tokenTag));
    },

    async read(scope, id, { signal }) {
      const api = await connect(parseScope(scope), signal);
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
