import type { ExecutionPlace } from "../contract/ledger.ts";

/** The tokens of some requests by the key of the scope that they are looked up in. */
export function tokensByScope(requests: readonly ExecutionPlace[]): ReadonlyMap<string, ReadonlySet<string>> {
  const scopes = new Map<string, Set<string>>();
  for (const { scope, token } of requests) scopes.set(scope.key, (scopes.get(scope.key) ?? new Set()).add(token));
  return scopes;
}
