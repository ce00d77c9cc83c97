import type { JsonSchema } from "../../contract/json-schema.ts";
import {
  exampleOf,
  fieldsOfSchema,
  knownOf,
  saidOf,
  type SchemaField,
  takenText,
  wordsOf,
} from "../../contract/schema-fields.ts";
import { layOut, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";

/** A service, and what its recommendation looks like. */
export interface ShownService {
  readonly provider: string;
  readonly service: string;
  readonly title: string;
  readonly schema: JsonSchema;
}

/** How a table is laid out. */
interface Layout {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** Every service that can be bought: a line each. */
export function servicesText(services: readonly ShownService[], { width, paint }: Layout): string {
  return layOut(
    [
      { title: "provider", minimum: 8 },
      { title: "service", minimum: 12 },
      { title: "what it is", minimum: 16 },
    ],
    services.map(({ provider, service, title }) => [provider, service, title]),
    width,
    paint,
  );
}

/** The fields of a service's recommendation: a row each. */
export function serviceText({ title, schema }: ShownService, { width, paint }: Layout): string {
  const fields = fieldsOfSchema(schema);
  const table = layOut(
    [
      { title: "field", minimum: 16, isWhole: true, paint: (line) => paint("bold", line) },
      { title: "needed", minimum: 6 },
      { title: "value", minimum: 16 },
      { title: "what it is", minimum: 24 },
    ],
    fields.map((field) => [field.path, neededText(field), takenText(field.schema, quoted), whatText(field)]),
    width,
    paint,
  );
  const known = fields.flatMap(({ path, schema: field }) => {
    const values = knownOf(field);
    return values.length === 0 ? [] : [`Known values of ${path}: ${values.join(", ")}.`];
  });
  return [`${title}\n\n${table}`, ...known.map((text) => `${wrap(text, width).join("\n")}\n`)].join("\n");
}

/** A word of a value, as JSON has it. */
function quoted(value: string): string {
  return value === "true" || value === "false" ? value : JSON.stringify(value);
}

function neededText({ isRequired, where }: SchemaField): string {
  if (where === undefined) return isRequired ? "yes" : "no";
  return `${isRequired ? "yes" : "no"}, with ${where.path} ${where.values.map(quoted).join(", ")}`;
}

function whatText({ schema }: SchemaField): string {
  const [unit, called] = [saidOf(schema, "x-unit"), saidOf(schema, "x-called")];
  const example = wordsOf(schema).length > 0 ? undefined : exampleOf(schema);
  return [
    saidOf(schema, "description"),
    ...(unit === "" ? [] : [`Unit: ${unit}.`]),
    ...(example === undefined ? [] : [`Such as ${example}.`]),
    ...(called === "" ? [] : [`The provider's word: ${called}.`]),
  ].join(" ");
}
