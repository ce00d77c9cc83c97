// Writes schemas/ from the schemas that the program checks with and describes its documents with: `npm run docs`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { format } from "prettier";
import { configurationSchema } from "../src/cli/resources/configuration-schema.ts";
import { executionJsonSchema, planJsonSchema } from "../src/cli/resources/execution-schema.ts";
import { createProviders, providerNames } from "../src/cli/resources/providers.ts";
import { jsonDocuments } from "../src/cli/text/document-schemas.ts";
import { type JsonSchema, jsonSchemaOf, schemaDialect } from "../src/contract/json-schema.ts";

/** Every file of schemas/, by its name. */
async function schemas(): Promise<Readonly<Record<string, JsonSchema>>> {
  const providers = await createProviders(providerNames, {}, 60_000);
  return {
    "config.json": jsonSchemaOf(configurationSchema),
    "execution.json": executionJsonSchema(providers),
    "plan.json": planJsonSchema(providers),
    ...Object.fromEntries(
      Object.entries(jsonDocuments).map(([name, schema]) => [`output/${name}.json`, jsonSchemaOf(schema)]),
    ),
  };
}

/** Makes the texts of the files of schemas/, by their names: JSON Schema draft 7, which every editor knows. */
export async function schemaFiles(): Promise<ReadonlyMap<string, string>> {
  const texts = Object.entries(await schemas()).map(async ([name, schema]) => {
    const whole = { $schema: schemaDialect, ...schema };
    return [name, await format(JSON.stringify(whole), { parser: "json", printWidth: 120 })] as const;
  });
  return new Map(await Promise.all(texts));
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of await schemaFiles()) {
    const file = resolve(import.meta.dirname, "../schemas", name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
