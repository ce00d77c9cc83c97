import type { Standing } from "../../src/contract/commitment.ts";

/** What became of something that was sent, as far as one or several looks say. */
export type Fate<T> =
  | { readonly kind: "found"; readonly what: T; readonly id: string; readonly standing: Standing }
  /** Azure shows nothing under the handle. */
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "unclear"; readonly reason: string; readonly cause?: unknown };

/**
 * What the look at the handle itself and the looks at what answers named besides say together. One live commitment settles
 * it; two are for a person; and while one look is unclear, nothing is called over, failed or absent.
 */
export function combine<T>(own: Fate<T>, others: readonly Fate<T>[]): Fate<T> {
  const looks = [own, ...others];
  const found = [...new Map(looks.flatMap((look) => (look.kind === "found" ? [[look.id, look]] : []))).values()];
  const [live, ...more] = found.filter(({ standing }) => standing === "live");
  if (live !== undefined && more.length > 0) {
    const ids = [live, ...more].map(({ id }) => id).join(", ");
    return { kind: "unclear", reason: `several live orders are this purchase: ${ids}; look at them in Azure` };
  }
  if (live !== undefined) return live;
  const doubts = looks.filter((look) => look.kind === "unclear");
  const [doubt] = doubts;
  if (doubt !== undefined) return { ...doubt, reason: doubts.map(({ reason }) => reason).join("; ") };
  // Over goes before failed: it was paid.
  return found.find(({ standing }) => standing === "ended") ?? found[0] ?? own;
}
