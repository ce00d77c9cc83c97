import type { Commitment } from "../../../src/spec/commitment.ts";
import type { Environment } from "../../../src/spec/environment.ts";
import { RefusedError } from "../../../src/spec/errors.ts";
import type { Marker, Submission } from "../../../src/spec/executor.ts";
import type { TagNames } from "../../../src/spec/tag-names.ts";
import { maskToken } from "../../../src/spec/token.ts";
import { purchaseGroupTag, type VisibilityLimits } from "../settings.ts";
import type { Ec2Api, ReservedInstance } from "./api.ts";
import { candidatesIn } from "./candidates.ts";
import { commitmentOf, countOf, tagOf } from "./commitment.ts";
import { list } from "./resolve.ts";

/** What is marked, and with what. */
export interface MarkRequest {
  readonly commitment: Commitment;
  /** Where given, ids that turn out not to be the final ones can be replaced by those that are. */
  readonly submission: Submission | undefined;
  readonly marker: Marker;
  /** Ids that the ledger knows to belong to other tokens. */
  readonly owned: ReadonlySet<string>;
}

/** Where and within which limits. */
export interface MarkContext {
  readonly api: Ec2Api;
  readonly tagNames: TagNames;
  readonly visibility: VisibilityLimits;
  readonly environment: Environment;
  readonly signal: AbortSignal;
}

/**
 * Tags what was bought with source and token, and returns it as EC2 then shows it. Waits while an id, or a tag, is not
 * visible yet. A tag of another token is never overwritten.
 *
 * A purchase that crosses a discount tier becomes several Reserved Instances, and the id in its answer is then not a
 * final one. Where that id stays unknown, or counts too little, new untagged ones that fit are taken for it, if their
 * counts add up exactly; they get a group tag, by which they are recognised as one purchase.
 *
 * Throws a RefusedError when the tags are not known to be there.
 */
export async function markCommitment(request: MarkRequest, context: MarkContext): Promise<Commitment> {
  const { commitment, marker } = request;
  const { api, tagNames, signal } = context;
  const members = await findMembers(request, context);
  const ids = members.map(({ ReservedInstancesId }) => ReservedInstancesId).toSorted();
  const stamped = members.map((instance) => tagOf(instance, purchaseGroupTag));
  const group = stamped.find((value) => value !== undefined && ids.includes(value)) ?? ids[0];
  const tags = {
    [tagNames.source]: marker.source,
    [tagNames.token]: marker.token,
    ...(ids.length > 1 && group ? { [purchaseGroupTag]: group } : {}),
  };
  const isTagged = (instance: ReservedInstance) =>
    Object.entries(tags).every(([key, value]) => tagOf(instance, key) === value);

  let tagged = members.every(isTagged);
  const shown = tagged
    ? members
    : await retried(context, async () => {
        tagged ||= (await api.createTags(ids, tags, signal)) === "tagged";
        if (!tagged) return undefined;
        // CreateTags answers with nothing, so an HTML page with status 200 looks like success: only the tags prove it.
        const found = await api.reservedInstances(signal, ids);
        return found !== "not-visible" && found.length === ids.length && found.every(isTagged) ? found : undefined;
      });
  if (!shown) throw notMarked(`EC2 does not show the tags on ${ids.join(", ")} yet`, marker);
  const current = commitmentOf(shown, tagNames.token);
  const price = commitment.price ?? current.price;
  return { ...current, marked: true, ...(price ? { price } : {}) };
}

/** The Reserved Instances that the purchase became. */
async function findMembers(request: MarkRequest, context: MarkContext): Promise<readonly ReservedInstance[]> {
  const { commitment, submission, marker, owned } = request;
  const { api, tagNames, signal } = context;
  const ids = [commitment.id, ...(commitment.furtherIds ?? [])];
  const known = await retried(context, async () => {
    const found = await api.reservedInstances(signal, ids);
    return found !== "not-visible" && found.length === ids.length ? found : undefined;
  });
  if (known) refuseForeignTag(known, marker, tagNames);
  if (!submission) {
    if (known) return known;
    throw notMarked(`EC2 does not know ${ids.join(", ")}`, marker);
  }
  const { quantity } = submission.recommendation;
  if (known && (countOf(known) ?? quantity) === quantity) return known;

  const { tagged, untagged } = candidatesIn(await api.reservedInstances(signal), submission, owned, tagNames.token);
  const members = [...tagged, ...untagged];
  if (members.length > 0 && countOf(members) === quantity) return members;
  const seen =
    members.length > 0
      ? `What is new there does not add up to ${quantity}: ${list(members)}`
      : "Nothing new there fits";
  throw notMarked(
    `EC2 ${known ? `shows ${list(known)} instead of ${quantity} instances` : `does not know ${ids.join(", ")}`}. ${seen}`,
    marker,
  );
}

function refuseForeignTag(instances: readonly ReservedInstance[], { token }: Marker, tagNames: TagNames): void {
  for (const instance of instances) {
    const other = tagOf(instance, tagNames.token);
    if (other === undefined || other === token) continue;
    throw new RefusedError({
      code: "commitment-taken",
      message: `${instance.ReservedInstancesId} carries the token ${maskToken(other)} of another recommendation and is not marked with ${maskToken(token)}. A person has to look at what was bought for both.`,
    });
  }
}

/** Tries until there is an answer; undefined when there is none within the limits. Waits twice as long each time. */
async function retried<Answer>(
  { visibility: { attempts, firstWait }, environment, signal }: MarkContext,
  work: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  for (let attempt = 1; ; attempt++) {
    const answer = await work();
    if (answer !== undefined || attempt >= attempts) return answer;
    await environment.sleep(firstWait * 2 ** (attempt - 1), signal);
  }
}

function notMarked(what: string, { token }: Marker): RefusedError {
  return new RefusedError({
    code: "lookup-failed",
    message: `${what}. It is bought, but not marked with the token ${maskToken(token)}; the next drive tries again.`,
    retryable: true,
  });
}
