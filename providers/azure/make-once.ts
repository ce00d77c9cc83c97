/** A function that makes something at its first call; a failure is not kept. */
export function makeOnce<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => {
    made ??= make();
    try {
      return await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
}

/** A function that makes something for a tenant when it is first asked for; `undefined` is the credential's own tenant. */
export function makeOncePerTenant<T>(make: (tenantId: string | undefined) => T): (tenantId: string | undefined) => T {
  const made = new Map<string, { readonly value: T }>();
  return (tenantId) => {
    const key = tenantId?.toLowerCase() ?? "default";
    const known = made.get(key) ?? { value: make(tenantId) };
    made.set(key, known);
    return known.value;
  };
}
