import type { Facts, Listed } from "../../../src/contract/listed.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { instanceFacts } from "./ec2-attributes.ts";
import { commitmentOf, countOf, groupOf, tokenOf } from "./ec2-commitment.ts";

/**
 * The Reserved Instances by purchase.
 *
 * Those with the same token are separate purchases, so that a double purchase is seen, unless they carry the same group
 * tag: `mark` stamps it on the parts of one purchase that EC2 split over several ids.
 */
export function purchasesIn(instances: readonly ReservedInstance[], tokenTag: string): readonly ReservedInstance[][] {
  return [
    ...Map.groupBy(instances, (instance) => {
      const token = tokenOf(instance, tokenTag);
      // Without a token a group tag means nothing: it was copied, or the token was taken off.
      return token === undefined ? instance.ReservedInstancesId : JSON.stringify([token, groupOf(instance)]);
    }).values(),
  ];
}

/** One purchase by its members, which carry the same token, or none. */
export function listedOf(members: readonly ReservedInstance[], tokenTag: string): Listed {
  const token = members[0] && tokenOf(members[0], tokenTag);
  return {
    commitment: commitmentOf(members, tokenTag),
    // A tag has room for more than a token: anything shorter is what somebody wrote there.
    marks: token === undefined ? [] : [{ text: token, whole: /^[0-9a-f]{64}$/.test(token) }],
    facts: { ...commonFacts(members), quantity: countOf(members)?.toString() },
  };
}

/** What all of them state; where they differ, everything that they say, which is nothing that was asked for. */
function commonFacts(members: readonly ReservedInstance[]): Facts {
  const [first = {}, ...others] = members.map(instanceFacts);
  return Object.fromEntries(
    Object.entries(first).map(([field, value]) => {
      const values = [value, ...others.map((facts) => facts[field])];
      return [field, values.includes(undefined) ? undefined : [...new Set(values)].join(" and ")];
    }),
  );
}
