import type { Commitment } from "../../../src/contract/commitment.ts";
import type { OldListing } from "../../../src/contract/old-executor.ts";
import type { ListedCommitment } from "../../../src/contract/listed-commitment.ts";
import { statedAttributes } from "../differences.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { foundAttributes } from "./ec2-attributes.ts";
import { commitmentOf, countOf, groupOf, tokenOf } from "./ec2-commitment.ts";

/**
 * Finds tokens and ids in a complete list of Reserved Instances.
 *
 * Reserved Instances with the same token are separate purchases, so that a double purchase is seen, unless they carry
 * the same group tag: `mark` stamps it on the parts of one purchase that EC2 split over several ids.
 */
export function indexInstances(
  instances: readonly ReservedInstance[],
  { tokens, ids }: { readonly tokens: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  tokenTag: string,
): OldListing {
  const byToken = new Map<string, Commitment[]>();
  const byId = new Map<string, Commitment>();
  for (const members of purchasesIn(instances, tokenTag)) {
    const commitment = commitmentOf(members, tokenTag);
    for (const { ReservedInstancesId: id } of members) {
      if (ids.has(id)) byId.set(id, commitment);
    }
    const token = members[0] && tokenOf(members[0], tokenTag);
    if (token !== undefined && tokens.has(token)) byToken.set(token, [...(byToken.get(token) ?? []), commitment]);
  }
  return { byToken, byId };
}

/** The Reserved Instances by purchase. */
export function purchasesIn(instances: readonly ReservedInstance[], tokenTag: string): readonly ReservedInstance[][] {
  return [
    ...Map.groupBy(instances, (instance) => {
      const token = tokenOf(instance, tokenTag);
      // Without a token a group tag means nothing: it was copied, or the token was taken off.
      return token === undefined ? instance.ReservedInstancesId : JSON.stringify([token, groupOf(instance)]);
    }).values(),
  ];
}

/** A purchase as an audit sees it: its members differ in their counts alone. */
export function listedPurchase(members: readonly ReservedInstance[], tokenTag: string): ListedCommitment {
  const [first] = members;
  return {
    commitment: commitmentOf(members, tokenTag),
    token: first && tokenOf(first, tokenTag),
    attributes: statedAttributes(foundAttributes(first ?? {})),
    count: countOf(members),
  };
}
