import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { readEntries } from "./azure-reads.ts";
import type { ReadStep } from "../http/refusal.ts";
import { withSignal } from "../http/with-signal.ts";
import type { AnyAzureReservation } from "./azure-schema.ts";
import type { AzureService } from "./azure-services.ts";

const step: ReadStep = {
  purpose: "read the reservation catalogue",
  permission: "Microsoft.Capacity/catalogs/read",
  code: "quote-failed",
  untrusted: "quote-failed",
};

const list = z.array(z.string()).optional().catch(undefined);

/** One thing that may be bought: https://learn.microsoft.com/rest/api/reserved-vm-instances/get-catalog/get-catalog */
const itemSchema = z.object({
  name: z.string(),
  terms: list,
  locations: list,
  billingPlans: z.record(z.string(), z.array(z.string())).optional().catch(undefined),
  restrictions: z
    .array(
      z.object({
        type: z.string().optional().catch(undefined),
        values: list,
        reasonCode: z.string().optional().catch(undefined),
      }),
    )
    .optional()
    .catch(undefined),
});

/** What the catalogue says about one SKU. */
export type CatalogItem = z.infer<typeof itemSchema>;

interface CatalogQuery {
  readonly subscriptionId: string;
  readonly region: string;
  readonly reservedResourceType: string;
  /** Of software in virtual machines only. */
  readonly publisherId?: string | undefined;
  readonly offerId?: string | undefined;
  readonly planId?: string | undefined;
}

/** The catalogue of one subscription, region and resource type. Throws a RefusedError. */
export type Catalog = (query: CatalogQuery, signal: AbortSignal) => Promise<readonly CatalogItem[]>;

/** How long a catalogue that was read is taken as current, in milliseconds: about as long as a drive. */
const catalogLife = 10 * 60_000;

/** A catalogue that is being read, or was. */
interface SharedCatalog {
  readonly at: number;
  readonly items: Promise<readonly CatalogItem[]>;
  /** What ends the reading of it. */
  readonly signal: AbortSignal;
}

/** The catalogues of a tenant: each is read once for about the length of a drive. */
export function createCatalog(client: ReservationsClient): Catalog {
  const now = () => client.settings.environment.now();
  const catalogs = new Map<string, SharedCatalog>();
  return async function catalog(query, signal) {
    const { subscriptionId, region, reservedResourceType, publisherId, offerId, planId } = query;
    const key = JSON.stringify([
      subscriptionId,
      region,
      reservedResourceType,
      publisherId,
      offerId,
      planId,
    ]).toLowerCase();
    const known = catalogs.get(key);
    // A clock that jumped back makes it old as well.
    if (known !== undefined && now() >= known.at && now() - known.at < catalogLife) {
      try {
        return await withSignal(known.items, signal);
      } catch (error) {
        // Where the drive that reads it was stopped, the others go on.
        if (!known.signal.aborted || signal.aborted) throw error;
        return catalog(query, signal);
      }
    }
    const items = readCatalog(client, query, signal);
    catalogs.set(key, { at: now(), items, signal });
    // A failure is not kept: the next one asks again.
    items.catch(() => catalogs.delete(key));
    return items;
  };
}

async function readCatalog(
  client: ReservationsClient,
  { subscriptionId, region: location, reservedResourceType, publisherId, offerId, planId }: CatalogQuery,
  signal: AbortSignal,
): Promise<readonly CatalogItem[]> {
  const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Capacity/catalogs`;
  const published =
    publisherId === undefined || offerId === undefined || planId === undefined ? {} : { publisherId, offerId, planId };
  const items: CatalogItem[] = [];
  const first = client.url(path, { reservedResourceType, location, ...published });
  // The documented next link of the catalogue has the path of another listing.
  for await (const entry of readEntries(client, first, step, signal, "one host")) {
    const item = itemSchema.safeParse(entry);
    if (item.success) items.push(item.data);
  }
  return items;
}

/** Whether a term is rare: it is bought where the catalogue offers it, whose silence about terms is not enough. */
export function isRareTerm(term: string): boolean {
  return term !== "P1Y" && term !== "P3Y";
}

/**
 * Throws a RefusedError `not-offered` unless the catalogue lists the SKU and does not contradict the rest: region, term,
 * billing plan, restrictions.
 */
export function requireOffered(
  items: readonly CatalogItem[],
  service: AzureService,
  recommendation: AnyAzureReservation,
): void {
  const { sku, region, term, billingPlan } = recommendation;
  const refuse = (problem: string) => {
    const why = service.catalogFirst === undefined ? "" : ` ${service.catalogFirst}.`;
    throw new RefusedError({
      code: "not-offered",
      message: `The catalogue of subscription ${recommendation.subscriptionId} ${problem}.${why} Nothing was sent.`,
    });
  };
  const named = items.filter((item) => same(item.name, sku));
  const item = named.find(
    ({ locations }) => locations === undefined || locations.length === 0 || includes(locations, region),
  );
  if (item === undefined) return refuse(`does not list ${sku} (${service.reservedResourceType}) in ${region}`);
  if (item.terms !== undefined && !includes(item.terms, term)) return refuse(`lists ${sku} without the term ${term}`);
  if (item.terms === undefined && isRareTerm(term)) return refuse(`lists ${sku} without saying for which terms`);
  const plans = Object.entries(item.billingPlans ?? {}).find(([name]) => same(name, term))?.[1];
  if (plans !== undefined && !includes(plans, billingPlan))
    return refuse(`lists ${sku} for ${term} without the plan ${billingPlan}`);
  for (const { type, values, reasonCode } of item.restrictions ?? []) {
    const subject = same(type, "Term") ? term : same(type, "Location") ? region : undefined;
    if (includes(values, subject)) {
      return refuse(`restricts ${sku}: ${subject} is not for this subscription (${reasonCode ?? "no reason given"})`);
    }
  }
}

const plain = (text: string | undefined) => text?.toLowerCase().replaceAll(" ", "");
const same = (left: string | undefined, right: string | undefined) => plain(left) === plain(right);
const includes = (values: readonly string[] | undefined, wanted: string | undefined) =>
  values?.some((value) => same(value, wanted)) === true;
