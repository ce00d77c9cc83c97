import type { Age } from "../../../src/contract/age.ts";
import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { judgeEvidence } from "../judge-evidence.ts";
import { type KnownReservation, listedOf } from "../reservations/reservation-commitment.ts";
import { absentUnlessSilent } from "../silent-minutes.ts";
import { mediaLiveMarks, mediaLiveRequestSchema } from "./medialive-service.ts";

/** What a submission is looked for by. */
interface ResolveContext {
  readonly tagNames: TagNames;
  /** Ids that belong to other tokens. */
  readonly owned: ReadonlySet<string>;
  /** How long ago the submission was last sent. */
  readonly age: Age;
}

/** What became of a submission, by a complete list: what carries its request id in its purchase tag is proof. */
export async function resolveMediaLive(
  all: readonly KnownReservation[],
  submission: Submission,
  { tagNames, owned, age }: ResolveContext,
): Promise<Resolution> {
  const marksOf = mediaLiveMarks(tagNames.token);
  const { RequestId } = mediaLiveRequestSchema.parse(submission.request);
  const [own, ...others] = all.filter(
    (one) => carriesToken(marksOf(one), submission.token) && (one.tags?.[purchaseGroupTag] ?? RequestId) === RequestId,
  );
  if (own && others.length > 0) {
    const ids = [own, ...others].map(({ id, state }) => `${id} (${state})`).join(", ");
    return { kind: "unclear", reason: `several reservations carry the token: ${ids}.` };
  }
  if (own) {
    const { commitment, ...shown } = listedOf(own, marksOf);
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    return { kind: "found", found: { ...shown, commitment: repriced(commitment, submission) }, by: "proof" };
  }
  const named = await judgeEvidence(submission, owned, async (id) => {
    const one = all.find((candidate) => candidate.id === id);
    return one && { state: one.state, start: one.start, carriesToken: marksOf(one).length > 0 };
  });
  return named ?? absentUnlessSilent(age, "MediaLive shows no reservation of this purchase");
}
