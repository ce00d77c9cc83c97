import type { Scope } from "../../src/spec/executor.ts";

/** The scope of one kind of listing in a tenant, or in the credential's own. */
export function scopeOfTenant(
  tenantId: string | undefined,
  { key, label }: { readonly key: string; readonly label: string },
): Scope {
  return tenantId === undefined
    ? { key: `${key}/default`, label: `${label}, the credential's own tenant` }
    : { key: `${key}/${tenantId.toLowerCase()}`, label: `${label} tenant ${tenantId}`, tenantId };
}

/** The tenant that a scope names. */
export function tenantOf(scope: Scope): string | undefined {
  const tenantId = scope["tenantId"];
  return typeof tenantId === "string" ? tenantId : undefined;
}
