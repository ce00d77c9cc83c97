import { AwsFault } from "./aws-fault.ts";

/** No list in a request is longer; ends a loop over member numbers. */
const maximumMembers = 1000;

/** The form body of the query protocol: `Action=...&Filter.1.Name=...&Filter.1.Value.1=...`. */
export interface Query {
  get(name: string): string | undefined;
  /** Throws an AwsFault `MissingParameter`. */
  demand(name: string): string;
  /** A whole number; undefined where it is absent. Throws an AwsFault `InvalidParameterValue`. */
  integer(name: string): number | undefined;
  /** `name.1`, `name.2` and so on. */
  list(name: string): readonly string[];
  /** The tags under a name: `Tag` for `Tag.1.Key`, `Tags.Tag` for `Tags.Tag.1.Key`. */
  tags(name: string): Readonly<Record<string, string>>;
  /** The values of every filter by its name. */
  filters(): ReadonlyMap<string, readonly string[]>;
}

export function parseQuery(body: string): Query {
  const form = new URLSearchParams(body);
  const get = (name: string) => form.get(name) ?? undefined;
  const members = (nameOf: (member: number) => string) => {
    const values: string[] = [];
    for (let member = 1; member <= maximumMembers; member += 1) {
      const value = get(nameOf(member));
      if (value === undefined) {
        break;
      }
      values.push(value);
    }
    return values;
  };
  const list = (name: string) => members((member) => `${name}.${member}`);
  return {
    get,
    list,
    demand(name) {
      const value = get(name);
      if (value === undefined || value === "") {
        throw new AwsFault(400, "MissingParameter", `The request must contain the parameter ${name}`);
      }
      return value;
    },
    integer(name) {
      const value = get(name);
      if (value !== undefined && !/^\d{1,15}$/.test(value)) {
        throw new AwsFault(400, "InvalidParameterValue", `Value (${value}) for parameter ${name} is invalid.`);
      }
      return value === undefined ? undefined : Number(value);
    },
    tags: (name) =>
      Object.fromEntries(
        members((member) => `${name}.${member}.Key`).map((key, index) => [
          key,
          get(`${name}.${index + 1}.Value`) ?? "",
        ]),
      ),
    filters: () => {
      const names = members((member) => `Filter.${member}.Name`);
      return new Map(names.map((name, index) => [name, list(`Filter.${index + 1}.Value`)]));
    },
  };
}
