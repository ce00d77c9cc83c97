import type { protos } from "@google-cloud/billing";
import { RefusedError } from "../../src/contract/errors.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import { withSignal } from "../http/with-signal.ts";
import type { Connect } from "./gcp-connect.ts";
import { type Reading, readPages } from "./gcp-read.ts";
import type { ResolvedSettings } from "./gcp-settings.ts";

/** A SKU of the Cloud Billing Catalog as the SDK decodes it. */
export type Sku = protos.google.cloud.billing.v1.ISku;

/** Whose list is read, and in which currency. */
export interface ListQuery {
  /** Whose credential reads the list; the prices are everybody's. */
  readonly projectId: string;
  /** ISO 4217. */
  readonly currency: string;
}

/** Google's public prices of the commitments of one service. */
export interface PriceList {
  /** Every SKU of a commitment. Throws a RefusedError `quote-failed`. */
  commitmentSkus(query: ListQuery, signal: AbortSignal): Promise<readonly Sku[]>;
}

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

/**
 * Reads the catalogue of a service (`services/6F81-5844-456A`) once per currency for about the length of a drive, for all projects:
 * it has tens of thousands of SKUs.
 */
export function createPriceList(connect: Connect, settings: ResolvedSettings, parent: string): PriceList {
  const readings = new Map<string, SharedReading>();

  async function commitmentSkus({ currency, projectId }: ListQuery, signal: AbortSignal): Promise<readonly Sku[]> {
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
    const list = { parent, currencyCode: currency };
    const skus = readCatalog(() => connect.catalog(projectId), list, { settings, signal, projectId });
    readings.set(currency, { at: now, skus, projectId, signal });
    // A failure is not kept: the next one asks again.
    skus.catch(() => readings.delete(currency));
    return skus;
  }

  return { commitmentSkus };
}

/**
 * The one SKU that fits. `what` is said where none does, or several: `"Commitment v1: N2 Cpu in ..." for 1 year in us-central1`. Throws a
 * RefusedError `not-offered` or `several-offerings`.
 */
export function onlySku(skus: readonly Sku[], fits: (sku: Sku) => boolean, what: string): Sku {
  const fitting = skus.filter(fits);
  const [sku, ...more] = fitting;
  if (sku === undefined) {
    throw new RefusedError({
      code: "not-offered",
      message: `Google's price list has no ${what}: it is not sold there as a commitment, or under another name. Nothing was bought.`,
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
  list: { readonly parent: string; readonly currencyCode: string },
  { settings, ...reading }: Pick<Reading, "signal" | "projectId"> & { readonly settings: ResolvedSettings },
): Promise<readonly Sku[]> {
  const { readTimeout: timeout } = settings;
  const { signal } = reading;
  const page = async (pageToken: string | undefined) => {
    const { catalog, run } = await connect();
    const request = { ...list, pageSize, ...(pageToken === undefined ? {} : { pageToken }) };
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
  for await (const { skus: found } of readPages({ step, settings, ...reading }, page)) {
    skus.push(...found.filter(({ category }) => category?.usageType?.startsWith("Commit") === true));
  }
  return skus;
}
