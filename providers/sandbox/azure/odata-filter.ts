import { ArmError } from "./arm-answer.ts";

/** The value at a path such as `properties/displayName`; undefined where there is none. */
type Lookup = (path: string) => unknown;
type Condition = (lookup: Lookup) => boolean;

const maximumDepth = 20;

/**
 * An OData `$filter` made of `eq`, `and`, `or` and parentheses: all that Microsoft.Capacity documents. Strings are
 * compared without regard to letter case where `ignoresCase` names the path. Throws an ArmError 400 for anything else.
 */
export function parseFilter(filter: string, ignoresCase: ReadonlySet<string>): Condition {
  const tokens = filter.match(/'(?:[^']|'')*'|[()]|[^\s()']+/g) ?? [];
  let position = 0;
  const accept = (word: string) => {
    const found = tokens[position]?.toLowerCase() === word;
    position += found ? 1 : 0;
    return found;
  };

  const comparison = (depth: number): Condition => {
    if (depth > maximumDepth) {
      throw invalid(filter);
    }
    if (accept("(")) {
      const inner = either(depth + 1);
      if (!accept(")")) {
        throw invalid(filter);
      }
      return inner;
    }
    const path = tokens[position];
    position += 1;
    if (path === undefined || !/^[a-z]+(\/[a-z]+)*$/i.test(path) || !accept("eq")) {
      throw invalid(filter);
    }
    const wanted = literal(tokens[position]);
    position += 1;
    if (wanted === undefined) {
      throw invalid(filter);
    }
    const fold = (text: string) => (ignoresCase.has(path) ? text.toLowerCase() : text);
    return (lookup) => {
      const value = lookup(path);
      return (
        (typeof value === "string" || typeof value === "number" || typeof value === "boolean") &&
        fold(String(value)) === fold(wanted)
      );
    };
  };
  const both = (depth: number): Condition => {
    const conditions = [comparison(depth)];
    while (accept("and")) {
      conditions.push(comparison(depth));
    }
    return (lookup) => conditions.every((condition) => condition(lookup));
  };
  const either = (depth: number): Condition => {
    const conditions = [both(depth)];
    while (accept("or")) {
      conditions.push(both(depth));
    }
    return (lookup) => conditions.some((condition) => condition(lookup));
  };

  const condition = either(0);
  if (position !== tokens.length) {
    throw invalid(filter);
  }
  return condition;
}

/** Looks a path up in a JSON value. */
export function lookupIn(value: object): Lookup {
  return (path) =>
    path.split("/").reduce<unknown>((parent, name) => {
      const own = typeof parent === "object" && parent !== null && Object.hasOwn(parent, name);
      return own ? (parent as Readonly<Record<string, unknown>>)[name] : undefined;
    }, value);
}

function literal(token: string | undefined): string | undefined {
  if (token?.startsWith("'")) {
    return token.slice(1, -1).replaceAll("''", "'");
  }
  return token !== undefined && /^(-?\d+(\.\d+)?|true|false)$/.test(token) ? token : undefined;
}

function invalid(filter: string): ArmError {
  return new ArmError(400, "BadRequest", `The filter "${filter}" is not valid: only eq, and, or are supported.`);
}
