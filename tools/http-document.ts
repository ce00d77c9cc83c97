// Writes docs/openapi.json from the routes of the door and the schemas that they validate with: `npm run docs`.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { createHandler } from "../src/door/create-handler.ts";
import type { HandlerOptions } from "../src/door/door-parts.ts";

/** Makes the text of docs/openapi.json: what a server answers at /openapi.json. */
export async function httpDocument(): Promise<string> {
  // Describing asks neither.
  const handler = await createHandler({ purchaser: {}, ledger: {} } as unknown as HandlerOptions);
  const request = new Request("http://localhost/openapi.json", { headers: { host: "localhost" } });
  return format(await (await handler(request)).text(), { parser: "json", printWidth: 120 });
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(resolve(import.meta.dirname, "../docs/openapi.json"), await httpDocument());
}
