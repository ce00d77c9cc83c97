import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { judgeEvidence } from "../judge-evidence.ts";
import { sameName } from "../reservations/reservation-api.ts";
import { type KnownReservation, listedOf } from "../reservations/reservation-commitment.ts";
import { mediaConnectMarks, mediaConnectRequestSchema } from "./mediaconnect-service.ts";

/** What became of a submission, by a complete list: what has its name is proof. `owned` are the ids that belong to other tokens. */
export async function resolveMediaConnect(
  all: readonly KnownReservation[],
  submission: Submission,
  owned: ReadonlySet<string>,
): Promise<Resolution> {
  const { ReservationName: name } = mediaConnectRequestSchema.parse(submission.request);
  const isOwn = (one: KnownReservation) =>
    sameName(one.name, name) || carriesToken(mediaConnectMarks(one), submission.token);
  const [own, ...others] = all.filter(isOwn);
  if (own && others.length > 0) {
    const ids = [own, ...others].map(({ id, state }) => `${id} (${state})`).join(", ");
    return { kind: "unclear", reason: `several reservations have the name ${name}: ${ids}.` };
  }
  if (own) {
    const { commitment, ...shown } = listedOf(own, mediaConnectMarks);
    // Its charges may be those of its list entry: the price is the one that was agreed on.
    return { kind: "found", found: { ...shown, commitment: repriced(commitment, submission) }, by: "proof" };
  }
  const named = await judgeEvidence(submission, owned, async (id) => {
    const one = all.find((candidate) => candidate.id === id);
    // It begins when it was asked to, which says nothing of when it was bought.
    return one && { state: one.state, start: undefined, carriesToken: mediaConnectMarks(one).length > 0 };
  });
  return named ?? { kind: "absent", reason: `MediaConnect shows no reservation ${name}.` };
}
