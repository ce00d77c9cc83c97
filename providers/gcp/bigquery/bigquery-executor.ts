import { Big } from "big.js";
import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Resolution, ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import type { Inventory } from "../../../src/contract/inventory.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import { money } from "../../../src/contract/money.ts";
import { loadTogether } from "../../../src/contract/optional-package.ts";
import { paidHourly } from "../../../src/contract/payments.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { carriesToken } from "../../../src/contract/token.ts";
import { notKnown, type Seller } from "../compute/gcp-answers.ts";
import { nameOf } from "../compute/gcp-name.ts";
import { judgeError } from "../compute/gcp-verdict.ts";
import type { Connect } from "../gcp-connect.ts";
import { createPriceList } from "../gcp-price-list.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import { loadBilling, loadCompute } from "../load-sdk.ts";
import { type CapacityApi, createCapacityApi } from "./bigquery-api.ts";
import { askedFacts, type CapacityCommitment, resemblanceOf, toListed } from "./bigquery-commitment.ts";
import { slotRate } from "./bigquery-price.ts";
import { capacityPlans, gcpBigQuerySchema, type GcpBigQueryRecommendation } from "./bigquery-recommendation.ts";
import { capacityScope, isCapacityId, parseCapacityScope } from "./bigquery-scope.ts";

const seller: Seller = {
  api: "bigqueryreservation.googleapis.com",
  permission: "bigquery.capacityCommitments.create",
  role: "BigQuery Resource Admin",
  quota: "BigQuery slots of the location",
};

const requestSchema = z.strictObject({
  slotCount: z.string().regex(/^[1-9]\d*$/),
  plan: z.enum(["ANNUAL", "THREE_YEAR"]),
  renewalPlan: z.enum(["NONE", "ANNUAL", "THREE_YEAR"]),
  edition: z.enum(["ENTERPRISE", "ENTERPRISE_PLUS"]),
});

const handleSchema = z.object({
  name: z.string().regex(/^cud-[0-9a-f]{32}(-g\d+)?$/),
  /** Slots of every commitment that there was, by its id. */
  before: z.record(z.string(), z.string()),
});

/**
 * Capacity commitments of BigQuery.
 *
 * The id, made from the token, is the handle: Google refuses a second commitment under it. But it is not kept where a commitment is
 * merged or split, nor after it was removed at its end. So what there is is written down before each purchase: while the id shows
 * nothing, and something is there that was not, or has grown, a person decides.
 */
export function createBigQuery(
  connect: Connect,
  settings: ResolvedSettings,
): ServiceExecutor<GcpBigQueryRecommendation> {
  const { tagNames, purchaseTimeout } = settings;
  const api = createCapacityApi(connect, settings);
  const prices = createPriceList(connect, settings, "services/16B8-3DDA-9F10");

  return {
    provider: "gcp",
    service: "bigquery",
    schema: gcpBigQuerySchema,
    // After a day a person looks: whatever the provider was slow to show is shown by then.
    recovery: { kind: "resend", handle: "derived", minimumAge: 300_000, parkAfter: 24 * 3_600_000 },
    quoteSeesPurchases: true,
    sendTimeout: purchaseTimeout,
    load: async () => loadTogether([loadCompute(), loadBilling()], "GCP needs"),
    inventory: createCapacityInventory(api, settings),

    describe: ({ slots, edition, location, term, renewalPlan }) =>
      `${slots} slots (bigquery), ${edition}, ${location}, ${term}, renewal ${renewalPlan}`,

    scopeOf: capacityScope,

    factsOf: askedFacts,

    async quote(recommendation, marker, { signal, sentAs }) {
      const { projectId, edition, location, term, slots, renewalPlan, maxPrice } = recommendation;
      const currency = maxPrice?.currency ?? settings.currency;
      const skus = await prices.commitmentSkus({ projectId, currency }, signal);
      const rate = slotRate(skus, { edition, location, term, currency });
      const { plan, hours } = capacityPlans[term];
      const price = money(new Big(rate.amount).times(slots).times(hours).toFixed(), currency);
      const earlier = sentAs?.["name"];
      const before = (await all(api, capacityScope(recommendation), signal)).map(
        ({ id, slotCount = "" }): [string, string] => [id, slotCount],
      );
      return {
        price,
        payments: paidHourly(price, { hours }),
        handle: {
          name: typeof earlier === "string" ? earlier : nameOf(marker),
          before: Object.fromEntries(before),
        },
        request: { slotCount: String(slots), plan, renewalPlan, edition } satisfies z.infer<typeof requestSchema>,
      };
    },

    send: async (submission) => send(submission, api, tagNames),

    resolve: async (submission, options) => resolve(submission, api, tagNames, options),
  };
}

