/** A function that makes something for a tenant when it is first asked for; `undefined` is the credential's own tenant. */
export function oncePerTenant<T>(make: (tenantId: string | undefined) => T): (tenantId: string | undefined) => T {
  const made = new Map<string, { readonly value: T }>();
  return (tenantId) => {
    const key = tenantId?.toLowerCase() ?? "default";
    const known = made.get(key) ?? { value: make(tenantId) };
    made.set(key, known);
    return known.value;
  };
}
