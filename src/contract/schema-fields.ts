import type { JsonSchema } from "./json-schema.ts";

/** A field of what a schema takes, as a page or a table shows it. */
export interface SchemaField {
  /** With the fields that it is in: `appliedScope.type`. */
  readonly path: string;
  /** It has to be there, where what it is in is there. */
  readonly isRequired: boolean;
  /** It is there only where another field has one of these values. */
  readonly where?: FieldCondition | undefined;
  /** What it takes: where that depends on another field, all of it. */
  readonly schema: JsonSchema;
}

/** That a field has one of these values. */
export interface FieldCondition {
  readonly path: string;
  readonly values: readonly string[];
}

/** All fields that a schema takes, those within others behind them. */
export function fieldsOfSchema(schema: JsonSchema, within = ""): readonly SchemaField[] {
  const forms = formsOf(schema);
  if (forms.length > 0) return merged(forms.map((form) => fieldsOfSchema(form, within)));
  const { properties = {}, required = [] } = schema;
  return Object.entries(properties).flatMap(([name, field]) => {
    if (typeof field !== "object") return [];
    const path = within === "" ? name : `${within}.${name}`;
    return [{ path, isRequired: required.includes(name), schema: field }, ...fieldsOfSchema(field, path)];
  });
}

function formsOf({ oneOf, anyOf }: JsonSchema): readonly JsonSchema[] {
  return [...(oneOf ?? []), ...(anyOf ?? [])].filter((form): form is JsonSchema => typeof form === "object");
}

/** The fields of several forms, each once. */
function merged(forms: readonly (readonly SchemaField[])[]): readonly SchemaField[] {
  const found = new Map<string, SchemaField>();
  for (const form of forms) {
    const condition = form.find(({ path, schema }) => wordsOf(schema).length > 0 && isTold(path, forms));
    for (const field of form) {
      const known = found.get(field.path);
      const everywhere = forms.every((fields) => fields.some(({ path }) => path === field.path));
      const where =
        everywhere || condition === undefined
          ? undefined
          : { path: condition.path, values: [...(known?.where?.values ?? []), ...wordsOf(condition.schema)] };
      found.set(field.path, {
        path: field.path,
        isRequired: field.isRequired && known?.isRequired !== false,
        schema: known === undefined ? field.schema : withWords(known.schema, field.schema),
        ...(field.where === undefined && where === undefined ? {} : { where: field.where ?? where }),
      });
    }
  }
  return [...found.values()];
}

/** Whether a field tells the forms apart: each has other words for it. */
function isTold(path: string, forms: readonly (readonly SchemaField[])[]): boolean {
  const all = forms.map((fields) => wordsOf(fields.find((field) => field.path === path)?.schema ?? {}));
  return all.every((words) => words.length > 0) && new Set(all.flat()).size === all.flat().length;
}

function withWords(one: JsonSchema, other: JsonSchema): JsonSchema {
  const words = [...new Set([...wordsOf(one), ...wordsOf(other)])];
  if (words.length < 2) return one;
  const { const: _only, ...rest } = one;
  return { ...rest, enum: words };
}

/** The words that alone are taken for a field; none where others are. */
export function wordsOf({ enum: several, const: only }: JsonSchema): readonly string[] {
  return [...(several ?? []), ...(only === undefined ? [] : [only])].map(String);
}

/** The values that are known of a field which takes others too: regions. */
export function knownOf(schema: JsonSchema): readonly string[] {
  return schema["x-known"] === true ? ((schema["examples"] ?? []) as readonly unknown[]).map(String) : [];
}

/** What a field takes, in words; `quote` writes a value as the reader sees it in a file. */
export function takenText(schema: JsonSchema, quote: (value: string) => string): string {
  const words = wordsOf(schema);
  if (words.length > 0) return words.map(quote).join(", ");
  const { type, format, minimum, maximum, multipleOf } = schema;
  if (type === "boolean") return `${quote("true")}, ${quote("false")}`;
  if (type === "integer") {
    const counted = (value: number) => value.toLocaleString("en");
    const from = minimum === undefined ? "" : ` from ${counted(minimum)}`;
    const to = maximum === undefined ? "" : ` to ${counted(maximum)}`;
    return `a whole number${from}${to}${multipleOf === undefined ? "" : `, a multiple of ${counted(multipleOf)}`}`;
  }
  if (format === "uuid") return "a GUID";
  if (type === "string") return knownOf(schema).length > 0 ? "a text; known ones are below" : "a text";
  return type === "array" ? "a list of texts" : "an object";
}

/** One example of a field, as JSON; undefined where it has none, or where its values say it all. */
export function exampleOf(schema: JsonSchema): string | undefined {
  const [example] = (schema["examples"] ?? []) as readonly unknown[];
  const words = wordsOf(schema);
  if (example === undefined || (words.length > 0 && !words.some((word) => word === example))) return undefined;
  return JSON.stringify(example);
}

/** A text that a schema says of a field, such as its description. */
export function saidOf(schema: JsonSchema, name: "description" | "x-unit" | "x-called"): string {
  const said: unknown = schema[name];
  return typeof said === "string" ? said : "";
}
