import { readFileSync } from "node:fs";
import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { configurationSchema } from "../../src/cli/resources/configuration-schema.ts";
import { schemaFiles } from "../../tools/json-schemas.ts";
import { goodConfigurations, refusedConfigurations } from "./configurations.ts";

const file = new URL("../../schemas/config.json", import.meta.url);
const schema = JSON.parse(readFileSync(file, "utf8")) as AnySchemaObject & Shape;

describe("schemas/config.json", () => {
  const accepts = new Ajv({ allErrors: true, strictTypes: false, formats: { uuid: true } }).compile(schema);

  test("is what npm run docs makes of the schema that the command line checks with, and is in the package", async () => {
    expect(readFileSync(file, "utf8")).toBe((await schemaFiles()).get("config.json"));
    expect(manifest.scripts.docs).toContain("tools/json-schemas.ts");
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

describe("what the documentation says of a configuration", () => {
  const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

  test.each(["README.md", "docs/configuration.md"])("%s shows one that the command line takes", (path) => {
    const shown = [...text(path).matchAll(/```json\n([^]*?)```/g)].map(
      ([, block = ""]) => JSON.parse(block) as unknown,
    );
    expect(shown).toHaveLength(1);
    for (const content of shown) expect(configurationSchema.safeParse(content).error).toBeUndefined();
  });

  test("docs/configuration.md names every field", () => {
    const names = fieldsOf(schema, "").map(([path]) => path.split(".").at(-1) ?? "");
    const said = text("docs/configuration.md");
    expect(names.filter((name) => !said.includes(`${name}\``) && !said.includes(`"${name}"`))).toEqual([]);
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
