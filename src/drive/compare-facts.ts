import type { AskedFacts, Difference } from "../contract/executor.ts";
import type { Facts, Listed } from "../contract/listed.ts";

/** In what something found differs from what was asked for, where it says so. */
export function statedDifferences({ decisive, ifStated }: AskedFacts, found: Facts): readonly Difference[] {
  return Object.entries({ ...ifStated, ...decisive }).flatMap(([field, asked]) => {
    const there = found[field];
    return asked === undefined || there === undefined || there === asked ? [] : [{ field, asked, found: there }];
  });
}

/** The same for what a listing shows, but for that in which it may differ all the same. */
export function contradictions(
  asked: AskedFacts,
  { facts, mayDiffer = [] }: Pick<Listed, "facts" | "mayDiffer">,
): readonly Difference[] {
  return statedDifferences(asked, facts).filter(({ field }) => !mayDiffer.includes(field));
}

/** The fields that were asked for and that what was found does not state. */
export function notStated(asked: Facts, found: Facts): readonly string[] {
  return Object.entries(asked).flatMap(([field, value]) =>
    value === undefined || found[field] !== undefined ? [] : [field],
  );
}

/** `quantity: asked 2, found 3; term: …`, for a person. */
export function listDifferences(differences: readonly Difference[]): string {
  return differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
}