async function all(
  api: CapacityApi,
  scope: ReturnType<typeof capacityScope>,
  signal: AbortSignal,
): Promise<readonly CapacityCommitment[]> {
  return (await Array.fromAsync(api.list(scope, signal))).flat();
}

async function send(submission: Submission, api: CapacityApi, tagNames: TagNames): Promise<PurchaseAnswer> {
  const recorded = z
    .object({ handle: handleSchema, request: requestSchema })
    .safeParse({ handle: submission.handle, request: submission.request });
  if (!recorded.success) {
    const reason = "The record holds no purchase of a capacity commitment; nothing was sent.";
    const rejected = { kind: "rejected", left: false, expired: false, retryable: false } as const;
    return { ...rejected, reason, providerCode: "InvalidRecord", cause: recorded.error };
  }
  const { name } = recorded.data.handle;
  let found: CapacityCommitment;
  try {
    found = await api.create(parseCapacityScope(submission.scope), name, recorded.data.request);
  } catch (error) {
    return judgeError(error, name, seller);
  }
  const listed = toListed(found, tagNames, submission.price);
  const differences = differencesOf(submission, listed.facts);
  if (differences === "") return { kind: "bought", commitment: listed.commitment };
  return notKnown(name, { reason: `what was made under its id is something else: ${differences}` });
}

/** `edition is STANDARD, not ENTERPRISE`; what an answer leaves out is no difference here. */
function differencesOf({ recommendation }: Submission, found: Readonly<Record<string, string | undefined>>): string {
  const { decisive, ifStated } = askedFacts(gcpBigQuerySchema.parse(recommendation));
  return Object.entries({ ...decisive, ...ifStated })
    .filter(([field, asked]) => found[field] !== undefined && found[field] !== asked)
    .map(([field, asked]) => `${field} is ${found[field]}, not ${asked}`)
    .join("; ");
}

/** The commitment of its id; where there is none, whether something came that may hold its slots after a merge or a split. */
async function resolve(
  submission: Submission,
  api: CapacityApi,
  tagNames: TagNames,
  { signal, owned }: { readonly signal: AbortSignal; readonly owned: ReadonlySet<string> },
): Promise<Resolution> {
  const { name, before } = handleSchema.parse(submission.handle);
  const { edition } = requestSchema.parse(submission.request);
  const scope = parseCapacityScope(submission.scope);
  const named = await api.get(scope, name, signal);
  if (named !== undefined) return { kind: "found", found: toListed(named, tagNames, submission.price), by: "proof" };

  const mayHold = (found: CapacityCommitment) => {
    if (found.state === "FAILED" || (found.edition !== undefined && found.edition !== edition)) return false;
    const slots = before[found.id];
    // One that was there and has more slots than it had may have ours merged into it, whoever it belongs to.
    if (slots !== undefined) return Number(found.slotCount) > Number(slots);
    const { marks } = toListed(found, tagNames);
    const isOthers = owned.has(found.id) || (marks.length > 0 && !carriesToken(marks, submission.token));
    return !isOthers;
  };
  const candidates = (await all(api, scope, signal)).filter(mayHold);
  if (candidates.length === 0) {
    return { kind: "absent", reason: `Google shows no capacity commitment ${name}, and none that came since` };
  }
  const shown = candidates.map(({ id, slotCount = "?", state }) => `${id} (${slotCount} slots, ${state})`).join(", ");
  return {
    kind: "unclear",
    reason: `There is no capacity commitment ${name}, but since the purchase was sent there are, or have grown: ${shown}. An id is not kept where commitments are merged or split: a person has to look whether one of them is this purchase.`,
    candidates: candidates.map(({ id }) => id),
    // Bought and merged, it may have been refused to a repetition of the request.
    isShown: true,
  };
}

/** The capacity commitments of a project and location. */
function createCapacityInventory(
  api: CapacityApi,
  { tagNames, environment }: Pick<ResolvedSettings, "tagNames" | "environment">,
): Inventory {
  const shown = (found: CapacityCommitment): Listed => {
    const listed = toListed(found, tagNames);
    if (listed.marks.length > 0) return listed;
    // What was merged or split has other slots, and may be renewed otherwise since.
    const mayDiffer = ["slotCount", "renewalPlan"];
    return { ...listed, resembles: resemblanceOf(found, environment.now()), mayDiffer };
  };
  return {
    async *list(scope, { signal }) {
      for await (const page of api.list(parseCapacityScope(scope), signal)) {
        yield page.map(shown);
      }
    },

    async read(scope, id, { signal }) {
      // Google was not asked, so it did not say that there is none.
      if (!isCapacityId(id)) {
        throw new RefusedError({
          code: "commitment-unverifiable",
          message: `"${id.slice(0, 100)}" is not the id of a capacity commitment of BigQuery. Check the id.`,
        });
      }
      const found = await api.get(parseCapacityScope(scope), id, signal);
      return found && shown(found);
    },
  };
}
