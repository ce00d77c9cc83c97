import type { ExecutionProblem } from "../contract/errors.ts";
import type { SourceRecord } from "../contract/recommendation-source.ts";

/**
 * Of records that are about the same usage, all but the first: a source gives the same usage several times, with another term,
 * look-back or scope, to choose from. To buy them all would be to pay for it several times.
 */
export function findAlternatives(
  records: readonly SourceRecord[],
  facets: readonly string[],
  positions: ReadonlyMap<SourceRecord, number>,
): readonly ExecutionProblem[] {
  const byUsage = Map.groupBy(
    records.filter(({ problems }) => problems.length === 0),
    ({ usage }) => usage.key,
  );
  return [...byUsage.values()].flatMap((group) => {
    const first = new Map<string, { readonly record: SourceRecord; readonly order: number }>();
    return group.flatMap((record, order): ExecutionProblem[] => {
      const [before] = wider(record)
        .flatMap((place) => first.get(place) ?? [])
        .toSorted((one, other) => one.order - other.order);
      for (const place of among(record)) if (!first.has(place)) first.set(place, { record, order });
      return before === undefined ? [] : [alternative(record, before.record, facets, positions)];
    });
  });
}

/** Stands for whatever scope or part there is, beside `all`, which covers each of them. */
const [any, all] = ["any", "all"];

const own = (name: string | undefined) => (name === undefined ? all : `one ${name}`);

const pairs = (scopes: readonly string[], parts: readonly string[]) =>
  scopes.flatMap((scope) => parts.map((part) => JSON.stringify([scope, part])));

/** Where a record is found by those after it. */
function among({ usage }: SourceRecord): readonly string[] {
  return pairs([own(usage.scope), any], [own(usage.part), any]);
}

/** Where those are found that cover what this record does: what covers all covers the same as what covers a part. */
function wider({ usage: { scope, part } }: SourceRecord): readonly string[] {
  const reach = (name: string | undefined) => (name === undefined ? [any] : [own(name), all]);
  return pairs(reach(scope), reach(part));
}

function alternative(
  record: SourceRecord,
  before: SourceRecord,
  facets: readonly string[],
  positions: ReadonlyMap<SourceRecord, number>,
): ExecutionProblem {
  const differing = facets.filter((name) => record.facets[name] !== before.facets[name]);
  const named = differing.map((name) => `${name} ${record.facets[name] ?? "unsaid"}`).join(", ");
  const what = differing.length === 0 ? "the same again" : `for the same usage with ${named}`;
  const [name] = differing;
  const choose = name === undefined ? "" : ` (only ${name}=${record.facets[name] ?? "…"}, or the other)`;
  return {
    path: `record ${positions.get(record)}, ${record.path}`,
    message: `is ${what}, beside record ${positions.get(before)}: both would be bought. Choose one${choose}, or take both (allowAlternatives, --allow-alternatives)`,
  };
}
