import type { Commitment, Standing } from "../../../src/contract/commitment.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import { isFinal, standingOf, together } from "../aws-commitment.ts";
import { priceOf, pricedByTheHour, sumOf, type Price } from "../aws-price.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { instanceFacts } from "./ec2-facts.ts";

/** The value of a tag, without blanks around it; undefined where there is no such tag or it is empty. Keys are case-sensitive. */
export function tagOf({ Tags }: ReservedInstance, key: string): string | undefined {
  return Tags?.find(({ Key, Value }) => Key === key && Value?.trim())?.Value?.trim();
}

/** The token that it carries, in lower case: a person may have typed it. */
export function tokenOf(instance: ReservedInstance, tokenTag: string): string | undefined {
  return tagOf(instance, tokenTag)?.toLowerCase();
}

/** Equal for the members of one purchase that EC2 split over several ids. */
export function groupOf(instance: ReservedInstance): string {
  return tagOf(instance, purchaseGroupTag) ?? instance.ReservedInstancesId;
}

/** Instances of all members together; undefined where EC2 left one out. */
export function countOf(instances: readonly ReservedInstance[]): number | undefined {
  const counts = instances.map(({ InstanceCount }) => InstanceCount);
  return counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined;
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

/**
 * One commitment from the Reserved Instances of one purchase: usually one, several where it crossed a discount tier.
 * The id is the one that the members' group tag names, else the first in order.
 */
export function commitmentOf(instances: readonly ReservedInstance[], tokenTag: string): Commitment {
  const sorted = instances.toSorted((a, b) => (a.ReservedInstancesId < b.ReservedInstancesId ? -1 : 1));
  const [lead] = sorted;
  if (!lead) throw new RangeError("A commitment needs at least one Reserved Instance.");
  const ids = sorted.map(({ ReservedInstancesId }) => ReservedInstancesId);
  const id = ids.find((candidate) => candidate === groupOf(lead)) ?? lead.ReservedInstancesId;
  const states: string[] = sorted.map(({ State }) => State ?? "unknown");
  const price = totalOf(sorted);
  const start = lead.Start?.toISOString();
  return {
    id,
    ...(ids.length > 1 ? { furtherIds: ids.filter((other) => other !== id) } : {}),
    state: states.find((state) => !isFinal(state)) ?? states[0] ?? "unknown",
    standing: together(states.map(ec2StandingOf)),
    settled: states.every(isFinal),
    marked: instances.every((instance) => tokenOf(instance, tokenTag) !== undefined),
    ...(price ? pricedByTheHour(price) : {}),
    ...(start ? { purchasedAt: start } : {}),
  };
}

/**
 * `retired` is expired, modified or exchanged, and on EC2 also what follows a payment that did not arrive.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-concepts-buying.html
 */
function ec2StandingOf(state: string): Standing {
  return state === "retired" ? "unclear" : standingOf(state);
}

function totalOf(instances: readonly ReservedInstance[]): Price | undefined {
  const prices = instances.map((one) =>
    one.InstanceCount === undefined ? undefined : priceOf(one, one.InstanceCount),
  );
  return prices.every((price) => price !== undefined) ? sumOf(prices) : undefined;
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
