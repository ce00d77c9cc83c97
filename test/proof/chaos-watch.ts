import type { Bought } from "./bought.ts";

/** Knows what was bought, and since when. */
export interface PurchaseWatch {
  /** Notes what has appeared since the last look. */
  look(): void;
  /** How many were seen so far. */
  count(): number;
  boughtFor(token: string): Bought | undefined;
  /** Everything, with the time at which it was seen first: milliseconds since 1970, 0 for never. */
  inTheEnd(): readonly (Bought & { readonly at: number })[];
}

/** Watches over what `all` says was bought. */
export function watchPurchases(all: () => readonly Bought[]): PurchaseWatch {
  const appeared = new Map<string, number>();
  return {
    look: () => {
      for (const { id } of all()) if (!appeared.has(id)) appeared.set(id, Date.now());
    },
    count: () => appeared.size,
    boughtFor: (token) => all().find((one) => one.token === token),
    inTheEnd: () => all().map((bought) => ({ ...bought, at: appeared.get(bought.id) ?? 0 })),
  };
}
