// Writes schemas/config.json from the schema that the command line checks a configuration with: `npm run docs`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { format } from "prettier";
import { z } from "zod";
import { configurationSchema } from "../src/cli/resources/configuration-schema.ts";

/** Makes the text of schemas/config.json: JSON Schema draft 7, which every editor knows. */
export function configSchema(): Promise<string> {
  const schema = z.toJSONSchema(configurationSchema, { target: "draft-7", io: "input" });
  return format(JSON.stringify(schema), { parser: "json", printWidth: 120 });
}

if (process.argv[1] === import.meta.filename) {
  const file = resolve(import.meta.dirname, "../schemas/config.json");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await configSchema());
}
