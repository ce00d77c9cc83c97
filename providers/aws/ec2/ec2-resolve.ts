import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { maskToken } from "../../../src/contract/token.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { CandidateSearch } from "../candidates.ts";
import { resolveCandidates } from "../resolve-candidates.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { candidatesIn } from "./ec2-candidates.ts";
import { countOf } from "./ec2-commitment.ts";
import { listedOf } from "./ec2-listing.ts";

/**
 * What became of a submission, by a complete list. What carries its token is proof, all of it together. Else the only candidate
 * is a guess; several are for a person.
 */
export function resolveSubmission(
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
      idOf: ({ ReservedInstancesId }) => ReservedInstancesId,
      startOf: ({ Start }) => Start,
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
