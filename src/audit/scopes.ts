import type { Place } from "../contract/audit-report.ts";
import { InvalidExecutionError, RefusedError } from "../contract/errors.ts";
import type { Provider, Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Recommendation } from "../contract/recommendation.ts";
import { canBeListed } from "../contract/service-without-api.ts";

/** A listing to look at, and what can make it. */
export interface Target {
  readonly executor: ServiceExecutor;
  readonly scope: Scope;
}

/** What is looked at, and the services that cannot be. */
export interface Targets {
  readonly targets: readonly Target[];
  readonly notLookedAt: readonly { readonly provider: string; readonly service: string }[];
}

/** A ledger with more records is asked for its scopes by naming them. */
const maxRecords = 100_000;

/** The scopes of all services in the places named. Throws an InvalidExecutionError for a provider that is not there. */
export function scopesIn(places: readonly Place[], providers: readonly Provider[]): Targets {
  return collect(
    places.flatMap((place) => {
      const provider = providers.find(({ name }) => name === place.provider);
      if (provider === undefined) {
        throw new InvalidExecutionError(
          [{ path: "places", message: `names the provider ${place.provider}` }],
          "request",
        );
      }
      return Object.values(provider.services).map((executor) => ({
        provider: provider.name,
        service: executor.service,
        executor,
        // A scope is made of where it is, and of nothing else.
        scopeOf: () => executor.scopeOf({ ...place, service: executor.service } as unknown as Recommendation),
      }));
    }),
  );
}

/** The scopes of all that the ledger holds. Throws a LedgerError, or a RefusedError where it holds too much to read it all. */
export async function scopesOfLedger(ledger: Ledger, providers: readonly Provider[]): Promise<Targets> {
  const records = await ledger.records({ limit: maxRecords + 1 });
  if (records.length > maxRecords) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The ledger holds more than ${maxRecords} recommendations: name what is to be looked at.`,
    });
  }
  return scopesOfRecords(records, providers);
}

/** The scopes of these records. */
export function scopesOfRecords(records: readonly TokenRecord[], providers: readonly Provider[]): Targets {
  return collect(
    records.map(({ recommendation: { provider, service }, scope }) => {
      const services = providers.find(({ name }) => name === provider)?.services ?? {};
      const executor = Object.hasOwn(services, service) ? services[service] : undefined;
      return { provider, service, executor, scopeOf: () => scope };
    }),
  );
}

type Candidate = {
  readonly provider: string;
  readonly service: string;
  readonly executor: ServiceExecutor | undefined;
  readonly scopeOf: () => Scope;
};

/** Several services may share one listing: it is looked at once. In the order of the scopes' keys. */
function collect(candidates: readonly Candidate[]): Targets {
  const targets = new Map<string, Target>();
  const notLookedAt = new Map<string, { provider: string; service: string }>();
  for (const { provider, service, executor, scopeOf } of candidates) {
    if (executor === undefined || !canBeListed(executor)) {
      notLookedAt.set(`${provider} ${service}`, { provider, service });
      continue;
    }
    const scope = scopeOf();
    if (!targets.has(scope.key)) targets.set(scope.key, { executor, scope });
  }
  const byKey = [...targets].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { targets: byKey.map(([, target]) => target), notLookedAt: [...notLookedAt.values()] };
}
