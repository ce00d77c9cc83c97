import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createAws } from "../../providers/aws/index.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createHandler } from "../../src/door/create-handler.ts";
import type { DoorHandler, HandlerOptions } from "../../src/door/door-parts.ts";
import { type DoorServer, startServer } from "../../src/door/start-server.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import { httpDocument } from "../../tools/http-document.ts";

/** What a server said: its body as it came, and as JSON where it is some. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it, and /openapi.json says what it is
  readonly json: any;
}

/** A running door over a ledger in a file and an imitation of the clouds. */
export interface World {
  readonly url: string;
  readonly folder: string;
  readonly sandbox: CloudSandbox;
  readonly ledger: Ledger;
  readonly purchaser: Purchaser<unknown>;
  readonly handler: DoorHandler;
  readonly server: DoorServer;
  /** What the handler told `onError`. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** Starts one; `options` may wrap the purchaser and the ledger that it is given. */
export async function startWorld(
  options: (parts: {
    readonly purchaser: Purchaser<unknown>;
    readonly ledger: Ledger;
  }) => Partial<HandlerOptions> = () => ({}),
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "buyonce-door-"));
  const sandbox = await startCloudSandbox();
  const ledger = await openSqliteLedger({ file: join(folder, "ledger.db") });
  const purchaser = createPurchaser({ ledger, providers: [createAws({ endpoint: sandbox.url })] });
  const errors: string[] = [];
  const onError = (error: unknown, about: string) => errors.push(`${about}: ${String(error)}`);
  const handler = await createHandler({
    purchaser,
    ledger,
    authenticate: "nobody-is-asked",
    onError,
    sweepInterval: 3_600_000,
    ...options({ purchaser, ledger }),
  });
  const server = await startServer(handler, 0);
  return {
    url: server.url,
    folder,
    sandbox,
    ledger,
    purchaser,
    handler,
    server,
    errors,
    close: async () => {
      await server.close();
      await ledger.close();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Headers of a request with a body. */
export const json = { "content-type": "application/json" };

/** Asks a server. Fails where a JSON answer is not as /openapi.json says. */
export async function ask(
  url: string,
  method: string,
  path: string,
  { body, headers = {} }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Said> {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(text === undefined ? {} : json), ...headers },
    ...(text === undefined ? {} : { body: text }),
  });
  return checked(method, path, await saidOf(response));
}

async function saidOf(response: Response): Promise<Said> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

const document = JSON.parse(await httpDocument()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** Each schema is compiled once, not once more in every other that names it. */
const ajv = new Ajv2020({
  strict: false,
  validateFormats: false,
  allErrors: true,
  inlineRefs: false,
  code: { optimize: false },
});
ajv.addSchema({ ...document, $id: "door" });

/** Throws where an answer is not one that the document names. */
function checked(method: string, path: string, said: Said): Said {
  if (said.json === undefined) return said;
  const [own = ""] = path.split("?");
  const entry = Object.entries(document.paths).find(([template]) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(own),
  );
  const operation = entry?.[1][method.toLowerCase()];
  if (entry === undefined || operation === undefined) return said;
  const known = said.status in operation.responses ? String(said.status) : "default";
  const type = (said.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const schema = operation.responses[known]?.content?.[type]?.schema;
  if (schema === undefined)
    throw new Error(`${method} ${path} answered ${said.status} ${type}, which is not described.`);
  const { $ref } = schema as { readonly $ref: string };
  if (ajv.validate({ $ref: `door${$ref}` }, said.json)) return said;
  throw new Error(`${method} ${path} answered what is not described: ${ajv.errorsText()}\n${said.text}`);
}
