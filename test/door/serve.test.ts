import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../cli/run-command.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { ask } from "./door-world.ts";
import { createSigner, sign, startJwksServer } from "./jwks-server.ts";
import { program } from "../test-programs.ts";
import { isProof, proofTest, standingForAll } from "../standing-for-all.ts";

const main = program("src/cli/main.ts");

const hasCurl = spawnSync("curl", ["--version"]).status === 0;

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-serve-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  await rm(folder, { recursive: true });
});

/** Starts the command, and waits until it says where it listens. */
async function serve(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BUYONCE_LEDGER: undefined, BUYONCE_DEBUG: "" },
  });
  children.push(child);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  await expect.poll(() => said.stdout + (child.exitCode ?? "")).toMatch(/http:\/\/127\.0\.0\.1:\d+|^\d/);
  const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(said.stdout) ?? [];
  return { child, said, url };
}

async function end({ child }: { readonly child: ChildProcess }): Promise<unknown> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  return (await ended)[0];
}

/** Runs a line as a person pastes it. */
async function paste(line: string) {
  const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -s -i`]);
  const [head = "", body = ""] = stdout.split("\r\n\r\n");
  return { head, body };
}

describe("buyonce serve", () => {
  test.skipIf(!hasCurl)(
    "(curl) with --sandbox it prints a curl line that buys once, however often it is pasted; then it ends, and the next one knows",
    async () => {
      const first = await serve("--sandbox");
      const line = /^ {2}(curl .+)$/m.exec(first.said.stdout)?.[1] ?? "";
      const bought = await paste(line);
      expect(bought.head).toMatch(/^HTTP\/1\.1 200 /);
      expect(bought.body).toMatch(/"state":"complete".*"status":"purchased"/);
      const again = await paste(line);
      expect(again.body).toBe(bought.body);
      expect(again.head).toMatch(/^idempotency-replayed: true$/m);
      expect(await end(first)).toBe(0);
      expect(first.said.stderr).toContain("Ending:");
      const next = await serve("--sandbox", "--json");
      expect(JSON.parse(next.said.stdout)).toEqual({ url: next.url });
      expect((await ask(next.url, "GET", "/v1/executions/first")).text).toBe(bought.body);
      expect(await end(next)).toBe(0);
    },
  );

  test("with --tokens only who has one is answered", async () => {
    const sha256 = createHash("sha256").update("secret").digest("hex");
    await writeFile(
      join(folder, "tokens.json"),
      JSON.stringify({ tokens: [{ name: "engine", sha256, scopes: ["read"] }] }),
    );
    const server = await serve("--sandbox", "--tokens", "tokens.json");
    expect(server.said.stdout).toContain("$BUYONCE_TOKEN");
    expect((await ask(server.url, "GET", "/v1/executions")).status).toBe(401);
    const headers = { authorization: "Bearer secret" };
    expect((await ask(server.url, "GET", "/v1/executions", { headers })).status).toBe(200);
    expect(await end(server)).toBe(0);
  });

  proofTest("with --jwt and --tokens both are answered; --host, --two-persons and --max-rate hold", async () => {
    const signer = await createSigner("one");
    const keys = await startJwksServer(signer);
    const issuer = "https://login.example.com/";
    const callers = { "engine-1": { executionIdPrefix: "one-" } };
    const issuers = [{ issuer, jwksUrl: keys.url, audience: "buyonce", callers }];
    await writeFile(join(folder, "jwt.json"), JSON.stringify({ issuers }));
    const sha256 = createHash("sha256").update("secret").digest("hex");
    const fixed = { name: "finance", sha256, scopes: ["read", "approve", "all"] };
    await writeFile(join(folder, "tokens.json"), JSON.stringify({ tokens: [fixed] }));
    const files = ["--tokens", "tokens.json", "--jwt", "jwt.json"];
    const server = await serve(
      "--sandbox",
      ...files,
      "--host",
      "buyonce.example.com",
      "--two-persons",
      "--max-rate",
      "1",
    );
    const claims = { iss: issuer, sub: "engine-1", aud: "buyonce", scope: "read write approve" };
    const exp = Math.floor(Date.now() / 1000) + 300;
    const headers = { authorization: `Bearer ${await sign(signer, { ...claims, exp })}` };
    const path = "/v1/executions/one-1";
    const said = await ask(server.url, "PUT", path, { body: { ...executionOf(ec2), executionId: "one-1" }, headers });
    expect(said).toMatchObject({ status: 202, json: { state: "waiting" } });
    const terms = await ask(server.url, "GET", `${path}/terms`, { headers });
    const approve = (by: Readonly<Record<string, string>>) =>
      ask(server.url, "POST", `${path}/approval`, {
        body: { reason: "r" },
        headers: { ...by, "if-match": terms.headers.get("etag") ?? "", prefer: "wait=30" },
      });
    expect(await approve(headers)).toMatchObject({ status: 403, json: { code: "second-person-needed" } });
    const finance = { authorization: "Bearer secret" };
    expect(await approve(finance)).toMatchObject({ status: 200, json: { state: "complete" } });
    const called = async (host: string) => {
      const request = get(`${server.url}/livez`, { headers: { host } });
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    expect([await called("buyonce.example.com"), await called("evil.example")]).toEqual([200, 403]);
    const statuses = [];
    for (let time = 0; time < 40; time += 1)
      statuses.push((await ask(server.url, "GET", path, { headers: finance })).status);
    expect(statuses).toContain(429);
    expect(await end(server)).toBe(0);
    await keys.close();
  });

  test.skipIf(!hasCurl)("(curl) with --require-approval nothing is bought by submitting it", async () => {
    const server = await serve("--sandbox", "--require-approval");
    const line = /^ {2}(curl .+)$/m.exec(server.said.stdout)?.[1] ?? "";
    expect((await paste(line)).body).toMatch(/"state":"waiting"/);
  });

  const refused: readonly [string, readonly string[], RegExp][] = [
    ["a real cloud without --yes", [], /would spend real money \(azure and aws and gcp\)\. Give --yes/],
    ["a real cloud without a ledger", ["--yes"], /There is no ledger at .*--new-ledger/],
    [
      "tokens that are not there",
      ["--sandbox", "--tokens", "none.json"],
      /The file of tokens none\.json .*no such file/,
    ],
    [
      "issuers that are not there",
      ["--sandbox", "--jwt", "none.json"],
      /The file of issuers none\.json .*no such file/,
    ],
    [
      "a further name for a server that asks nobody",
      ["--sandbox", "--host", "example.com"],
      /--host needs --tokens or --jwt/,
    ],
    [
      "another site for a server that asks nobody",
      ["--sandbox", "--cors-origin", "https://example.com"],
      /--cors-origin needs/,
    ],
  ];
  test.each(standingForAll(refused, (_refused, position) => position < 2))(
    "%s: it does not start, and nothing is made",
    async (_, args, message) => {
      const place = workingFolder();
      const { code, stderr } = await runCommand(["serve", "--port", "0", ...args]);
      expect(code).toBe(2);
      expect(stderr).toMatch(message);
      expect(existsSync(join(place, ".buyonce/ledger.db"))).toBe(false);
    },
  );

  test("a port that is taken: one sentence", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { readonly port: number };
    const { child, said } = await serve("--sandbox", "--port", String(port));
    expect(child.exitCode).toBe(2);
    expect(said.stderr).toMatch(new RegExp(`cannot listen on port ${port}: .*EADDRINUSE.*--port`));
    taken.close();
  });
});

if (isProof)
  test.skipIf(!hasCurl)(
    "(curl) docs/http.md: every route is there, and each line of curl in it is answered as it says",
    async () => {
      const page = readFileSync(resolve(import.meta.dirname, "../../docs/http.md"), "utf8");
      const document = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../docs/openapi.json"), "utf8")) as {
        readonly paths: Readonly<Record<string, object>>;
      };
      for (const [path, operations] of Object.entries(document.paths)) {
        for (const method of Object.keys(operations)) expect(page).toContain(`\`${method.toUpperCase()} ${path}\``);
      }
      const server = await serve("--sandbox");
      await writeFile(join(folder, "order.json"), /```json\n([^]*?)```/.exec(page)?.[1] ?? "");
      const blocks = [...page.matchAll(/```sh\n(curl [^]*?)```\n+```\n(HTTP[^\n]*)\n/g)];
      expect(blocks.length).toBeGreaterThan(14);
      for (const [, command = "", status = ""] of blocks) {
        const line = command.trim().replaceAll("http://127.0.0.1:4780", server.url).replaceAll("\\\n", "");
        const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -s -i`], { cwd: folder });
        expect(stdout.split("\r\n")[0], command).toBe(status);
      }
      expect(await end(server)).toBe(0);
    },
  );
