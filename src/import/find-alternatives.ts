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
    const firstOf = new Map<string | undefined, SourceRecord>();
    return group.flatMap((record): ExecutionProblem[] => {
      const { scope } = record.usage;
      // What looks at all of the customer covers the same as what looks at a part.
      const before = firstOf.get(scope) ?? (scope === undefined ? group[0] : firstOf.get(undefined));
      if (!firstOf.has(scope)) firstOf.set(scope, record);
      return before === undefined || before === record ? [] : [alternative(record, before, facets, positions)];
    });
  });
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
