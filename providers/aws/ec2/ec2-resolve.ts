import { maskToken } from "../../../src/contract/token.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import type { OldResolution } from "../../../src/contract/old-executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import type { CandidateSearch } from "../candidates.ts";
import { judgeCandidates, unclear } from "../judge-candidates.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { candidatesIn, isWhole } from "./ec2-candidates.ts";
import { commitmentOf, countOf } from "./ec2-commitment.ts";
import { ec2RecommendationSchema } from "./ec2-recommendation.ts";

/**
 * What became of a submission, by a complete list. What carries its token is proof. Else the only candidate that fits in
 * everything is a guess; several candidates, or one that fits in part, are for a person.
 */
export function resolveSubmission(
  instances: readonly ReservedInstance[],
  submission: Submission,
  search: CandidateSearch,
  tagNames: TagNames,
): OldResolution {
  const candidates = candidatesIn(instances, submission, search, tagNames);
  const { tagged } = candidates;
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  const { quantity } = recommendation;
  if (tagged.length > 0) {
    const commitment = commitmentOf(tagged, tagNames.token);
    if (countOf(tagged) !== quantity) {
      return unclear(`${list(tagged)} carry the token, but not the count asked for (${quantity})`);
    }
    if (commitment.standing !== "unclear") return { kind: "found", commitment };
    return unclear(`${list(tagged)} carries the token, and it cannot be told whether it was paid. Look at it at AWS`);
  }
  return judgeCandidates(candidates, {
    title: "EC2",
    thing: "Reserved Instance",
    quantity,
    list,
    isExact: (instance) => instance.InstanceCount === quantity && isWhole(instance, recommendation),
    commitmentOf: (instance) => commitmentOf([instance], tagNames.token),
    manual: howToTell(tagNames, submission),
  });
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
