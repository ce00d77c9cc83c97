// Requests that nobody sends by mistake, against the real server in a process of its own. After each it answers, nothing is
// recorded by halves, and it takes no more memory than is said here.
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { proofDescribe, proofTest, standingForAll } from "../standing-for-all.ts";
import type { ServerState } from "./attacked-server.ts";
import { bearerOf } from "./caller-world.ts";
import { ask } from "./door-world.ts";
import { program } from "../test-programs.ts";

/** What an attack may cost in bytes: of those that are resident at its worst, and of those that are held for good. */
const [usualCost, mostForGood] = [150_000_000, 30_000_000];

/** A server under attack. */
interface Attacked {
  readonly url: string;
  readonly sandbox: CloudSandbox;
  readonly ledger: Ledger;
  readonly usual: ServerState;
  state(): Promise<ServerState>;
  connections(): Promise<number>;
  close(): Promise<void>;
}

async function start(times: object): Promise<Attacked> {
  const folder = await mkdtemp(join(tmpdir(), "buyonce-attack-"));
  const sandbox = await startCloudSandbox();
  const file = join(folder, "ledger.db");
  const child = fork(program("test/door/attacked-server.ts"), [file, sandbox.url, JSON.stringify(times)], {
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [url] = (await once(child, "message")) as [string];
  const ledger = await openSqliteLedger({ file });
  const said = async (asked: string): Promise<unknown> => {
    child.send(asked);
    const [answer] = (await once(child, "message")) as [unknown];
    return answer;
  };
  const state = async () => (await said("state")) as ServerState;
  for (let time = 0; time < 50; time += 1) await ask(url, "GET", "/openapi.json", { headers: { connection: "close" } });
  const usual = await state();
  return {
    url,
    sandbox,
    ledger,
    usual,
    state,
    connections: async () => (await said("connections")) as number,
    close: async () => {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
      await server.ledger.close();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

let server: Attacked;
let before: ServerState;
/** What this attack may cost. */
let mostAtOnce = usualCost;
const sockets = new Set<Socket>();
const attacked = (times: object = {}) => {
  beforeAll(async () => {
    server = await start(times);
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    mostAtOnce = usualCost;
    before = await server.state();
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    const { url, ledger, usual, state } = server;
    expect((await ask(url, "GET", "/livez", { headers: { connection: "close" } })).text).toBe("ok\n");
    for (const { executionId, size } of await ledger.executions({ limit: 1000 })) {
      expect(await ledger.recordsOf(executionId), executionId).toHaveLength(size);
    }
    const after = await state();
    expect(after.peak - before.resident).toBeLessThan(mostAtOnce);
    if (after.held - usual.held < mostForGood) return;
    await expect.poll(async () => (await state()).held - usual.held, { timeout: 20_000 }).toBeLessThan(mostForGood);
  });
};

const put = (by: string, executionId: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(server.url, "PUT", `/v1/executions/${executionId}`, {
    body: { ...executionOf(ec2), executionId },
    headers: { ...bearerOf(by), connection: "close", ...headers },
  });

/** A connection on which bytes are sent as they are; what it answers until it is closed. */
function open(bytes: string | Buffer = ""): { readonly socket: Socket; readonly answer: Promise<string> } {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  sockets.add(socket);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  // A server that refuses may close while the rest is still on its way.
  socket.on("error", () => undefined);
  socket.write(bytes);
  const answer = new Promise<string>((done) => socket.on("close", () => done(text)));
  return { socket, answer };
}

const head = (line: string, headers: Readonly<Record<string, string>> = {}) =>
  `${line} HTTP/1.1\r\n${Object.entries({
    host: "127.0.0.1",
    authorization: bearerOf("engine").authorization,
    ...headers,
  })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;

const many = (count: number) => Array.from({ length: count }, (_, index) => index);
const isRecorded = async (executionId: string) => (await server.ledger.recorded(executionId)) !== undefined;
const json = { "content-type": "application/json" };

describe("slow clients are cut", () => {
  // They are cut for what they do not say; whoever says it is not cut while he waits, however busy the machine is.
  attacked({ headersTimeout: 2000, requestTimeout: 3000, connectionsCheckingInterval: 100 });

  test("headers that never end", async () => {
    const answers = many(200).map(() => open("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: a").answer);
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^(?:HTTP\/1\.1 408 [^]*)?$/);
  });

  test("bodies that never end, of one length or of none: nothing is recorded", async () => {
    const whole = JSON.stringify({ ...executionOf(ec2), executionId: "slow-1" });
    const path = "PUT /v1/executions/slow-1";
    const answers = many(100).flatMap(() => [
      open(head(path, { ...json, "content-length": String(whole.length) }) + whole.slice(0, -1)).answer,
      open(`${head(path, { ...json, "transfer-encoding": "chunked" })}${whole.length.toString(16)}\r\n${whole}\r\n`)
        .answer,
    ]);
    for (const answer of await Promise.all(answers)) expect(answer).not.toContain(" 20");
    expect(await isRecorded("slow-1")).toBe(false);
  });

  proofTest("a thousand connections that say nothing: others are answered, and they are cut", async () => {
    const idle = many(1000).map(() => open());
    await Promise.all(idle.map(({ socket }) => once(socket, "connect")));
    expect(await put("engine", "idle-1", { prefer: "wait=30" })).toMatchObject({ status: 200 });
    await Promise.all(idle.map(({ answer }) => answer));
  });
});

proofDescribe("clients that never read", () => {
  attacked({ idleTimeout: 2000 });

  /** Until the server has so many connections, and then until it has cut them. */
  const cut = async (count: number) => {
    const { connections } = server;
    await expect.poll(connections, { timeout: 20_000 }).toBeGreaterThanOrEqual(count);
    await expect.poll(connections, { timeout: 20_000 }).toBeLessThan(5);
  };

  test("one request after the other, sent before any is answered: the connection is cut", async () => {
    mostAtOnce = 100_000_000;
    // They come in one piece, so that all of them are there before the first is answered.
    const asked = head("GET /openapi.json").repeat(149) + head("GET /openapi.json", { connection: "close" });
    for (const answer of await Promise.all(many(20).map(() => open(asked).answer))) {
      expect(answer.match(/HTTP\/1\.1 200 /g)?.length ?? 0).toBeLessThan(150);
    }
  });

  test("an answer that is larger than any buffer", async () => {
    mostAtOnce = 300_000_000;
    for (const _ of many(10)) open(head("GET /livez?large")).socket.pause();
    await cut(10);
  });
});

proofDescribe("ten megabytes at once", () => {
  // On a server of its own: what others left resident would hide what is held here.
  attacked();

  // More than may be in memory, all together. What one takes, and that it is given back, is in limits.test.ts.
  test("80 bodies: each is answered, and they are not all in memory", async () => {
    mostAtOnce = 350_000_000;
    const body = `{"source":"x","pad":"${"p".repeat(9_900_000)}"}`;
    const headers = { ...json, connection: "close", "content-length": String(body.length) };
    const request = Buffer.from(head("PUT /v1/executions/large-1", headers) + body);
    const send = async () => {
      const { socket, answer } = open();
      // Piece by piece, so that all of them arrive together.
      for (let sent = 0; sent < request.length && socket.writable; sent += 65_536) {
        const piece = request.subarray(sent, sent + 65_536);
        await new Promise((written) => socket.write(piece, written));
      }
      return answer;
    };
    const answers = await Promise.all(many(80).map(send));
    const statuses = new Set(answers.map((answer) => /^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]));
    expect(statuses).toContain("400");
    // Its turn did not come in time, or it was cut while it waited.
    for (const status of statuses) expect(["400", "408", "503", undefined]).toContain(status);
    expect(await isRecorded("large-1")).toBe(false);
  });
});

describe("a server as it is started", () => {
  attacked();

  describe("strange bodies", () => {
    const bodies: readonly [string, string | Buffer, Readonly<Record<string, string>>, number][] = [
      ["nested ten million deep", "[".repeat(9_900_000), {}, 400],
      ["objects in objects", `${'{"a":'.repeat(1_000_000)}1${"}".repeat(1_000_000)}`, {}, 400],
      ["a name twice", '{"executionId":"strange-1","source":"x","source":"y"}', {}, 400],
      ["a name that every object has", '{"__proto__":{"source":"x"},"constructor":1}', {}, 400],
      ["a number without end", `{"source":${"9".repeat(1_000_000)}}`, {}, 400],
      [
        "another charset",
        JSON.stringify(executionOf(ec2)),
        { "content-type": "application/json; charset=utf-16" },
        415,
      ],
      ["bytes of another charset", Buffer.from(JSON.stringify(executionOf(ec2)), "utf16le"), {}, 400],
      ["bytes of none", Buffer.from([0x22, 0xff, 0xfe, 0x22]), {}, 415],
      ["compressed, to a thousand times as much", Buffer.alloc(1000), { "content-encoding": "gzip" }, 415],
      ["larger than is taken", Buffer.alloc(10_000_001, " "), {}, 413],
    ];
    /** What takes the most memory, and one of each answer. */
    const few = [
      "nested ten million deep",
      "bytes of none",
      "compressed, to a thousand times as much",
      "larger than is taken",
    ];
    test.each(standingForAll(bodies, ([what]) => few.includes(what)))("%s", async (_, body, more, status) => {
      const headers = { ...json, ...bearerOf("engine"), ...more };
      const sent = typeof body === "string" ? body : new Uint8Array(body);
      const said = await fetch(`${server.url}/v1/executions/strange-1`, { method: "PUT", headers, body: sent }).catch(
        () => undefined,
      );
      // A server that refuses may close before all is sent.
      expect([status, undefined]).toContain(said?.status);
      await said?.text();
      expect(await isRecorded("strange-1")).toBe(false);
    });

    test("headers without end", async () => {
      const flood = Object.fromEntries(many(3000).map((index) => [`x-${index}`, "a".repeat(100)]));
      const answers = many(50).map(() => open(head("GET /v1/executions", flood)).answer);
      for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^(?:HTTP\/1\.1 431 [^]*)?$/);
    });
  });

  describe("what belongs to another caller, or to nobody", () => {
    test("a key of 10,000 characters", async () => {
      const body = { ...executionOf(ec2), executionId: "key-1" };
      const headers = { ...bearerOf("engine"), "idempotency-key": "k".repeat(10_000) };
      expect(await ask(server.url, "POST", "/v1/executions", { body, headers })).toMatchObject({ status: 400 });
      expect(await isRecorded("key-1")).toBe(false);
    });

    test("another caller's key and execution", async () => {
      const post = (by: string, executionId: string) =>
        ask(server.url, "POST", "/v1/executions", {
          body: { ...executionOf(ec2), executionId },
          headers: { ...bearerOf(by), "idempotency-key": "one", prefer: "wait=30" },
        });
      expect(await post("engine", "theirs-1")).toMatchObject({ status: 200 });
      const said = await post("other", "theirs-1");
      expect(said).toMatchObject({ status: 409, json: { code: "execution-id-taken" } });
      expect(said.text).not.toMatch(/engine|m5\.large/);
      expect(await post("other", "own-1")).toMatchObject({ status: 200, json: { executionId: "own-1" } });
      expect(await post("engine", "theirs-1")).toMatchObject({ status: 200, json: { executionId: "theirs-1" } });
      const read = await ask(server.url, "GET", "/v1/executions/theirs-1", { headers: bearerOf("other") });
      expect(read.status).toBe(404);
    });

    test("the same id from two callers at once: it is one's, bought once, and taken for the other", async () => {
      const before = server.sandbox.purchaseRequests().length;
      const all = await Promise.all(
        many(40).map(async (index) => {
          const by = index % 2 === 0 ? "engine" : "other";
          return { by, said: await put(by, "both-1", { prefer: "wait=30" }) };
        }),
      );
      const owner = (await server.ledger.submitterOf("both-1")) ?? "";
      for (const { by, said } of all) {
        expect(said.status, by).toBe(by === owner ? 200 : 409);
        if (by !== owner) expect(said.json.code).toBe("execution-id-taken");
      }
      expect(server.sandbox.purchaseRequests().length - before).toBe(1);
    });

    const foreign = [{ host: "127.0.0.1.evil.example" }, { host: "evil.example" }, { origin: "https://evil.example" }];
    test.each(standingForAll(foreign, (_headers, position) => position === 0))(
      "a foreign name or page: %j",
      async (headers) => {
        for (const line of ["GET /v1/executions", "GET /livez", "POST /v1/executions"]) {
          expect(await open(head(line, { ...headers, connection: "close" })).answer).toMatch(/^HTTP\/1\.1 403 /);
        }
      },
    );

    const leadingElsewhere = [
      "/v1/executions/../../../etc/passwd",
      "/v1/executions/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
      "/v1/executions/..%5c..%5cetc",
      "//etc/passwd",
      "/./v1/../livez/../../etc/passwd",
      "/v1/executions/%00",
      "/errors/..%2f..%2fpackage.json",
      "/errors/constructor",
    ];
    test.each(standingForAll(leadingElsewhere, (path) => /%2f%2e|constructor/.test(path)))(
      "a path that leads elsewhere: %s",
      async (path) => {
        expect(await open(head(`GET ${path}`, { connection: "close" })).answer).toMatch(/^HTTP\/1\.1 40[04] /);
      },
    );
  });

  describe("one request in another", () => {
    const inner = JSON.stringify({ ...executionOf(ec2), executionId: "smuggled-1" });
    const smuggled = head("PUT /v1/executions/smuggled-1", { ...json, "content-length": String(inner.length) }) + inner;
    const outer = (headers: string, body: string) =>
      `POST /v1/executions/usual-1/redrive HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${bearerOf("engine").authorization}\r\n${headers}\r\n\r\n${body}`;
    const smuggling: readonly (readonly [string, string])[] = [
      ["a length beside chunks", outer("content-length: 5\r\ntransfer-encoding: chunked", `0\r\n\r\n${smuggled}`)],
      ["chunks beside a length", outer("transfer-encoding: chunked\r\ncontent-length: 5", `0\r\n\r\n${smuggled}`)],
      ["two lengths", outer("content-length: 0\r\ncontent-length: 5", smuggled)],
      ["a list of lengths", outer("content-length: 0, 5", smuggled)],
      ["a length with a sign", outer("content-length: +0", smuggled)],
      ["a length that overflows", outer("content-length: 18446744073709551616", smuggled)],
      ["an unknown coding", outer("transfer-encoding: xchunked", `0\r\n\r\n${smuggled}`)],
      ["chunks that are not last", outer("transfer-encoding: chunked, identity", `0\r\n\r\n${smuggled}`)],
      ["a space before the colon", outer("transfer-encoding : chunked", `0\r\n\r\n${smuggled}`)],
      ["a header in two lines", outer("x-a: b\r\n transfer-encoding: chunked\r\ncontent-length : 5", smuggled)],
      ["a chunk that is no number", outer("transfer-encoding: chunked", `zz\r\n${smuggled}`)],
      ["a chunk that overflows", outer("transfer-encoding: chunked", `ffffffffffffffffff\r\n${smuggled}`)],
      ["a chunk that is longer than it says", outer("transfer-encoding: chunked", `1\r\nab\r\n0\r\n\r\n${smuggled}`)],
      ["lines that end in half", outer("transfer-encoding: chunked", `1\na\n0\n\n${smuggled}`)],
      ["a null in a header", outer("x-a: \0\r\ncontent-length: 0", smuggled)],
    ];
    /** Where it ends is said twice, or in a way that another server reads otherwise. */
    const few = [
      "a length beside chunks",
      "two lengths",
      "an unknown coding",
      "a space before the colon",
      "lines that end in half",
    ];
    test.each(standingForAll(smuggling, ([what]) => few.includes(what)))(
      "%s: refused, and what is in it is not carried out",
      async (_, bytes) => {
        const answer = await open(bytes).answer;
        expect(answer).toMatch(/HTTP\/1\.1 400 [^]*$/);
        expect(answer).not.toContain("smuggled-1");
        expect(await isRecorded("smuggled-1")).toBe(false);
      },
    );

    test("the request itself would have been carried out", async () => {
      const said = open(
        smuggled.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n").replaceAll("smuggled-1", "smuggled-2"),
      );
      expect(await said.answer).toMatch(/^HTTP\/1\.1 202 /);
    });
  });
});
