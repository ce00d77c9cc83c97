import type { Ledger } from "../../src/contract/ledger.ts";

/** The ledger, and how often each of its methods is called. */
export function countCalls(inner: Ledger): { readonly ledger: Ledger; readonly calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const ledger = new Proxy(inner, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]): unknown => {
        calls[String(name)] = (calls[String(name)] ?? 0) + 1;
        return Reflect.apply(member, target, args);
      };
    },
  });
  return { ledger, calls };
}
