import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createClient } from "../../src/client/index.ts";
import { isProof, standingForAll } from "../standing-for-all.ts";
import { type Cut, startCuttingProxy } from "./cutting-proxy.ts";
import { type ServeProcess, startServe } from "./serve-process.ts";

// A client in each language loses its answers, on the real server: test/docs.test.ts knows that its example runs here.
const file = (name: string) => resolve(import.meta.dirname, "../../examples/http", name);

const runs = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;
const hasGo = runs("go", "version");

let built: string;
beforeAll(async () => {
  built = await mkdtemp(join(tmpdir(), "buyonce-go-"));
  if (!languages.some(({ language, isThere }) => language === "Go" && isThere)) return;
  const env = { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GOCACHE: join(built, "cache") };
  await promisify(execFile)("go", ["build", "-o", join(built, "buy"), file("buy.go")], { cwd: built, env });
});
afterAll(() => rm(built, { recursive: true }));

interface Language {
  readonly language: string;
  readonly isThere: boolean;
  readonly command: () => readonly [string, ...string[]];
}

const everyLanguage: readonly Language[] = [
  {
    language: "TypeScript",
    isThere: true,
    command: () => [process.execPath, "--conditions=buyonce-source", file("buy.ts")],
  },
  {
    language: "curl and jq",
    isThere: runs("curl", "--version") && runs("jq", "--version"),
    command: () => ["sh", file("buy.sh")],
  },
  { language: "Go", isThere: hasGo, command: () => [join(built, "buy")] },
  { language: "Python", isThere: runs("python3", "--version"), command: () => ["python3", file("buy.py")] },
];
/** Each is a program of its own, so the proof takes each. */
const languages = standingForAll(everyLanguage, ({ language }) => language === "TypeScript");

let folder: string;
let sandbox: CloudSandbox;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-clients-"));
  sandbox = await startCloudSandbox();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  await sandbox.close();
  await rm(folder, { recursive: true });
});

/** The server before the imitated clouds, which outlive it. */
async function serve(...args: readonly string[]): Promise<ServeProcess> {
  const clouds = ["azure", "aws", "gcp"].flatMap((cloud) => [`--${cloud}-endpoint`, sandbox.url]);
  const server = await startServe(folder, ...clouds, ...args);
  ends.push(server.kill);
  return server;
}

/** A proxy before it that loses answers. */
async function cut(server: ServeProcess, plan: readonly Cut[], onLost?: () => Promise<void>) {
  const proxy = await startCuttingProxy(server.url, plan, onLost);
  ends.push(proxy.close);
  return proxy;
}

