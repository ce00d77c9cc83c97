import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { standingOf } from "../aws-commitment.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { judgeEvidence } from "../judge-evidence.ts";
import { beganBefore } from "../purchase-times.ts";
import { lookAndSay } from "../reservations/reservation-candidates.ts";
import type { KnownHostReservation } from "./host-api.ts";
import { type HostPurchase, listedPurchase, marksOf, purchasesOf, tagOf } from "./host-commitment.ts";
import { parseHostPurchase } from "./host-purchase-request.ts";

/** What a submission is looked for by. */
interface ResolveContext {
  readonly tagNames: TagNames;
  /** Ids that belong to other tokens. */
  readonly owned: ReadonlySet<string>;
}

/**
 * What became of a submission, by a complete list: what carries its client token in its purchase tag is proof. A host is covered by
 * one reservation, so a live one without any token that covers one of these hosts, and does not begin before, is for a person.
 */
export async function resolveHosts(
  all: readonly KnownHostReservation[],
  submission: Submission,
  { tagNames, owned }: ResolveContext,
): Promise<Resolution> {
  const { ClientToken, HostIdSet } = parseHostPurchase(submission.request);
  const isOwn = (purchase: HostPurchase) =>
    carriesToken(marksOf(purchase, tagNames.token), submission.token) &&
    (tagOf(purchase[0], purchaseGroupTag) ?? ClientToken) === ClientToken;
  const [own, ...others] = purchasesOf(all, tagNames.token).filter(isOwn);
  if (others.length > 0) {
    const ids = [own, ...others].flatMap((purchase) => purchase?.map((one) => one.HostReservationId) ?? []);
    return { kind: "unclear", reason: `several host reservations carry the token: ${ids.join(", ")}.` };
  }
  if (own) {
    const { commitment, ...shown } = listedPurchase(own, tagNames.token);
    return { kind: "found", found: { ...shown, commitment: repriced(commitment, submission) }, by: "proof" };
  }
  const named = await judgeEvidence(submission, owned, async (id) => {
    const one = all.find(({ HostReservationId }) => HostReservationId === id);
    return one && { state: one.State, start: one.Start, carriesToken: tagOf(one, tagNames.token) !== undefined };
  });
  if (named) return named;
  const covering = all.filter(
    (one) =>
      standingOf(one.State) === "live" &&
      !owned.has(one.HostReservationId) &&
      tagOf(one, tagNames.token) === undefined &&
      !beganBefore(one.Start, submission) &&
      one.HostIdSet?.some((host) => HostIdSet.includes(host)),
  );
  if (covering.length === 0) return { kind: "absent", reason: "EC2 shows no host reservation of this purchase." };
  const candidates = covering.map((one) => one.HostReservationId);
  return {
    kind: "unclear",
    reason: `${candidates.join(", ")} covers hosts of this purchase and carries no token. ${lookAndSay}`,
    candidates,
  };
}
