import { z } from "zod";

/** A JSON Schema, draft 7, which every editor knows. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Names the dialect, as `$schema` of a whole document. */
export const schemaDialect = "http://json-schema.org/draft-07/schema#";

/** A schema is turned once. */
const made = new WeakMap<z.ZodType, JsonSchema>();

/** The JSON Schema of what a schema takes. Fields that are named only to be refused are left out. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const before = made.get(schema);
  if (before !== undefined) return before;
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      if (def.type !== "object" || jsonSchema.properties === undefined) return;
      const { shape: fields } = def as z.core.$ZodObjectDef;
      for (const [name, field] of Object.entries(fields)) {
        if (isNothing(field)) delete jsonSchema.properties[name];
      }
    },
  });
  made.set(schema, shape);
  return shape;
}

/** Takes nothing but that it is left out. */
function isNothing({ _zod: { def } }: z.core.$ZodType): boolean {
  if (def.type === "undefined") return true;
  return def.type === "optional" && isNothing((def as z.core.$ZodOptionalDef).innerType);
}

/** The forms that a value may have: of a union each. */
function formsOf({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema): readonly JsonSchema[] {
  return [...anyOf, ...oneOf, ...allOf].filter((form): form is JsonSchema => typeof form === "object");
}

/** The schemas of what is at a path. */
function schemasAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly JsonSchema[] {
  const forms = formsOf(schema).flatMap((form) => schemasAt(form, path));
  const [name, ...rest] = path;
  if (name === undefined) return [schema, ...forms];
  const { properties = {}, additionalProperties, items } = schema;
  const inner = typeof name === "number" ? items : (own(properties, String(name)) ?? additionalProperties);
  return typeof inner === "object" && !Array.isArray(inner) ? [...schemasAt(inner, rest), ...forms] : forms;
}

function own<Value>(values: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** The names of the fields that an object at a path may have. */
export function fieldsAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(schemasAt(schema, path).flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** The texts that are known to be meant at a path: those that alone are taken, or the regions that are known. */
export function wordsAt(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const words = schemasAt(schema, path).flatMap((each) => [
    ...(each.enum ?? []),
    ...(each.const === undefined ? [] : [each.const]),
    ...(each["x-known"] === true ? ((each["examples"] ?? []) as readonly unknown[]) : []),
  ]);
  return [...new Set(words.filter((word) => typeof word === "string"))];
}
