import type { protos } from "@google-cloud/billing";
import { RefusedError } from "../../../src/contract/errors.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import { withSignal } from "../../http/with-signal.ts";
import type { Connect } from "../gcp-connect.ts";
import { readPages } from "../gcp-read.ts";
import type { ResolvedSettings } from "../gcp-settings.ts";
import type { MachineFamily } from "./gcp-families.ts";
import { plans, type GcpComputeRecommendation } from "./gcp-recommendation.ts";
import { rateOf, type Rate } from "./gcp-price.ts";

/** A SKU of the Cloud Billing Catalog as the SDK decodes it. */
export type Sku = protos.google.cloud.billing.v1.ISku;

/** What is priced. */
export interface RateQuery {
  /** Whose credential reads the list; the prices are everybody's. */
  readonly projectId: string;
  readonly family: MachineFamily;
  readonly region: string;
  readonly term: GcpComputeRecommendation["term"];
  /** ISO 4217. */
  readonly currency: string;
}

/** Prices per hour: of a vCPU, and of a GiB of memory. */
export interface Rates {
  readonly vcpuHour: Rate;
  readonly gibHour: Rate;
}

/** Google's public prices of commitments. */
export interface Catalog {
  /** Throws a RefusedError: `not-offered`, `several-offerings`, `quote-failed`. */
  rates(query: RateQuery, signal: AbortSignal): Promise<Rates>;
}

/** Compute Engine in the Cloud Billing Catalog. */
const parent = "services/6F81-5844-456A";

/** SKUs on a page: half of what Google gives by default, which is ten million characters, and near the limit of an answer. */
const pageSize = 2_500;

/** How long prices that were read are taken as current, in milliseconds: about as long as a drive. */
const life = 10 * 60_000;

/** One reading of the list, shared by all that ask meanwhile. */
interface SharedReading {
  readonly at: number;
  readonly skus: Promise<readonly Sku[]>;
  readonly projectId: string;
  /** What ends it. */
  readonly signal: AbortSignal;
}

/** Reads the catalogue once per currency for about the length of a drive, for all projects: it has tens of thousands of SKUs. */
export function createCatalog(connect: Connect, settings: ResolvedSettings): Catalog {
  const readings = new Map<string, SharedReading>();

  async function commitmentSkus(
    { currency, projectId }: Pick<RateQuery, "currency" | "projectId">,
    signal: AbortSignal,
  ): Promise<readonly Sku[]> {
    const now = settings.environment.now();
    const known = readings.get(currency);
    // A clock that jumped back makes it old as well.
    if (known && now >= known.at && now - known.at < life) {
      try {
        return await withSignal(known.skus, signal);
      } catch (error) {
        // Where the drive that reads it was stopped, or it was read with another project's credential, the others go on.
        const isOthers = known.signal.aborted || known.projectId !== projectId;
        if (!isOthers || signal.aborted) throw error;
        return commitmentSkus({ currency, projectId }, signal);
      }
    }
    const skus = readCatalog(() => connect.catalog(projectId), settings, currency, signal);
    readings.set(currency, { at: now, skus, projectId, signal });
    // A failure is not kept: the next one asks again.
    skus.catch(() => readings.delete(currency));
    return skus;
  }

  return {
    async rates(query, signal) {
      signal.throwIfAborted();
      const skus = await commitmentSkus(query, signal);
      const { vcpus, memory } = query.family;
      return {
        vcpuHour: rateOf(onlySku(skus, query, vcpus), { unit: "h", currency: query.currency }),
        gibHour: rateOf(onlySku(skus, query, memory), { unit: "GiBy.h", currency: query.currency }),
      };
    },
  };
}

/** The one SKU of a family, region and term; docs/gcp.md says how sure the rule is. */
function onlySku(skus: readonly Sku[], { region, term }: RateQuery, beginnings: readonly string[]): Sku {
  const { usageType, years } = plans[term];
  const fitting = skus.filter(
    ({ description, category, serviceRegions }) =>
      category?.usageType === usageType &&
      typeof description === "string" &&
      beginnings.some((beginning) => description.startsWith(beginning)) &&
      new RegExp(` for ${years} Years?$`, "i").test(description) &&
      serviceRegions?.includes(region) === true,
  );
  const [sku, ...more] = fitting;
  const words = beginnings.map((beginning) => `"${beginning}..."`).join(" or ");
  const what = `${words} for ${years} year${years === 1 ? "" : "s"} in ${region}`;
  if (sku === undefined) {
    throw new RefusedError({
      code: "not-offered",
      message: `Google's price list has no ${what}: the family is not sold there as a commitment, or under another name. Nothing was bought.`,
    });
  }
  if (more.length === 0) return sku;
  const names = fitting.map(({ skuId, description }) => `${skuId} "${description}"`).join(", ");
  throw new RefusedError({
    code: "several-offerings",
    message: `Google's price list has several prices for ${what}: ${names}. Which one holds cannot be told; nothing was bought.`,
  });
}

/** Every page; of its SKUs those of commitments are kept. */
async function readCatalog(
  connect: () => ReturnType<Connect["catalog"]>,
  settings: ResolvedSettings,
  currencyCode: string,
  signal: AbortSignal,
): Promise<readonly Sku[]> {
  const { readTimeout: timeout } = settings;
  const page = async (pageToken: string | undefined) => {
    const { catalog, run } = await connect();
    const request = { parent, currencyCode, pageSize, ...(pageToken === undefined ? {} : { pageToken }) };
    const [, , answer] = await run({ signal, timeout }, () =>
      catalog.listSkus(request, { retry: null, autoPaginate: false } as unknown as { autoPaginate: false }),
    );
    // Google leaves an empty list out. A catalogue without SKUs is none, and no page of it is empty.
    if (!answer?.skus?.length) throw new UnbelievableAnswerError("a page holds no SKUs");
    return { skus: answer.skus, nextPageToken: answer.nextPageToken || undefined };
  };
  const step = {
    purpose: "read Google's price list (cloudbilling.googleapis.com)",
    permission: "serviceusage.services.use",
    code: "quote-failed",
    untrusted: "quote-failed",
  } as const;
  const skus: Sku[] = [];
  for await (const { skus: found } of readPages({ step, settings, signal }, page)) {
    skus.push(...found.filter(({ category }) => category?.usageType?.startsWith("Commit") === true));
  }
  return skus;
}
