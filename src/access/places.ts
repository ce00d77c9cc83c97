import type { Provider, Scope, ServiceExecutor } from "../contract/executor.ts";
import { payerOf, payerText } from "../contract/payer.ts";
import type { AccessPlace, ProviderAccess } from "../contract/provider-access.ts";
import type { AnyRecommendation } from "../contract/recommendation.ts";
import type { ExecutorOf } from "../drive/validate.ts";

/** What is asked about one service that is bought in one account and region. */
export interface Site {
  readonly recommendation: AnyRecommendation;
  readonly executor: ServiceExecutor;
  readonly scope: Scope;
  /** `aws 123456789012, us-east-1, ec2` */
  readonly label: string;
}

/** What is signed in to at once, with what is bought there. */
export interface SitesOfPlace {
  readonly provider: string;
  readonly place: AccessPlace;
  /** Undefined for a provider that cannot say. */
  readonly access: ProviderAccess | undefined;
  readonly sites: readonly Site[];
}

/** Every place that the settings or the recommendations name: those of recommendations first, in their order. */
export function placesOf(
  recommendations: readonly AnyRecommendation[],
  providers: readonly Provider[],
  executorOf: ExecutorOf,
): readonly SitesOfPlace[] {
  const places = new Map<string, Omit<SitesOfPlace, "sites"> & { readonly sites: Map<string, Site> }>();
  const at = (provider: string, access: ProviderAccess | undefined, place: AccessPlace) => {
    const known = places.get(place.key) ?? { provider, access, place, sites: new Map<string, Site>() };
    places.set(place.key, known);
    return known;
  };
  for (const recommendation of recommendations) {
    const { provider, service } = recommendation;
    const access = providers.find(({ name }) => name === provider)?.access;
    const { sites } = at(provider, access, access?.placeOf(recommendation) ?? payersPlace(recommendation));
    const executor = executorOf(recommendation);
    const scope = executor.scopeOf(recommendation);
    const { region } = recommendation;
    const parts = [payerText(payerOf(recommendation)), ...(typeof region === "string" ? [region] : []), service];
    const label = parts.join(", ");
    if (!sites.has(label)) sites.set(label, { recommendation, executor, scope, label });
  }
  for (const { name, access } of providers) {
    for (const place of access?.places ?? []) at(name, access, place);
  }
  return [...places.values()].map(({ sites, ...place }) => ({ ...place, sites: [...sites.values()] }));
}

/** Where the provider does not say what is signed in to: whoever pays. */
function payersPlace(recommendation: AnyRecommendation): AccessPlace {
  const payer = payerOf(recommendation);
  const label = payerText(payer);
  return { key: label, label, ...(payer.account === undefined ? {} : { id: payer.account }) };
}
