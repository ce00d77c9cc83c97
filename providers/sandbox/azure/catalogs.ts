import type { SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { armAnswer } from "./arm-answer.ts";
import { lookupIn, parseFilter } from "./odata-filter.ts";
import { priceOf } from "./azure-sandbox-price.ts";
import { type ReservedSku, reservedSkus } from "./reserved-skus.ts";

/** What is listed where the request names no location. */
const locations = ["eastus", "westeurope", "westus"];
const bothPlans: readonly string[] = ["Upfront", "Monthly"];
/** Catalogue prices are in US dollars, whatever the billing currency; the rate is made up. */
const dollars = "1.3";

/** GET /subscriptions/{id}/providers/Microsoft.Capacity/catalogs: what may be bought. */
export function listCatalog({ query }: SandboxRequest): SandboxResponse {
  const location = query.get("location");
  const type = query.get("reservedResourceType")?.toLowerCase();
  const filter = query.get("$filter");
  const matches = filter === null ? () => true : parseFilter(filter, new Set(["name", "resourceType"]));
  const items = reservedSkus
    .filter(({ reservedResourceType }) => type === undefined || reservedResourceType.toLowerCase() === type)
    .filter(({ published }) => isAskedFor(published, query))
    .map((sku) => catalogItem(sku, sku.locations ?? (location === null ? locations : [location])))
    .filter((item) => matches(lookupIn(item)));
  const number = (name: string, fallback: number) => Number(/^\d{1,9}$/.exec(query.get(name) ?? "")?.[0] ?? fallback);
  const skipped = number("$skip", 0);
  return armAnswer(200, { value: items.slice(skipped, skipped + number("$take", items.length)) });
}

/** What a publisher sells is listed only where it is asked for by its ids. */
function isAskedFor(published: ReservedSku["published"], query: SandboxRequest["query"]): boolean {
  return Object.entries(published ?? {}).every(([name, id]) => query.get(name)?.toLowerCase() === id);
}

function catalogItem(
  { name, reservedResourceType, monthly, billingPlans = bothPlans }: ReservedSku,
  at: readonly string[],
): object {
  const terms = Object.keys(monthly);
  const keyed = <T>(valueOf: (term: string) => T) =>
    Object.fromEntries(terms.map((term) => [`p${term.slice(1)}`, valueOf(term)]));
  return {
    resourceType: reservedResourceType.charAt(0).toLowerCase() + reservedResourceType.slice(1),
    name,
    terms,
    locations: at,
    billingPlans: keyed(() => billingPlans),
    msrp: keyed((term) => ({
      currencyCode: "USD",
      amount: priceOf({ sku: name, term, quantity: 1 }).total.times(dollars).round().toNumber(),
    })),
    restrictions: [],
  };
}