/** A server on loopback that answers so; its address. */
async function listening(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs an example as a stranger does. */
async function buy({ command }: Language, url: string, { order = file("order.json"), token = "", wait = "" } = {}) {
  const [program, ...args] = command();
  const env = {
    ...process.env,
    BUYONCE_URL: url,
    BUYONCE_TOKEN: token,
    ...(wait === "" ? {} : { BUYONCE_WAIT: wait }),
    NO_PROXY: "127.0.0.1",
    NODE_OPTIONS: "",
  };
  const ran = promisify(execFile)(program, [...args, order], { cwd: folder, env });
  return ran.then(
    ({ stdout, stderr }) => ({ code: 0 as unknown, stdout, stderr }),
    ({ code, stdout, stderr }: { code: unknown; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );
}

const lost: readonly Cut[] = ["before the request", "after the record", "in the answer"];

describe.each(languages)("$language", (language) => {
  const { isThere } = language;
  /** What loses no answer. */
  const further = (title: string, run: () => Promise<void>): void => {
    if (isProof) test.skipIf(!isThere)(title, run);
  };
  const name = (what: string) => `(${language.language}) ${what}`;

  test.skipIf(!isThere)(
    name("loses every kind of answer, the server is killed in between: the same execution, bought once"),
    async () => {
      const server = await serve();
      const proxy = await cut(server, lost, async () => {
        // What a driver that was killed had in hand is taken up when its lease is over; that is tried elsewhere, and lasts.
        await createClient({ baseUrl: server.url() }).wait("order-2026-05");
        await server.restart();
      });
      const first = await buy(language, proxy.url);
      const [bought] = sandbox.reservedInstances();
      expect(first, first.stderr).toMatchObject({ code: 0 });
      expect(first.stdout).toMatch(/^0 {4}purchased +[\d.]+ USD +[0-9a-f-]+\ncomplete: [\d.]+ USD\n$/);
      expect(first.stdout).toContain(bought?.id ?? "nothing was bought");
      const submissions = proxy.seen.filter(({ method }) => method !== "GET");
      expect(submissions.map(({ cut: how }) => how)).toEqual([...lost, "nowhere"]);
      const text = await readFile(file("order.json"), "utf8");
      for (const { path, key, body } of submissions) {
        expect({ key, body }).toEqual({ key: '"order-2026-05"', body: text });
        expect(path).toBe(submissions[0]?.path);
      }
      // Run again, it is told the same.
      const { code, stdout } = await buy(language, proxy.url);
      expect({ code, stdout }).toEqual({ code: 0, stdout: first.stdout });
      expect(sandbox.purchaseRequests()).toHaveLength(1);
    },
  );

  further(name("polls while it is worked on, also through lost answers"), async () => {
    const match = { action: "PurchaseReservedInstancesOffering" };
    sandbox.addFault({ match, fault: { kind: "delay", milliseconds: 1500 } });
    const proxy = await cut(await serve(), ["nowhere", "in the answer", "before the request"]);
    const { code, stdout } = await buy(language, proxy.url);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("purchased") as string });
    expect(proxy.seen.map(({ method }) => method)).toEqual(expect.arrayContaining(["GET", "GET", "GET"]));
    expect(sandbox.purchaseRequests()).toHaveLength(1);
  });

  further(
    name(
      "its exit code tells what is refused, what waits for a person, and what was not accepted, which it sends once",
    ),
    async () => {
      const write = async (order: object) => {
        await writeFile(join(folder, "order.json"), JSON.stringify(order));
        return join(folder, "order.json");
      };
      const order = JSON.parse(await readFile(file("order.json"), "utf8")) as {
        readonly recommendations: readonly object[];
      };
      const server = await serve();
      const dear = { ...order.recommendations[0], maxPrice: { amount: "0.01", currency: "USD" } };
      const refused = await buy(language, server.url(), { order: await write({ ...order, recommendations: [dear] }) });
      expect(refused).toMatchObject({ code: 3, stdout: expect.stringMatching(/refused[^]*needs-person/) as string });

      const proxy = await cut(server, []);
      const invalid = { executionId: "bad", source: "test", recommendations: [] };
      const said = await buy(language, proxy.url, { order: await write(invalid) });
      expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining("invalid-execution") as string });
      expect(proxy.seen).toHaveLength(1);
      const nameless = await buy(language, proxy.url, { order: await write({ ...invalid, executionId: undefined }) });
      expect(nameless).toMatchObject({ code: 2, stderr: expect.stringContaining("executionId") as string });
      expect(proxy.seen).toHaveLength(1);

      const sha256 = createHash("sha256").update("secret-word").digest("hex");
      const tokens = [{ name: "engine", sha256, scopes: ["read", "write"] }];
      await writeFile(join(folder, "tokens.json"), JSON.stringify({ tokens }));
      const other = ["--tokens", "tokens.json", "--ledger", join(folder, "other.db")];
      const strict = await serve("--require-approval", ...other);
      const stranger = await buy(language, strict.url(), { token: "another-word" });
      expect(stranger).toMatchObject({ code: 2, stderr: expect.stringContaining("not-authenticated") as string });
      expect(stranger.stderr).not.toContain("another-word");
      const waiting = await buy(language, strict.url(), { token: "secret-word" });
      expect(waiting).toMatchObject({ code: 4, stdout: expect.stringContaining("waiting: ") as string });
      expect(sandbox.purchaseRequests()).toEqual([]);
    },
  );

  further(name("gives up in the time that it is given, and says that it is not known"), async () => {
    const silent = await listening(() => undefined);
    const unreachable = "http://127.0.0.1:9";
    for (const url of [silent, unreachable]) {
      const { code, stdout, stderr } = await buy(language, url, { wait: "2" });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/not known whether it was bought. Run the same again/);
    }
  });

  further(name("does not follow a redirect with its order and its token"), async () => {
    let followed = 0;
    const elsewhere = await listening((_, response) => {
      followed += 1;
      response.end();
    });
    const between = await listening((_, response) => response.writeHead(307, { location: `${elsewhere}/order` }).end());
    const { code, stdout } = await buy(language, between);
    expect({ code, stdout, followed }).toEqual({ code: 1, stdout: "", followed: 0 });
  });
});
