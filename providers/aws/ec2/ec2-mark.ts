import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Environment } from "../../../src/contract/environment.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Marker, Submission } from "../../../src/contract/executor.ts";
import { repriced } from "../../../src/contract/payments.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { maskToken } from "../../../src/contract/token.ts";
import type { CandidateSearch } from "../candidates.ts";
import { purchaseGroupTag, type VisibilityLimits } from "../aws-settings.ts";
import type { Ec2Api, ReservedInstance } from "./ec2-api.ts";
import { commitmentOf, countOf, tagOf, tokenOf } from "./ec2-commitment.ts";
import { partsOf } from "./ec2-parts.ts";
import { ec2RecommendationSchema } from "./ec2-recommendation.ts";
import { candidatesIn, howToTell, list } from "./ec2-resolve.ts";

/** What is marked, and with what. */
export interface MarkRequest {
  readonly commitment: Commitment;
  /** Where given, the parts of a purchase that EC2 split can be found. */
  readonly submission: Submission | undefined;
  readonly marker: Marker;
  readonly search: CandidateSearch;
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
 * visible yet. An id that EC2 answered with is kept, and a tag of another token is never overwritten.
 *
 * Only a purchase of several instances that crosses a discount tier becomes several Reserved Instances, and the id in its
 * answer is then not a final one. Where that id stays unknown for minutes, or counts too little, the parts are looked for
 * (`partsOf`); they get a group tag, by which they are recognised as one purchase.
 *
 * Throws a RefusedError when the tags are not known to be there: `commitment-taken` where another token stands there.
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
    tokenOf(instance, tagNames.token) === marker.token &&
    Object.entries(tags).every(([key, value]) => key === tagNames.token || tagOf(instance, key) === value);

  let written = false;
  const shown = members.every(isTagged)
    ? members
    : await retried(context, async () => {
        written ||= (await api.createTags(ids, tags, signal)) === "tagged";
        if (!written) return undefined;
        // CreateTags answers with nothing, so an HTML page with status 200 looks like success: only the tags prove it.
        const found = await api.reservedInstances(signal, ids);
        if (found === "not-visible" || found.length !== ids.length) return undefined;
        // Another engine may have written its own after ours.
        refuseForeignTag(found, marker, tagNames);
        return found.every(isTagged) ? found : undefined;
      });
  if (!shown) throw notMarked(`EC2 does not show the tags on ${ids.join(", ")} yet`, marker);
  const current = commitmentOf(shown, tagNames.token);
  return repriced({ ...current, marked: true }, commitment, current);
}

/** The Reserved Instances that the purchase became: those of its ids, or more where EC2 split it. */
async function findMembers(request: MarkRequest, context: MarkContext): Promise<readonly ReservedInstance[]> {
  const { commitment, submission, marker } = request;
  const { api, tagNames, signal } = context;
  const ids = [commitment.id, ...(commitment.furtherIds ?? [])];
  const known = await retried(context, async () => {
    const found = await api.reservedInstances(signal, ids);
    return found !== "not-visible" && found.length === ids.length ? found : undefined;
  });
  if (known) refuseForeignTag(known, marker, tagNames);
  const quantity = submission?.recommendation.quantity;
  if (known && (countOf(known) ?? quantity) === quantity) return known;
  if (known && !submission) return known;

  const shown = known
    ? `EC2 shows ${list(known)} instead of ${quantity} instances`
    : `EC2 does not know ${ids.join(", ")}`;
  // What is one cannot be split: its id is the final one.
  if (!submission || quantity === 1) throw notMarked(shown, marker);
  return findParts(known ?? [], submission, shown, request, context);
}

/**
 * The parts of a purchase that EC2 split. Before it is old enough, the parts may be hidden and what is somebody else's may
 * show, so nothing is taken for them.
 */
async function findParts(
  known: readonly ReservedInstance[],
  submission: Submission,
  shown: string,
  { search, marker }: MarkRequest,
  { api, tagNames, signal }: MarkContext,
): Promise<readonly ReservedInstance[]> {
  if (search.age.atLeast < search.minimumAge) {
    throw notMarked(`${shown}. Whether EC2 split it is looked at once all that is new is sure to show`, marker);
  }
  const candidates = candidatesIn(await api.reservedInstances(signal), submission, search, tagNames);
  const parts = partsOf(known, candidates, ec2RecommendationSchema.parse(submission.recommendation));
  if (parts) return parts;
  const { tagged, untagged, doubtful } = candidates;
  const others = [...tagged, ...untagged, ...doubtful];
  const seen =
    others.length > 0
      ? `What is new there does not add up to ${submission.recommendation.quantity} in one way only: ${list(others)}. ${howToTell(tagNames, marker)}`
      : "Nothing new there fits";
  throw notMarked(`${shown}. ${seen}`, marker);
}

function refuseForeignTag(instances: readonly ReservedInstance[], { token }: Marker, tagNames: TagNames): void {
  for (const instance of instances) {
    const other = tokenOf(instance, tagNames.token);
    if (other === undefined || other === token) continue;
    throw new RefusedError({
      code: "commitment-taken",
      message: `${instance.ReservedInstancesId} was bought for ${maskToken(token)}, and carries the token ${maskToken(other)} of another recommendation, which is not overwritten. A person has to look at what was bought for both. If the tag is wrong, take it off: the next drive stamps the right one.`,
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
