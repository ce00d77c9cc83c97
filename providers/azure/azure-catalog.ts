import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { readPages } from "./azure-pages.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./azure-refusal.ts";
import type { AzureRecommendation } from "./azure-schema.ts";
import type { AzureService } from "./azure-service.ts";

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

/** The catalogue of one subscription, region and resource type. Throws a RefusedError. */
export async function readCatalog(
  client: ReservationsClient,
  query: { readonly subscriptionId: string; readonly region: string; readonly reservedResourceType: string },
  signal?: AbortSignal,
): Promise<readonly CatalogItem[]> {
  const { subscriptionId, region: location, reservedResourceType } = query;
  const path = `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Capacity/catalogs`;
  const items: CatalogItem[] = [];
  try {
    const first = client.url(path, { reservedResourceType, location });
    for await (const page of readPages(client, first, signal)) {
      for (const entry of page) {
        const item = itemSchema.safeParse(entry);
        if (item.success) items.push(item.data);
      }
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return items;
}

/**
 * Throws a RefusedError `not-offered` unless the catalogue lists the SKU and does not contradict the rest: region, term,
 * billing plan, restrictions.
 */
export function requireOffered(
  items: readonly CatalogItem[],
  service: AzureService,
  recommendation: AzureRecommendation,
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
  // P5Y is bought where the catalogue offers it: there its silence about terms is not enough.
  if (item.terms === undefined && term === "P5Y") return refuse(`lists ${sku} without saying for which terms`);
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
