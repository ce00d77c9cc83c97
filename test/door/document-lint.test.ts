import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const cli = createRequire(import.meta.url).resolve("@redocly/cli/bin/cli.js");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-lint-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Whatever would leave this machine fails, and is told. */
const noNetwork = `data:text/javascript,${encodeURIComponent(`
  import net from "node:net";
  net.Socket.prototype.connect = function () {
    process.stderr.write("IT CONNECTS\\n");
    throw new Error("no network");
  };
`)}`;

/** Lints a document by the rules in redocly.yaml, without a word to its makers. */
async function lint(file: string): Promise<{ readonly code: unknown; readonly said: string }> {
  const env = {
    ...process.env,
    NODE_OPTIONS: `--import ${noNetwork}`,
    REDOCLY_TELEMETRY: "off",
    REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
  };
  const given = [cli, "lint", file, "--config", join(root, "redocly.yaml"), "--format", "stylish"];
  return new Promise((done) => {
    execFile(process.execPath, given, { cwd: folder, env }, (error, stdout, stderr) => {
      done({ code: error?.code ?? 0, said: stdout + stderr });
    });
  });
}

test("docs/openapi.json keeps every recommended rule, and the linter asks nobody", async () => {
  const { code, said } = await lint(join(root, "docs/openapi.json"));
  expect(said).not.toContain("IT CONNECTS");
  expect(code, said).toBe(0);
});

test("a document that breaks one is refused", async () => {
  const document = JSON.parse(await readFile(join(root, "docs/openapi.json"), "utf8"));
  delete document.paths["/livez"].get.responses["4XX"];
  await writeFile(join(folder, "openapi.json"), JSON.stringify(document));
  const { code, said } = await lint(join(folder, "openapi.json"));
  expect(code).toBe(1);
  expect(said).toContain("operation-4xx-response");
});
