import { maskToken } from "../../../src/spec/token.ts";
import type { Resolution, Submission } from "../../../src/spec/executor.ts";
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
  const { tagged, untagged, early } = candidatesIn(instances, submission, owned, tokenTag);
  const { quantity } = submission.recommendation;
  if (tagged.length > 0) {
    if (countOf(tagged) === quantity) return { kind: "found", commitment: commitmentOf(tagged, tokenTag) };
    return unclear(`${list(tagged)} carry the token, but not the count asked for (${quantity})`);
  }
  const [candidate, ...others] = untagged;
  const manual = `If it is this purchase, tag it with ${tokenTag} = the token ${maskToken(submission.token)} that the report shows in full (on several also ${purchaseGroupTag} = the first id); if not, tag it with anything else under that key. Then drive again.`;
  if (!candidate && early.length > 0) {
    return unclear(
      `${list(early)} is new and fits, but began before the submission: EC2's clock and the ledger's differ. ${manual}`,
    );
  }
  if (!candidate) return { kind: "absent", reason: "EC2 lists no new Reserved Instance that fits the submission." };
  if (others.length > 0)
    return unclear(`several new Reserved Instances fit the submission: ${list(untagged)}. ${manual}`);
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  if (countOf(untagged) !== quantity || instanceDifferences(recommendation, candidate).length > 0) {
    return unclear(`${list(untagged)} is new and fits the submission only in part (asked for ${quantity}). ${manual}`);
  }
  const commitment = commitmentOf(untagged, tokenTag);
  if (commitment.standing === "live") return { kind: "found", commitment };
  // Somebody else's failed purchase may look the same while our own is not listed yet.
  if (commitment.standing === "failed" && now - submission.submittedAt >= minimumAge)
    return { kind: "found", commitment };
  return unclear(`${list(untagged)} fits the submission, but is ${commitment.state}. ${manual}`);
}

function unclear(reason: string): Resolution {
  return { kind: "unclear", reason: reason.endsWith(".") ? reason : `${reason}.` };
}

/** `id (2 × m5.large, active)`, for a person. */
export function list(instances: readonly ReservedInstance[]): string {
  return instances
    .map(({ ReservedInstancesId: id, InstanceCount, InstanceType, State }) => {
      return `${id} (${InstanceCount ?? "?"} × ${InstanceType ?? "?"}, ${State ?? "?"})`;
    })
    .join(", ");
}
