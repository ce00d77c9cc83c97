import type { Submission } from "../../../src/spec/executor.ts";
import { type Candidates, candidatesAmong } from "../candidates.ts";
import type { ReservedInstance } from "./api.ts";
import { instanceDifferences } from "./attributes.ts";
import { tagOf } from "./commitment.ts";
import { ec2RecommendationSchema } from "./recommendation.ts";

/** Looks through a complete list for what a submission may have bought. Throws for a submission that is not EC2's. */
export function candidatesIn(
  instances: readonly ReservedInstance[],
  submission: Submission,
  owned: ReadonlySet<string>,
  tokenTag: string,
): Candidates<ReservedInstance> {
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  return candidatesAmong(instances, submission, owned, {
    idOf: ({ ReservedInstancesId }) => ReservedInstancesId,
    startOf: ({ Start }) => Start,
    tokenOf: (instance) => tagOf(instance, tokenTag),
    differencesOf: (instance) => instanceDifferences(recommendation, instance),
  });
}
