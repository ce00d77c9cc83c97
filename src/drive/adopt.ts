import { RefusedError } from "../contract/errors.ts";
import type { AskedFacts, CallOptions, Scope, ServiceExecutor } from "../contract/executor.ts";
import type { Facts, Listed } from "../contract/listed.ts";
import type { AnyRecommendation } from "../contract/recommendation.ts";
import { asRefusal } from "./as-refusal.ts";
import { contradictions, listDifferences, notStated, statedDifferences } from "./compare-facts.ts";
import type { Listing } from "./read-listing.ts";

/**
 * The commitment in a listing that carries the token, if it was bought before. What failed does not count, nor what ended,
 * unless the listing says so, nor what a person said is not it (`notThis`) and is not live; what nobody knows does. Throws a
 * RefusedError where a person has to look.
 */
export function match(listing: Listing, token: string, notThis: readonly string[] = []): Listed | undefined {
  const all = listing.byToken.get(token) ?? [];
  const live = all.filter(({ commitment }) => commitment.standing === "live");
  const found = all.filter(({ commitment }) => !notThis.includes(commitment.id));
  if (live.length > 1) {
    const ids = live.map(({ commitment }) => commitment.id).join(", ");
    throw new RefusedError({
      code: "several-commitments",
      message: `Several live commitments carry this recommendation's token: ${ids}. One of them may be a purchase too many; compare them at the provider.`,
    });
  }
  if (live[0] !== undefined) return live[0];
  const unclear = found.find(({ commitment }) => commitment.standing === "unclear")?.commitment;
  if (unclear !== undefined) {
    throw new RefusedError({
      code: "commitment-unclear",
      message: `${unclear.id} carries this recommendation's token and is ${unclear.state}: it cannot be told whether it was paid. Look at it at the provider before anything more is bought.`,
    });
  }
  return listing.endedCounts === true ? found.find(({ commitment }) => commitment.standing === "ended") : undefined;
}

/**
 * What is found by its marker alone is compared with what was asked for before it is adopted. Throws a RefusedError
 * `commitment-mismatch`, or `commitment-unverifiable` where it does not say what decides.
 */
export async function compareFound(
  executor: ServiceExecutor,
  { recommendation, scope }: { readonly recommendation: AnyRecommendation; readonly scope: Scope },
  found: Listed,
  options: CallOptions,
): Promise<void> {
  const { id } = found.commitment;
  const asked = executor.factsOf(recommendation);
  const facts = await asRefusal("commitment-unverifiable", `Comparing ${id} failed`, () =>
    allFacts(executor, asked, scope, found, options),
  );
  const differences = contradictions(asked, { ...found, facts });
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
