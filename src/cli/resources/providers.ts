import { parseEndpoint } from "../../contract/endpoint.ts";
import type { Provider } from "../../contract/executor.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { TagNames } from "../../contract/tag-names.ts";
import type { Variables } from "../../contract/variable.ts";
import type { Configuration } from "./configuration.ts";

/** What the command line sets on a provider; the rest are the provider's own defaults. */
interface ProviderSettings {
  /** Instead of the public cloud. */
  readonly endpoint?: string;
  /** Milliseconds that one purchase request may take. */
  readonly purchaseTimeout: number;
  readonly tagNames?: TagNames | undefined;
  /** What the configuration's `{ "env": "NAME" }` are looked up in. */
  readonly variables?: Variables | undefined;
}

/** What is configured, and the variables that it names. */
export interface Configured {
  readonly configuration?: Configuration | undefined;
  readonly variables?: Variables | undefined;
}

/** Imported only when a file needs them: `--help` and a bad file load no SDK. */
const factories = {
  azure: async (settings: ProviderSettings, configuration?: Configuration): Promise<Provider> =>
    (await import("../../../providers/azure/index.ts")).createAzure({ ...settings, ...configuration?.azure }),
  aws: async (settings: ProviderSettings, configuration?: Configuration): Promise<Provider> =>
    (await import("../../../providers/aws/index.ts")).createAws({
      ...settings,
      ...(configuration?.aws?.accounts === undefined && isImitation(settings.endpoint) ? everyAccount : {}),
      ...configuration?.aws,
    }),
  gcp: async (settings: ProviderSettings, configuration?: Configuration): Promise<Provider> =>
    (await import("../../../providers/gcp/index.ts")).createGcp({ ...settings, ...configuration?.gcp }),
};

/** Over http, which is admitted on loopback only, no real credential is sent, so no real cloud can be meant. */
function isImitation(endpoint: string | undefined): boolean {
  return endpoint !== undefined && parseEndpoint(endpoint).insecure;
}

/** An imitation is every account, and no credentials are asked for over http: where none are configured, all are signed in to. */
const everyAccount = { credentialsFor: () => undefined };

/** A provider that the command line can build. */
export type ProviderName = keyof typeof factories;

/** Endpoints given by URL. */
export type Endpoints = Readonly<Partial<Record<ProviderName, string>>>;

/** All of them. */
export const providerNames = Object.keys(factories) as readonly ProviderName[];

/** One address that stands in for every cloud. */
export function endpointsAt(url: string): Endpoints {
  return Object.fromEntries(providerNames.map((name) => [name, url]));
}

/** Whether the command line can build a provider of this name. */
export function isProviderName(name: string): name is ProviderName {
  return Object.hasOwn(factories, name);
}

/**
 * Whether the command line can buy what a record asks for. Loads the providers that records name, each once; they send
 * nothing, and look for no credentials.
 */
export function createKnows(): (record: Pick<TokenRecord, "recommendation">) => Promise<boolean> {
  const loaded = new Map<ProviderName, Promise<Provider>>();
  return async ({ recommendation: { provider: name, service } }) => {
    if (!isProviderName(name)) return false;
    const provider = loaded.get(name) ?? factories[name]({ purchaseTimeout: 60_000 });
    loaded.set(name, provider);
    return Object.hasOwn((await provider).services, service);
  };
}

/**
 * The providers that an execution, not yet validated, needs. All of them when it names another one or none at all, so
 * that the validation can list what there is.
 */
export function providersNamedIn(execution: unknown): readonly ProviderName[] {
  const { recommendations } = Object(execution) as { recommendations?: unknown };
  const named = (Array.isArray(recommendations) ? recommendations : []).map(
    (recommendation: unknown) => (Object(recommendation) as { provider?: unknown }).provider,
  );
  const known = providerNames.filter((name) => named.includes(name));
  return known.length > 0 && named.every((name) => known.some((one) => one === name)) ? known : providerNames;
}

/** Builds providers. Nothing is sent; credentials are looked for at their first request. */
export async function createProviders(
  names: readonly ProviderName[],
  endpoints: Endpoints,
  purchaseTimeout: number,
  { configuration, variables }: Configured = {},
): Promise<readonly Provider[]> {
  return Promise.all(
    names.map((name) => {
      const endpoint = endpoints[name];
      const settings = { purchaseTimeout, tagNames: configuration?.tagNames, variables };
      return factories[name]({ ...settings, ...(endpoint === undefined ? {} : { endpoint }) }, configuration);
    }),
  );
}

/** The providers among these whose requests can spend money. */
export function realClouds(names: readonly ProviderName[], endpoints: Endpoints): readonly ProviderName[] {
  return names.filter((name) => !isImitation(endpoints[name]));
}
