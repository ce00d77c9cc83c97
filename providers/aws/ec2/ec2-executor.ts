import { RefusedError } from "../../../src/contract/errors.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import type { Connect } from "../aws-connect.ts";
import type { CandidateSearch } from "../candidates.ts";
import { notStated } from "../differences.ts";
import { type AwsScope, awsScope, parseScope } from "../aws-scope.ts";
import { purchaseGroupTag, type ResolvedSettings } from "../aws-settings.ts";
import { createEc2Api } from "./ec2-api.ts";
import { askedAttributes, instanceDifferences } from "./ec2-attributes.ts";
import { commitmentOf, countOf } from "./ec2-commitment.ts";
import { indexInstances, listedPurchase, purchasesIn } from "./ec2-listing.ts";
import { markCommitment } from "./ec2-mark.ts";
import { findOffering } from "./ec2-offering.ts";
import { purchase } from "./ec2-purchase.ts";
import { purchaseRequest } from "./ec2-purchase-request.ts";
import { ec2RecommendationSchema, type Ec2Recommendation } from "./ec2-recommendation.ts";
import { resolveSubmission } from "./ec2-resolve.ts";

const scopeOf = (recommendation: Ec2Recommendation): AwsScope => awsScope("ec2", recommendation);

/**
 * EC2 Reserved Instances.
 *
 * A purchase takes no id, no token and no tags, and sending it twice buys twice. So the ids that exist before it are its
 * handle, the token is tagged on afterwards, and after an unknown outcome it is looked for among what is new.
 */
export function createEc2(connect: Connect, settings: ResolvedSettings): OldServiceExecutor<Ec2Recommendation> {
  const { tagNames, environment, visibility, purchaseTimeout, maxPages } = settings;
  const { minimumAge } = visibility;
  const connectEc2 = createEc2Api(connect);
  const searchFor = (owned: ReadonlySet<string>): CandidateSearch => ({
    owned,
    now: environment.now(),
    sendTimeout: purchaseTimeout,
    minimumAge,
  });

  return {
    provider: "aws",
    service: "ec2",
    schema: ec2RecommendationSchema,
    // What is not clear after a day does not become so by itself: several new ones fit, or one that nobody can judge.
    recovery: { kind: "absence", answers: 2, minimumAge, parkAfter: 24 * 3_600_000 },
    sendTimeout: purchaseTimeout,

    describe({ quantity, instanceType, platform, region, availabilityZone, term, payment }) {
      return `${quantity} × ${instanceType} ${platform}, ${availabilityZone ?? region}, ${term}, ${payment}`;
    },

    scopeOf,

    laneOf(recommendation) {
      // Two purchases that differ in the count alone cannot be told apart while EC2 may split them.
      return `${scopeOf(recommendation).key}/${[...askedAttributes(recommendation).values()].join("/")}`;
    },

    async findByTokens(scope, wanted, { signal }) {
      const api = await connectEc2(parseScope(scope), signal);
      return indexInstances(await api.reservedInstances(signal), wanted, tagNames.token);
    },

    async read(scope, id, { signal }) {
      const api = await connectEc2(parseScope(scope), signal);
      const found = await api.reservedInstances(signal, [id]);
      const own = found === "not-visible" ? undefined : found.find((item) => item.ReservedInstancesId === id);
      if (!own) return undefined;
      const commitment = commitmentOf([own], tagNames.token);
      if (!commitment.marked || !own.Tags?.some(({ Key }) => Key === purchaseGroupTag)) return commitment;
      const all = await api.reservedInstances(signal);
      const members = purchasesIn(all, tagNames.token).find((purchase) =>
        purchase.some(({ ReservedInstancesId }) => ReservedInstancesId === id),
      );
      return members ? commitmentOf(members, tagNames.token) : commitment;
    },

    async verify(recommendation, commitment, { signal }) {
      const scope = scopeOf(recommendation);
      const api = await connectEc2(scope, signal);
      const ids = [commitment.id, ...(commitment.furtherIds ?? [])];
      const found = await api.reservedInstances(signal, ids);
      const members = found === "not-visible" ? [] : found;
      const count = countOf(members);
      const differences = members.flatMap((member) => instanceDifferences(recommendation, member));
      if (
        members.length !== ids.length ||
        count === undefined ||
        differences.some(({ found }) => found === notStated)
      ) {
        throw new RefusedError({
          code: "commitment-unverifiable",
          message: `EC2 does not say enough about ${ids.join(", ")} in ${scope.label} to compare it with what was asked for. Drive again later.`,
          retryable: true,
        });
      }
      const asked = recommendation.quantity;
      return count === asked
        ? differences
        : [...differences, { field: "quantity", asked: String(asked), found: String(count) }];
    },

    async quote(recommendation, _marker, { signal }) {
      const api = await connectEc2(scopeOf(recommendation), signal);
      const { id, price } = await findOffering(api, recommendation, maxPages, signal);
      const before = await api.reservedInstances(signal);
      return {
        price: price.total,
        handle: { baseline: before.map(({ ReservedInstancesId }) => ReservedInstancesId).toSorted(), offeringId: id },
        request: purchaseRequest(id, recommendation.quantity, price.upfront),
      };
    },

    async doPurchase(submission) {
      return purchase(connectEc2, submission, purchaseTimeout);
    },

    async resolve(submission, { signal, owned }) {
      const api = await connectEc2(parseScope(submission.scope), signal);
      return resolveSubmission(await api.reservedInstances(signal), submission, searchFor(owned), tagNames);
    },

    async mark(commitment, submission, marker, { signal, scope, owned }) {
      const api = await connectEc2(parseScope(scope), signal);
      return markCommitment(
        { commitment, submission, marker, search: searchFor(owned) },
        { api, tagNames, visibility, environment, signal },
      );
    },

    async list(scope, { signal }) {
      const api = await connectEc2(parseScope(scope), signal);
      const all = await api.reservedInstances(signal);
      return purchasesIn(all, tagNames.token).map((members) => listedPurchase(members, tagNames.token));
    },
  };
}
