import type { Difference } from "../../src/contract/executor.ts";
import type { Attributes } from "../../src/contract/listed-commitment.ts";

/** Stands in a difference for a value that AWS did not give. */
export const notStated = "not stated";

/**
 * How something found differs from what was asked for, field by field. `normalise` takes away what may differ: it gets
 * each value with its field.
 */
export function differencesBetween(
  asked: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string | undefined>,
  normalise: (field: string, value: string) => string = (_field, value) => value,
): Difference[] {
  return [...asked].flatMap(([field, value]) => {
    const other = found.get(field);
    if (other !== undefined && normalise(field, other) === normalise(field, value)) return [];
    return [{ field, asked: value, found: other ?? notStated }];
  });
}

/** Of the differences, those where AWS did say something: an attribute that it left out may still fit. */
export function statedDifferences(differences: readonly Difference[]): readonly Difference[] {
  return differences.filter(({ found }) => found !== notStated);
}

/** The attributes that AWS stated, for an audit. */
export function statedAttributes(attributes: ReadonlyMap<string, string | undefined>): Attributes {
  return Object.fromEntries([...attributes].filter((entry): entry is [string, string] => entry[1] !== undefined));
}
