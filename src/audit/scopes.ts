import type { Place } from "../contract/audit-report.ts";
import { InvalidExecutionError } from "../contract/errors.ts";
import type { Provider, Scope, ServiceExecutor } from "../contract/executor.ts";
import type { ExecutionRecord, ExecutionsQuery } from "../contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import type { AnyRecommendation } from "../contract/recommendation.ts";
import { canBeListed, isOnlyRefused } from "../contract/service-without-api.ts";
import { visitRecords } from "../drive/read-records.ts";

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

/** Executions that are read at once. */
const pageSize = 1000;

/**
 * The scopes of all services in the places named. Throws an InvalidExecutionError for a provider that is not there, and for a place
 * that lacks a field.
 */
export function scopesIn(places: readonly Place[], providers: readonly Provider[]): Targets {
  return collect(
    places.flatMap((place, index) => {
      const provider = providers.find(({ name }) => name === place.provider);
      if (provider === undefined) {
        throw new InvalidExecutionError(
          [{ path: "places", message: `names the provider ${place.provider}` }],
          "request",
        );
      }
      const candidates = Object.values(provider.services).map((executor) => ({
        provider: provider.name,
        service: executor.service,
        executor,
        // A scope is made of where it is, and of nothing else.
        scopeOf: () => executor.scopeOf({ ...place, service: executor.service } as unknown as AnyRecommendation),
      }));
      const listed = candidates.filter(({ executor }) => canBeListed(executor));
      checkFields(
        `places[${index}]`,
        listed.map(({ scopeOf }) => scopeOf()),
      );
      return candidates;
    }),
  );
}

/** A scope has the fields of the place that it was made of: undefined where the place lacks one. */
function checkFields(path: string, scopes: readonly Scope[]): void {
  const fields = scopes.flatMap((scope) => Object.entries(scope));
  const missing = new Set(fields.filter(([, value]) => value === undefined).map(([name]) => name));
  const problems = [...missing].map((name) => ({ path: `${path}.${name}`, message: "is missing" }));
  if (problems.length > 0) throw new InvalidExecutionError(problems, "request");
}

/** The scopes of all that the ledger holds. Throws a LedgerError, and whatever `check` throws, which is asked before each page. */
export async function scopesOfLedger(
  ledger: Ledger,
  providers: readonly Provider[],
  check: () => void,
): Promise<Targets> {
  const collected = startCollecting();
  await visitRecords(ledger, check, (record) => collected.add(candidateOf(record, providers)));
  return collected.targets();
}

/** The executions that a caller owns, and the scopes of their records. Throws as {@link scopesOfLedger}. */
export async function scopesOfCaller(
  ledger: Ledger,
  caller: string,
  providers: readonly Provider[],
  check: () => void,
): Promise<Targets & { readonly executions: ReadonlySet<string> }> {
  const collected = startCollecting();
  const executions = new Set<string>();
  let after: ExecutionsQuery["after"];
  for (;;) {
    const page: readonly ExecutionRecord[] = await ledger.executions({ caller, after, limit: pageSize });
    for (const { executionId } of page) {
      check();
      executions.add(executionId);
      for (const record of await ledger.recordsOf(executionId)) collected.add(candidateOf(record, providers));
    }
    after = page.at(-1);
    if (page.length < pageSize) return { ...collected.targets(), executions };
  }
}

/** The scopes of these records. */
export function scopesOfRecords(records: readonly TokenRecord[], providers: readonly Provider[]): Targets {
  return collect(records.map((record) => candidateOf(record, providers)));
}

function candidateOf(
  { recommendation: { provider, service }, scope }: TokenRecord,
  providers: readonly Provider[],
): Candidate {
  const services = providers.find(({ name }) => name === provider)?.services ?? {};
  const executor = Object.hasOwn(services, service) ? services[service] : undefined;
  return { provider, service, executor, scopeOf: () => scope };
}

type Candidate = {
  readonly provider: string;
  readonly service: string;
  readonly executor: ServiceExecutor | undefined;
  readonly scopeOf: () => Scope;
};

function collect(candidates: readonly Candidate[]): Targets {
  const collected = startCollecting();
  for (const candidate of candidates) collected.add(candidate);
  return collected.targets();
}

/** Several services may share one listing: it is looked at once. In the order of the scopes' keys. */
function startCollecting() {
  const targets = new Map<string, Target>();
  const notLookedAt = new Map<string, { provider: string; service: string }>();
  return {
    add: ({ provider, service, executor, scopeOf }: Candidate): void => {
      if (executor !== undefined && isOnlyRefused(executor)) return;
      if (executor === undefined || !canBeListed(executor)) {
        notLookedAt.set(`${provider} ${service}`, { provider, service });
        return;
      }
      const scope = scopeOf();
      if (!targets.has(scope.key)) targets.set(scope.key, { executor, scope });
    },
    targets: (): Targets => {
      const byKey = [...targets].toSorted(([one], [other]) => (one < other ? -1 : 1));
      return { targets: byKey.map(([, target]) => target), notLookedAt: [...notLookedAt.values()] };
    },
  };
}
