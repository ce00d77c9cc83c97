import { z } from "zod";
import { RefusedError } from "./errors.ts";
import { readVariable, variableSchema, type Variable, type Variables } from "./variable.ts";

/** One way to sign in, by the fields of its entry in a configuration. */
export interface SignInWay {
  /** The fields that it needs. */
  readonly needs: readonly string[];
  /** Further ones that it may have. */
  readonly may?: readonly string[];
  /** What its field `use` says, where it needs that. */
  readonly use?: string;
}

/** Entries by account, tenant or project; `*` stands for every other one. */
export type SignIns<Entry> = Readonly<Record<string, Entry>>;

/** A path: one line, and not what is in the file (JSON, a PEM block, a signed token), which may be a secret. */
export const filePattern = /^(?!\s*\{)(?!-----BEGIN)(?!\s*eyJ[\w-]+\.)[^\n\r]+$/;

const fileProblem =
  'must be the path of a file, or { "env": "NAME" } where a variable holds the path; never what is in the file';

/** A file of an entry: its path, or the variable that holds the path. */
export const fileSchema = z.union([z.string().regex(filePattern, fileProblem), variableSchema], { error: fileProblem });

/** The path of a file. Throws like {@link readVariable}; `path` is the field. */
export function readFileName(file: string | Variable, path: string, variables: Variables): string {
  return typeof file === "string" ? file : readVariable(file, path, variables);
}

/** An entry that has the fields of exactly one way. The JSON Schema that zod makes of it says so too. */
export function signInSchema(shape: z.ZodRawShape, ways: readonly SignInWay[]) {
  const list = ways.map(describeWay).join(", or ");
  return z
    .strictObject(shape, {
      error: ({ code }) =>
        code === "invalid_type" ? `must be an object that says how to sign in: ${list}` : undefined,
    })
    .refine((entry) => ways.some((way) => isWay(way, entry)), {
      error: `must say in exactly one way how to sign in: ${list}`,
      when: ({ issues }) => issues.length === 0,
    })
    .meta({ anyOf: ways.map((way) => toJsonSchema(way, Object.keys(shape))) });
}

/**
 * Entries by their key, `keyIs` in words ("must be ..."). Two spellings of one key that differ in letter case overlap and are
 * refused.
 */
export function signInsSchema<Entry>(key: RegExp, keyIs: string, entry: z.ZodType): z.ZodType<SignIns<Entry>> {
  const schema = z
    .record(z.string().regex(key), entry, {
      error: ({ code }) => (code === "invalid_key" ? keyIs : "must be an object with an entry for each, or for *"),
    })
    .superRefine((entries, context) => {
      const seen = new Map<string, string>();
      for (const name of Object.keys(entries)) {
        const first = seen.get(name.toLowerCase());
        if (first === undefined) seen.set(name.toLowerCase(), name);
        else
          context.addIssue({ code: "custom", path: [name], message: `is the same as ${first}: keep one of the two` });
      }
    });
  // What an entry holds follows from the one way that it has the fields of.
  return schema as unknown as z.ZodType<SignIns<Entry>>;
}

/** The entry of an id, letter case aside, else that of `*`; with the key under which it stands. */
export function entryFor<Entry>(
  entries: SignIns<Entry>,
  id: string | undefined,
): { readonly key: string; readonly entry: Entry } | undefined {
  const wanted = id?.toLowerCase();
  const found = Object.entries(entries);
  const [key, entry] =
    found.find(([name]) => name.toLowerCase() === wanted) ?? found.find(([name]) => name === "*") ?? [];
  return key === undefined || entry === undefined ? undefined : { key, entry };
}

/**
 * Entries that are as their schema says. Throws a RefusedError `invalid-configuration` that names the field, `path` being that
 * of the entries, and prints no value.
 */
export function parseSignIns<Entry>(
  schema: z.ZodType<SignIns<Entry>>,
  entries: SignIns<Entry>,
  path: string,
): SignIns<Entry> {
  const { data, error } = schema.safeParse(entries);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const unknown = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const field = [path, ...(issue?.path ?? []), ...unknown].map(String).join(".");
  const problem = unknown.length > 0 ? "is not a known field" : issue?.message;
  throw new RefusedError({ code: "invalid-configuration", message: `${field} ${problem}. Nothing was sent.` });
}

function isWay({ needs, may = [], use }: SignInWay, entry: Readonly<Record<string, unknown>>): boolean {
  const given = Object.keys(entry).filter((name) => entry[name] !== undefined);
  return (
    needs.every((name) => given.includes(name)) &&
    given.every((name) => needs.includes(name) || may.includes(name)) &&
    (use === undefined || entry["use"] === use)
  );
}

function describeWay({ needs, may = [], use }: SignInWay): string {
  const fields = needs.map((name) => (name === "use" && use !== undefined ? `use "${use}"` : name));
  return [fields.join(" with "), ...may.map((name) => `and perhaps ${name}`)].join(" ");
}

function toJsonSchema({ needs, may = [], use }: SignInWay, fields: readonly string[]): object {
  const others = fields.filter((name) => !needs.includes(name) && !may.includes(name));
  return {
    required: needs,
    properties: {
      ...Object.fromEntries(others.map((name) => [name, false])),
      ...(use === undefined ? {} : { use: { const: use } }),
    },
  };
}
