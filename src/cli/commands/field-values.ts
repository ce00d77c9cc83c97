import type { JsonObject, JsonValue } from "../../contract/json.ts";
import type { JsonSchema } from "../../contract/json-schema.ts";
import { moneyOf } from "./option-values.ts";
import type { SchemaField } from "../../contract/schema-fields.ts";

/** Whether a field is an amount and its currency, which people write as one text. */
export function isMoney({ properties = {} }: JsonSchema): boolean {
  return Object.keys(properties).toSorted().join() === "amount,currency";
}

/**
 * What a text stands for in a field: a whole number, true or false, an amount such as `1,700 USD`, a list whose entries commas part, else itself. Throws a usage error
 * for an amount that cannot be read; the rest is for the schema to judge.
 */
export function valueOfField(text: string, schema: JsonSchema): JsonValue {
  if (isMoney(schema)) return { ...moneyOf(text) };
  if (schema.type === "array") return text.split(",").map((entry) => entry.trim());
  if (schema.type === "boolean" && /^(true|false)$/.test(text)) return text === "true";
  if (schema.type === "integer" && /^\d{1,15}$/.test(text)) return Number(text);
  return text;
}

/** The object with a value at a path such as `appliedScope.type`. */
export function withValueAt(object: JsonObject, path: string, value: JsonValue): JsonObject {
  const [name = "", ...rest] = path.split(".");
  if (rest.length === 0) return { ...object, [name]: value };
  return { ...object, [name]: withValueAt(innerOf(object, name), rest.join("."), value) };
}

/** The value at a path; undefined where there is none. */
export function valueAtPath(object: JsonObject, path: string): JsonValue | undefined {
  const [name = "", ...rest] = path.split(".");
  if (rest.length > 0) return valueAtPath(innerOf(object, name), rest.join("."));
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function innerOf(object: JsonObject, name: string): JsonObject {
  const inner = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as JsonObject) : {};
}

/** The fields that a person gives one by one: those of an amount are one, those of another object are its parts. */
export function fieldsToGive(fields: readonly SchemaField[]): readonly SchemaField[] {
  const amounts = fields.filter(({ schema }) => isMoney(schema)).map(({ path }) => path);
  return fields.filter(({ path, schema }) => {
    if (amounts.some((amount) => path.startsWith(`${amount}.`))) return false;
    const isObject = fields.some((other) => other.path.startsWith(`${path}.`));
    return !isObject || isMoney(schema);
  });
}
