import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import { judgeEvidence } from "../judge-evidence.ts";
import type { ReservationApi } from "./reservation-api.ts";
import { listedOf } from "./reservation-commitment.ts";
import { parsePurchaseRequest, tokenPartOf } from "./reservation-purchase-request.ts";
import type { ReservationRecommendation, ReservationService } from "./reservation-service.ts";

/** What became of a submission: what has the name under which it was sent, or what an answer named in its place. */
export async function resolveReservation<R extends ReservationRecommendation>(
  { title }: Pick<ReservationService<R>, "title">,
  api: ReservationApi<R>,
  submission: Submission,
  { signal, owned }: { readonly signal: AbortSignal; readonly owned: ReadonlySet<string> },
): Promise<Resolution> {
  const { name } = parsePurchaseRequest(submission.request);
  const found = await api.one({ name }, signal);
  if (found === undefined) {
    const named = await judgeEvidence(submission, owned, async (id) => {
      const one = await api.one({ id }, signal);
      return one && { ...one, carriesToken: tokenPartOf(one.name) !== undefined };
    });
    return named ?? { kind: "absent", reason: `${title} shows no reservation ${name}.` };
  }
  const listed = listedOf(found);
  // Its charges may be those of its list entry: the price is the one that was agreed on.
  const commitment = repriced(listed.commitment, submission);
  return { kind: "found", found: { ...listed, commitment }, by: "proof" };
}
