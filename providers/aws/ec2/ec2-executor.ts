import type { Age } from "../../../src/contract/age.ts";
import type { ServiceExecutor } from "../../../src/contract/executor.ts";
import type { Connect } from "../aws-connect.ts";
import type { CandidateSearch } from "../candidates.ts";
import { type AwsScope, awsScope } from "../aws-scope.ts";
import type { ResolvedSettings } from "../aws-settings.ts";
import { parkAfter } from "../purchase-times.ts";
import { createEc2Api } from "./ec2-api.ts";
import { askedInstance, askedOffering } from "./ec2-facts.ts";
import { createEc2Inventory } from "./ec2-inventory.ts";
import { markCommitment } from "./ec2-mark.ts";
import { sendEc2Purchase } from "./ec2-purchase.ts";
import { quoteOffering } from "./ec2-quote.ts";
import { ec2RecommendationSchema, type Ec2Recommendation } from "./ec2-recommendation.ts";
import { resolveInstances } from "./ec2-resolve.ts";

/**
 * EC2 Reserved Instances.
 *
 * A purchase takes no id, no token and no tags, and sending it twice buys twice. So the ids that exist before it are its
 * handle, the token is tagged on afterwards, and after an unknown outcome it is looked for among what is new.
 */
export function createEc2(connect: Connect, settings: ResolvedSettings): ServiceExecutor<Ec2Recommendation> {
  const { tagNames, environment, visibility, purchaseTimeout, maxPages } = settings;
  const { minimumAge } = visibility;
  const connectEc2 = createEc2Api(connect);
  const searchFor = (owned: ReadonlySet<string>, age: Age): CandidateSearch => ({
    owned,
    age,
    now: environment.now(),
    sendTimeout: purchaseTimeout,
    minimumAge,
  });

  return {
    provider: "aws",
    service: "ec2",
    schema: ec2RecommendationSchema,
    recovery: { kind: "absence", answers: 2, minimumAge, parkAfter },
    sendTimeout: purchaseTimeout,
    inventory: createEc2Inventory(connectEc2, tagNames.token),
    describe,
    scopeOf,
    laneOf,
    factsOf: (recommendation) => ({
      decisive: { ...askedInstance(recommendation), quantity: recommendation.quantity.toString() },
      ifStated: {},
    }),

    async quote(recommendation, _marker, { signal }) {
      const api = await connectEc2(scopeOf(recommendation), signal);
      return quoteOffering(api, recommendation, maxPages, signal);
    },

    send: (submission) => sendEc2Purchase(connectEc2, submission, purchaseTimeout),

    async resolve(submission, { signal, owned, age }) {
      const api = await connectEc2(submission.scope, signal);
      return resolveInstances(await api.reservedInstances(signal), submission, searchFor(owned, age), tagNames);
    },

    async mark(commitment, submission, marker, { signal, scope, owned, age }) {
      const api = await connectEc2(scope, signal);
      return markCommitment(
        { commitment, submission, marker, search: searchFor(owned, age) },
        { api, tagNames, visibility, environment, signal },
      );
    },
  };
}

function describe(recommendation: Ec2Recommendation): string {
  const { quantity, instanceType, platform, region, availabilityZone, term, payment } = recommendation;
  return `${quantity} × ${instanceType} ${platform}, ${availabilityZone ?? region}, ${term}, ${payment}`;
}

function scopeOf(recommendation: Ec2Recommendation): AwsScope {
  return awsScope("ec2", recommendation);
}

/** Two purchases that differ in the count alone cannot be told apart while EC2 may split them. */
function laneOf(recommendation: Ec2Recommendation): string {
  return `${scopeOf(recommendation).key}/${Object.values(askedOffering(recommendation)).join("/")}`;
}
