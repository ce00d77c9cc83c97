import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ServeProcess, startServe } from "./serve-process.ts";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(resolve(root, "docs/clients.md"), "utf8");
const anyId = (text: string) => text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<id>");
const node = [process.execPath, "--conditions=buyonce-source"] as const;

let folder: string;
let server: ServeProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-page-"));
  server = await startServe(folder, "--sandbox");
});
afterAll(async () => {
  await server.kill();
  await rm(folder, { recursive: true });
});

async function run(program: string, args: readonly string[]): Promise<string> {
  const go = { GOFLAGS: "-mod=mod", GOPROXY: "off", GOCACHE: join(folder, "cache") };
  const env = { ...process.env, ...go, BUYONCE_URL: server.url(), BUYONCE_TOKEN: "", NODE_OPTIONS: "" };
  const { stdout } = await promisify(execFile)(program, [...args], { cwd: root, env });
  return stdout;
}

test("docs/clients.md: the program in TypeScript prints what it says, and the lines in every language the same", async () => {
  const [, program = "", printed = ""] = /```ts\n([^]*?)```\n+```\n([^]*?)```/.exec(page) ?? [];
  const own = program.replace("http://127.0.0.1:4780", server.url());
  const said = await run(node[0], [node[1], "--input-type=module-typescript", "--eval", own]);
  expect(anyId(said)).toBe(anyId(printed));
  const [, lines = "", table = ""] = /```sh\n(python3 [^]*?)```\n+```\n([^]*?)```/.exec(page) ?? [];
  const tables = [];
  for (const line of lines.trim().split("\n")) {
    const [command = "", ...args] = line.split(" ");
    const needed = command === "sh" ? "jq" : command;
    if (spawnSync(needed, [needed === "go" ? "version" : "--version"]).status !== 0) continue;
    tables.push(await (command === "node" ? run(node[0], [node[1], ...args]) : run(command, args)));
  }
  expect(tables.length).toBeGreaterThan(0);
  expect(new Set(tables).size).toBe(1);
  expect(anyId(tables[0] ?? "")).toBe(anyId(table));
});

test("docs/clients.md names every method of the client and every example", () => {
  const methods = /export interface Client \{([^]*?)\n\}/.exec(
    readFileSync(resolve(root, "src/client/client-parts.ts"), "utf8"),
  )?.[1];
  const names = [...(methods ?? "").matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(14);
  for (const name of names) expect(page).toContain(`\`${name}\``);
});
