// Writes src/client/wire-types.ts, the types of buyonce/client, from the document at /openapi.json: `npm run docs`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { httpDocument } from "./http-document.ts";

/** The part of JSON Schema that the document uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
}

type Schemas = Readonly<Record<string, Schema>>;

/** What the client sends and gets; what these refer to comes with them. */
const sentOrAnswered = [
  "Execution",
  "Resolution",
  "LimitChanges",
  "Report",
  "CancelledReport",
  "Terms",
  "History",
  "Executions",
  "Quote",
  "Event",
  "Problem",
];

/** Makes the text of src/client/wire-types.ts. */
export async function clientTypes(): Promise<string> {
  const { components } = JSON.parse(await httpDocument()) as { readonly components: { readonly schemas: Schemas } };
  const declarations = reachedFrom(sentOrAnswered, components.schemas).map((name) =>
    declarationOf(name, schemaOf(components.schemas, name)),
  );
  return format([head, ...declarations].join("\n\n"), { parser: "typescript", printWidth: 120 });
}

const head = `// Made from the document at /openapi.json by \`npm run docs\`; do not edit it.
// oxlint-disable max-lines -- it is as long as the document`;

/** The names of schemas, and of those that they refer to, in their order. */
function reachedFrom(names: readonly string[], schemas: Schemas): readonly string[] {
  const reached = new Set(names);
  // What is added meanwhile is visited too.
  for (const name of reached) {
    for (const [, other = ""] of JSON.stringify(schemaOf(schemas, name)).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      reached.add(other);
    }
  }
  return [...reached];
}

function schemaOf(schemas: Schemas, name: string): Schema {
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`/openapi.json has no schema ${name}.`);
  return schema;
}

function declarationOf(name: string, schema: Schema): string {
  const comment = commentOf(schema.description ?? `\`${name}\` of the document at /openapi.json.`);
  const text = typeOf(schema);
  return schema.type === "object"
    ? `${comment}export interface ${name} ${text}`
    : `${comment}export type ${name} = ${text};`;
}

function commentOf(description: string | undefined): string {
  return description === undefined ? "" : `/** ${description.replaceAll("*/", "* /")} */\n`;
}

/** A schema as a type. Throws for what it does not know: a type that is too wide would hide that. */
function typeOf(schema: Schema): string {
  const { $ref, oneOf, anyOf, items, type } = schema;
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf("/") + 1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const several = oneOf ?? anyOf;
  if (several !== undefined) return several.map((one) => typeOf(one)).join(" | ");
  if (type === "array") return `readonly (${items === undefined ? "unknown" : typeOf(items)})[]`;
  if (type === "object") return objectOf(schema);
  if (type === "string" || type === "boolean" || type === "null") return type;
  if (type === "number" || type === "integer") return "number";
  if (Object.keys(schema).every((word) => word === "description")) return "unknown";
  throw new Error(`/openapi.json has a schema that tools/client-types.ts does not know: ${JSON.stringify(schema)}`);
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const key = /^\w+$/.test(name) ? name : JSON.stringify(name);
    const isRequired = required.includes(name);
    return `${commentOf(schema.description)}readonly ${key}${isRequired ? "" : "?"}: ${typeOf(schema)}${isRequired ? "" : " | undefined"};`;
  });
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  if (isOpen) {
    const type =
      fields.length > 0 || typeof additionalProperties === "boolean" ? "unknown" : typeOf(additionalProperties);
    fields.push(`readonly [further: string]: ${type};`);
  }
  return `{\n${fields.join("\n")}\n}`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(resolve(import.meta.dirname, "../src/client/wire-types.ts"), await clientTypes());
}
