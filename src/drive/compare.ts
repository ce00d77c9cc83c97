import { RefusedError } from "../contract/errors.ts";
import type { AskedFacts, CallOptions, Difference, Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Facts, Listed } from "../contract/listed.ts";
import type { Recommendation } from "../contract/recommendation.ts";
import { asRefusal } from "./as-refusal.ts";

/** In what something found differs from what was asked for, where it says so. */
export function statedDifferences({ decisive, ifStated }: AskedFacts, found: Facts): readonly Difference[] {
  return Object.entries({ ...ifStated, ...decisive }).flatMap(([field, asked]) => {
    const there = found[field];
    return asked === undefined || there === undefined || there === asked ? [] : [{ field, asked, found: there }];
  });
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

/**
 * What is found by its marker alone is compared with what was asked for before it is adopted. Throws a RefusedError
 * `commitment-mismatch`, or `commitment-unverifiable` where it does not say what decides.
 */
export async function compareFound(
  executor: ServiceExecutor,
  { recommendation, scope }: { readonly recommendation: Recommendation; readonly scope: Scope },
  found: Listed,
  options: CallOptions,
): Promise<void> {
  const { id } = found.commitment;
  const step = <T>(run: () => Promise<T>) => asRefusal("commitment-unverifiable", `Comparing ${id} failed`, run);
  const asked = executor.factsOf(recommendation);
  const { compare } = executor;
  const differences = compare
    ? await step(() => compare(recommendation, found.commitment, options))
    : statedDifferences(asked, await step(() => allFacts(executor, asked, scope, found, options)));
  if (differences.length === 0) return;
  throw new RefusedError({
    code: "commitment-mismatch",
    message: `${id} carries this recommendation's token, but is not what was asked for (${listDifferences(differences)}). Nothing was sent. Compare the two, and find out who bought it.`,
  });
}

/** All that what was found says. Throws a RefusedError where that does not decide. */
async function allFacts(
  { inventory }: ServiceExecutor,
  { decisive, ifStated }: AskedFacts,
  scope: Scope,
  { commitment, facts }: Listed,
  { signal }: CallOptions,
): Promise<Facts> {
  const isWhole = notStated({ ...ifStated, ...decisive }, facts).length === 0;
  const further = isWhole ? undefined : await inventory.facts?.(scope, commitment, { signal, stated: facts });
  const all = { ...stated(further ?? {}), ...stated(facts) };
  const missing = notStated(decisive, all);
  if (missing.length === 0 || statedDifferences({ decisive, ifStated }, all).length > 0) return all;
  throw new RefusedError({
    code: "commitment-unverifiable",
    message: `${commitment.id} in ${scope.label} carries this recommendation's token, but does not say enough to be compared with what was asked for (${missing.join(", ")}). Nothing was sent. Drive again later.`,
    retryable: true,
  });
}

function stated(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
