import { AwsFault } from "../aws-fault.ts";
import type { Query } from "../query.ts";

/** What a filter sees of a thing, by the filter's name: several values for `tag-key`, none where it has none. */
export type FilterFields = Readonly<Record<string, readonly string[]>>;

/**
 * EC2's `Filters`: all must match, each with any of its values. `fields` says what can be filtered by; a filter on
 * `tag:<key>` is looked up under that name. Throws an AwsFault `InvalidParameterValue` for a filter that EC2 does not know.
 */
export function matchesFilters(query: Query, fields: FilterFields, tagged: boolean): boolean {
  return [...query.filters()].every(([name, wanted]) => {
    const known = Object.hasOwn(fields, name) || (tagged && name.startsWith("tag:"));
    if (!known) {
      throw new AwsFault(400, "InvalidParameterValue", `The filter '${name}' is invalid`);
    }
    return (fields[name] ?? []).some((value) => wanted.includes(value));
  });
}
