import { readFileSync } from "node:fs";
import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { configSchema } from "../../tools/config-schema.ts";
import { goodConfigurations, refusedConfigurations } from "./configurations.ts";

const file = new URL("../../schemas/config.json", import.meta.url);
const schema = JSON.parse(readFileSync(file, "utf8")) as AnySchemaObject & Shape;

describe("schemas/config.json", () => {
  const accepts = new Ajv({ allErrors: true, strictTypes: false, formats: { uuid: true } }).compile(schema);

  test("is what npm run docs makes of the schema that the command line checks with, and is in the package", async () => {
    expect(readFileSync(file, "utf8")).toBe(await configSchema());
    expect(manifest.scripts.docs).toContain("tools/config-schema.ts");
    expect(manifest.files).toContain("schemas");
  });

  test("an independent validator takes what the command line takes", () => {
    for (const content of goodConfigurations) {
      expect([accepts(content), accepts.errors, content]).toEqual([true, null, content]);
    }
  });

  const refused = refusedConfigurations.filter(({ isJson = true, beyondSchema = false }) => isJson && !beyondSchema);
  test.each(refused)("an independent validator refuses what the command line refuses: $name", ({ content }) => {
    expect(accepts(content)).toBe(false);
  });

  test("an editor shows a description of every field", () => {
    const bare = fieldsOf(schema, "").filter(([, { description }]) => (description ?? "") === "");
    expect(bare.map(([path]) => path)).toEqual([]);
    expect(fieldsOf(schema, "").length).toBeGreaterThan(25);
  });
});

interface Shape {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly additionalProperties?: Shape | boolean;
}

/** Every field by its path. */
function fieldsOf({ properties = {}, additionalProperties }: Shape, path: string): readonly [string, Shape][] {
  const entries = typeof additionalProperties === "object" ? fieldsOf(additionalProperties, `${path}.*`) : [];
  const own = Object.entries(properties).flatMap(([name, field]): [string, Shape][] => [
    [`${path}.${name}`, field],
    ...fieldsOf(field, `${path}.${name}`),
  ]);
  return [...own, ...entries];
}
