import type { Commitment } from "../../../src/contract/commitment.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { OldServiceExecutor } from "../../../src/contract/old-executor.ts";
import type { Connect } from "../gcp-connect.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { createComputeApi } from "./gcp-api.ts";
import { createCatalog } from "./gcp-catalog.ts";
import { listedCommitment, toCommitment } from "./gcp-commitment.ts";
import { differencesOf, notStated, sayDifferences } from "./gcp-compare.ts";
import { families } from "./gcp-families.ts";
import { createTokenMatcher, nameOf } from "./gcp-name.ts";
import { priceOf } from "./gcp-price.ts";
import { purchase } from "./gcp-purchase.ts";
import { purchaseRequest } from "./gcp-purchase-request.ts";
import { gcpComputeSchema, type GcpComputeRecommendation } from "./gcp-recommendation.ts";
import { resolve } from "./gcp-resolve.ts";
import { isCommitmentId, parseScope, scopeOf } from "./gcp-scope.ts";

/**
 * Resource based committed use discounts of Compute Engine.
 *
 * The name, made from the token, is the handle: Google allows a name once in a project and region, and deletes none, so
 * a second send under it buys nothing.
 */
export function createCompute(
  connect: Connect,
  settings: ResolvedSettings,
): OldServiceExecutor<GcpComputeRecommendation> {
  const { tagNames, purchaseTimeout } = settings;
  const api = createComputeApi(connect, settings);
  const catalog = createCatalog(connect, settings);

  return {
    provider: "gcp",
    service: "compute",
    schema: gcpComputeSchema,
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    // The send and the look at its operation together.
    sendTimeout: purchaseTimeout,

    describe({ vcpus, memoryMb, machineFamily, region, term, autoRenew }) {
      return `${vcpus} vCPU, ${memoryMb} MB of ${machineFamily}, ${region}, ${term}${autoRenew ? ", renews itself" : ""}`;
    },

    scopeOf,

    async findByTokens(scope, { tokens, ids }, { signal }) {
      const matches = createTokenMatcher(tokens, tagNames);
      const byToken = new Map<string, Commitment[]>();
      const byId = new Map<string, Commitment>();
      for (const found of await api.commitments(parseScope(scope), signal)) {
        const commitment = toCommitment(found, tagNames);
        if (ids.has(found.name)) byId.set(found.name, commitment);
        for (const token of matches({ name: found.name, description: found.description })) {
          byToken.set(token, [...(byToken.get(token) ?? []), commitment]);
        }
      }
      // A name is taken for ever: what was bought under it and is over is not bought again.
      return { byToken, byId, endedCounts: true };
    },

    async read(scope, name, { signal }) {
      // Google was not asked, so it did not say that there is none.
      if (!isCommitmentId(name)) {
        throw new RefusedError({
          code: "commitment-unverifiable",
          message: `"${name.slice(0, 100)}" is neither the name nor the number of a commitment of Compute Engine. Check the id.`,
        });
      }
      const found = await api.commitment(parseScope(scope), name, signal);
      return found && toCommitment(found, tagNames);
    },

    async verify(recommendation, { id: name }, { signal }) {
      const scope = scopeOf(recommendation);
      const found = await api.commitment(scope, name, signal);
      if (found === undefined) {
        return [{ field: "id", asked: `commitment ${name}`, found: "no commitment of that name" }];
      }
      const asked = purchaseRequest(recommendation, { token: "", source: "", generation: 0 }, tagNames);
      const differences = differencesOf(asked, found);
      if (!differences.some((difference) => difference.found === notStated)) return differences;
      throw new RefusedError({
        code: "commitment-unverifiable",
        message: `Google does not say enough about commitment ${name} of ${scope.label} to compare it: ${sayDifferences(differences)}. Drive again later.`,
        retryable: true,
      });
    },

    async quote(recommendation, marker, { signal }) {
      const { machineFamily, region, term, maxPrice } = recommendation;
      // What the purchase needs is loaded before anything is written ahead.
      await api.prepare();
      const currency = maxPrice?.currency ?? settings.currency;
      const rates = await catalog.rates({ family: families[machineFamily], region, term, currency }, signal);
      return {
        price: priceOf(recommendation, rates),
        handle: { name: nameOf(marker) },
        request: purchaseRequest(recommendation, marker, tagNames),
      };
    },

    doPurchase: async (submission, { sentBefore }) => purchase(submission, { api, settings, sentBefore }),

    resolve: async (submission, { signal, owned }) => resolve(submission, { api, settings, signal, owned }),

    list: async (scope, { signal }) =>
      (await api.commitments(parseScope(scope), signal)).map((found) => listedCommitment(found, tagNames)),
  };
}
