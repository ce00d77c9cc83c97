import { maskToken } from "../../../src/spec/token.ts";
import type { Resolution, Submission } from "../../../src/spec/executor.ts";
import { judgeCandidates, unclear } from "../judge-candidates.ts";
import { purchaseGroupTag } from "../settings.ts";
import type { ReservedInstance } from "./api.ts";
import { instanceDifferences } from "./attributes.ts";
import { candidatesIn } from "./candidates.ts";
import { commitmentOf, countOf } from "./commitment.ts";
import { ec2RecommendationSchema } from "./recommendation.ts";

/** What a submission is judged by. */
export interface ResolveContext {
  /** Ids that the ledger knows to belong to other tokens. */
  readonly owned: ReadonlySet<string>;
  readonly tokenTag: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds after a submission before anything may be taken for proof that it came to nothing. */
  readonly minimumAge: number;
}

/**
 * What became of a submission, by a complete list. Adopts what carries its token, or the only candidate that fits in
 * everything; several candidates, or one that fits in part, are for a person.
 */
export function resolveSubmission(
  instances: readonly ReservedInstance[],
  submission: Submission,
  { owned, tokenTag, now, minimumAge }: ResolveContext,
): Resolution {
  const candidates = candidatesIn(instances, submission, owned, tokenTag);
  const { tagged } = candidates;
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  const { quantity } = recommendation;
  if (tagged.length > 0) {
    if (countOf(tagged) === quantity) return { kind: "found", commitment: commitmentOf(tagged, tokenTag) };
    return unclear(`${list(tagged)} carry the token, but not the count asked for (${quantity})`);
  }
  return judgeCandidates(candidates, {
    title: "EC2",
    thing: "Reserved Instance",
    quantity,
    list,
    isExact: (instance) =>
      instance.InstanceCount === quantity && instanceDifferences(recommendation, instance).length === 0,
    commitmentOf: (instance) => commitmentOf([instance], tokenTag),
    // Somebody else's failed purchase may look the same while our own is not listed yet.
    failedIsProof: now - submission.submittedAt >= minimumAge,
    manual: `If it is this purchase, tag it with ${tokenTag} = the token ${maskToken(submission.token)} that the report shows in full (on several also ${purchaseGroupTag} = the first id); if not, tag it with anything else under that key. Then drive again.`,
  });
}

/** `id (2 × m5.large, active)`, for a person. */
export function list(instances: readonly ReservedInstance[]): string {
  return instances
    .map(({ ReservedInstancesId: id, InstanceCount, InstanceType, State }) => {
      return `${id} (${InstanceCount ?? "?"} × ${InstanceType ?? "?"}, ${State ?? "?"})`;
    })
    .join(", ");
}
