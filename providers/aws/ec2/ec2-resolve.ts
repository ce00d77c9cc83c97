import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { maskToken } from "../../../src/contract/token.ts";
import { statesAll } from "../aws-facts.ts";
import { durations } from "../aws-fields.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { type Candidates, candidatesAmong, type CandidateSearch, resolveCandidates } from "../candidates.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { countOf, listedOf, tagOf, tokenOf } from "./ec2-commitment.ts";
import { askedInstance, instanceFacts } from "./ec2-facts.ts";
import { type Ec2Recommendation, ec2RecommendationSchema } from "./ec2-recommendation.ts";

/**
 * What became of a submission, by a complete list. What carries its token is proof, all of it together. Else the only candidate
 * is a guess; several are for a person.
 */
export function resolveInstances(
  instances: readonly ReservedInstance[],
  submission: Submission,
  search: CandidateSearch,
  tagNames: TagNames,
): Resolution {
  const candidates = candidatesIn(instances, submission, search, tagNames);
  const { tagged } = candidates;
  if (tagged.length === 0) {
    return resolveCandidates(candidates, {
      title: "EC2",
      thing: "Reserved Instance",
      ...rows,
      list,
      listedOf: (instance) => listedOf([instance], tagNames.token),
      manual: howToTell(tagNames, submission),
    });
  }
  // It may be one part of several.
  if (countOf(tagged) === undefined) {
    return { kind: "unclear", reason: `The token is on ${list(tagged)}, but EC2 does not say how many that is.` };
  }
  return { kind: "found", found: listedOf(tagged, tagNames.token), by: "proof" };
}

/** What a person can do who knows which Reserved Instance it is. */
export function howToTell({ token: tokenTag }: TagNames, { token }: Pick<Submission, "token">): string {
  return `If it is this purchase, tag it with ${tokenTag} = the token ${maskToken(token)} that the report shows in full (on several also ${purchaseGroupTag} = the first id); if not, tag it with anything else under that key. Then drive again.`;
}

/** `id (2 × m5.large, active)`, for a person. */
export function list(instances: readonly ReservedInstance[]): string {
  return instances
    .map(({ ReservedInstancesId: id, InstanceCount, InstanceType, State }) => {
      return `${id} (${InstanceCount ?? "?"} × ${InstanceType ?? "?"}, ${State ?? "?"})`;
    })
    .join(", ");
}

const rows = {
  idOf: ({ ReservedInstancesId }: ReservedInstance) => ReservedInstancesId,
  startOf: ({ Start }: ReservedInstance) => Start,
};

/** Looks through a complete list for what a submission may have bought. Throws for a submission that is not EC2's. */
export function candidatesIn(
  instances: readonly ReservedInstance[],
  submission: Submission,
  search: CandidateSearch,
  tagNames: TagNames,
): Candidates<ReservedInstance> {
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  return candidatesAmong<ReservedInstance>(instances, submission, askedInstance(recommendation), search, {
    ...rows,
    tokenOf: (instance) => tokenOf(instance, tagNames.token),
    isForeign: (instance) => {
      // No purchase is sent for a later day; and what another engine bought, it tagged.
      const source = tagOf(instance, tagNames.source);
      return isQueued(instance) || (source !== undefined && source !== submission.source);
    },
    isOlder: (instance) => isOlder(instance, recommendation),
    factsOf: instanceFacts,
  });
}

/** It states all that was asked for, and when it began. Its count is another question. */
export function isWhole(instance: ReservedInstance, recommendation: Ec2Recommendation): boolean {
  return instance.Start !== undefined && statesAll(askedInstance(recommendation), instanceFacts(instance));
}

/** `queued`, or `queued-deleted`. */
function isQueued({ State }: ReservedInstance): boolean {
  const state: string = State ?? "";
  return state.startsWith("queued");
}

/** Milliseconds: EC2 ends a term a second early, and a year with a leap day a day late. */
const endTolerance = 3_600_000;

/**
 * Ends before its term is over: what is modified or exchanged gets a new id and keeps the end that it had, and what comes from
 * the Marketplace has what is left of somebody's term.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-modifying.html
 */
function isOlder({ Start, End }: ReservedInstance, { term }: Ec2Recommendation): boolean {
  if (Start === undefined || End === undefined) return false;
  return End.getTime() - Start.getTime() < durations[term] * 1000 - endTolerance;
}
