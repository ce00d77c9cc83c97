import type { Scope } from "../../src/contract/executor.ts";

/** How the scope of one kind of listing is called. */
interface ScopeNames {
  /** Begins the key. */
  readonly key: string;
  /** Label of the credential's own tenant. */
  readonly own: string;
  /** Label of a tenant, which is added. */
  readonly named: string;
}

/** The scope of one kind of listing in a tenant, or in the credential's own. */
export function scopeOfTenant(tenantId: string | undefined, { key, own, named }: ScopeNames): Scope {
  return tenantId === undefined
    ? { key: `${key}/default`, label: own }
    : { key: `${key}/${tenantId.toLowerCase()}`, label: `${named} ${tenantId}`, tenantId };
}

/** The tenant that a scope names. */
export function tenantOf(scope: Scope): string | undefined {
  const tenantId = scope["tenantId"];
  return typeof tenantId === "string" ? tenantId : undefined;
}
