import type { Submission } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { type Candidates, candidatesAmong, type CandidateSearch } from "../candidates.ts";
import { durations } from "../aws-fields.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { instanceDifferences } from "./ec2-attributes.ts";
import { tagOf, tokenOf } from "./ec2-commitment.ts";
import { type Ec2Recommendation, ec2RecommendationSchema } from "./ec2-recommendation.ts";

/** Looks through a complete list for what a submission may have bought. Throws for a submission that is not EC2's. */
export function candidatesIn(
  instances: readonly ReservedInstance[],
  submission: Submission,
  search: CandidateSearch,
  tagNames: TagNames,
): Candidates<ReservedInstance> {
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  return candidatesAmong(instances, submission, search, {
    idOf: ({ ReservedInstancesId }) => ReservedInstancesId,
    startOf: ({ Start }) => Start,
    tokenOf: (instance) => tokenOf(instance, tagNames.token),
    isForeign: (instance) => {
      // No purchase is sent for a later day; and what another engine bought, it tagged.
      const source = tagOf(instance, tagNames.source);
      return isQueued(instance) || (source !== undefined && source !== submission.source);
    },
    isOlder: (instance) => isOlder(instance, recommendation),
    differencesOf: (instance) => instanceDifferences(recommendation, instance),
  });
}

/** It states all that was asked for, and when it began. Its count is another question. */
export function isWhole(instance: ReservedInstance, recommendation: Ec2Recommendation): boolean {
  return instance.Start !== undefined && instanceDifferences(recommendation, instance).length === 0;
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
