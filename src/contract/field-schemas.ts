// What the schemas of all clouds say alike: what a field must be, and what an editor and the reference pages tell of it.
import { z } from "zod";
import type { JsonValue } from "./json.ts";

/** Says what a field must be, also where it is left out. */
export function must(be: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? `is required: it ${be}` : be) };
}

/** One of these words. */
export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, must(`must be ${values.map((value) => `"${value}"`).join(" or ")}`));
}

/** A text of this form. */
export function matching(pattern: RegExp, be: string) {
  return z.string(must(be)).regex(pattern, be);
}

/** What is told of a field; `z.toJSONSchema` passes it on. */
type FieldWords = {
  /** One or two sentences. */
  readonly description: string;
  readonly examples?: JsonValue[];
  /** What is counted, or in what it is measured: `instances`, `MB`. */
  readonly "x-unit"?: string;
  /** The provider's own word for it, as its API or its price list has it. */
  readonly "x-called"?: string;
  /** The examples are all values that are known, where others are taken too: regions. They are suggested for a misspelt one. */
  readonly "x-known"?: true;
};

/** What is told of a field: for `.meta()`, behind all checks. */
export function about(
  description: string,
  {
    example,
    unit,
    called,
    known,
  }: {
    readonly example?: JsonValue;
    readonly unit?: string;
    readonly called?: string;
    readonly known?: readonly string[];
  } = {},
): FieldWords {
  const examples = [...new Set([...(example === undefined ? [] : [example]), ...(known ?? [])])];
  return {
    description,
    ...(examples.length === 0 ? {} : { examples }),
    ...(unit === undefined ? {} : { "x-unit": unit }),
    ...(called === undefined ? {} : { "x-called": called }),
    ...(known === undefined ? {} : { "x-known": true }),
  };
}
