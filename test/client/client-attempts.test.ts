import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ClientError, createClient, type ClientOptions } from "../../src/client/index.ts";
import { platformClock } from "../../src/client/platform-clock.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => vi.useRealTimers());

const execution = { executionId: "engine-1", source: "test", recommendations: [{ skip: "none" }] };
const report = { executionId: "engine-1", state: "complete", outcomes: [], totals: [], atRisk: [], accounts: [] };

type Script = () => Response | Promise<Response>;
const json = (document: object, headers: Readonly<Record<string, string>> = {}, status = 200) =>
  new Response(JSON.stringify(document), { status, headers: { "content-type": "application/json", ...headers } });
const answered: Script = () => json(report);
const lost: Script = () => Promise.reject(new TypeError("fetch failed", { cause: new Error("read ECONNRESET") }));
const problem =
  (status: number, code: string, more: object = {}, headers: Readonly<Record<string, string>> = {}): Script =>
  () =>
    json(
      { code, status, detail: `It is ${code}.`, retryable: status >= 429, ...more },
      {
        "content-type": "application/problem+json",
        ...headers,
      },
      status,
    );

interface Sent {
  readonly at: number;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A client whose server answers as the script says, its last line for ever. */
function scripted(script: readonly Script[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const started = performance.now();
  const client = createClient({
    baseUrl: "http://127.0.0.1:1/base/",
    clock: { ...platformClock, random: () => 1 },
    fetch: async (input, { method = "", headers, body, signal } = {}) => {
      const own = Object.fromEntries(new Headers(headers));
      sent.push({ at: performance.now() - started, url: input as string, method, headers: own, body: body as string });
      const answer = script[Math.min(sent.length, script.length) - 1] ?? lost;
      return Promise.race([
        Promise.resolve(answer()),
        new Promise<never>((_, reject) => {
          signal?.addEventListener("abort", () => reject(signal.reason as Error));
        }),
      ]);
    },
    ...options,
  });
  return { client, sent };
}

/** What a call comes to, however long it takes. */
async function outcome<Value>(call: Promise<Value>): Promise<Value | ClientError> {
  const settled = call.catch((error: unknown) => {
    if (ClientError.isInstance(error)) return error;
    throw error;
  });
  await vi.runAllTimersAsync();
  return settled;
}

describe("what may be sent again is sent again, the same byte for byte", () => {
  test.each<[string, Script]>([
    ["no connection, or one that broke", lost],
    [
      "an answer that is cut off",
      () => new Response('{"executionId', { headers: { "content-type": "application/json" } }),
    ],
    ["429", problem(429, "too-many-requests")],
    ["502 of a proxy", () => new Response("<html>", { status: 502, headers: { "content-type": "text/html" } })],
    ["503", problem(503, "ledger-locked")],
    ["504 of a proxy", () => new Response("", { status: 504 })],
    ["no answer at all", () => new Promise(() => undefined)],
  ])("%s", async (_, fault) => {
    const { client, sent } = scripted([fault, fault, answered], { attemptTimeout: 5000 });
    const order = structuredClone(execution);
    const submitting = client.submit(order, { idempotencyKey: 'order "1"' });
    // What the caller does to its object meanwhile is none of the request's.
    order.source = "changed";
    expect(await outcome(submitting)).toMatchObject({ report, isReplay: false, isWorking: false });
    expect(sent).toHaveLength(3);
    const [{ at: _at, ...first } = {}, ...others] = sent;
    expect(first).toMatchObject({ body: JSON.stringify(execution), url: "http://127.0.0.1:1/base/v1/executions" });
    expect(first).toMatchObject({ headers: { "idempotency-key": '"order \\"1\\""' }, method: "POST" });
    for (const { at: _later, ...other } of others) expect(other).toEqual(first);
  });

  test.each<[string, Script, object]>([
    [
      "400, with every problem",
      problem(400, "invalid-execution", { problems: [{ pointer: "#/source", detail: "is missing" }], recIndex: 3 }),
      { status: 400, problems: [{ pointer: "#/source", detail: "is missing" }], recIndex: 3 },
    ],
    ["409", problem(409, "execution-id-taken"), { status: 409, code: "execution-id-taken" }],
    [
      "409 that is retryable: the caller decides",
      problem(409, "in-progress", { retryable: true }),
      { status: 409, retryable: true },
    ],
    ["422", problem(422, "execution-changed"), { status: 422, detail: "It is execution-changed." }],
    ["500", problem(500, "internal", { retryable: false }), { status: 500, code: "internal" }],
    ["502 that says it would be the same again", problem(502, "access-denied", { retryable: false }), { status: 502 }],
    [
      "a page of somebody else's",
      () => new Response("<html>sign in", { headers: { "content-type": "text/html" } }),
      { code: "foreign-answer", status: 200, body: "<html>sign in", retryable: false },
    ],
    [
      "a redirect",
      () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:2/" } }),
      { code: "foreign-answer", status: 307 },
    ],
    [
      "a report of another execution",
      () => json({ ...report, executionId: "engine-2" }),
      { code: "foreign-answer", status: 200 },
    ],
  ])("never: %s", async (_, fault, error) => {
    const { client, sent } = scripted([fault]);
    expect(await outcome(client.submit(execution))).toMatchObject({ name: "ClientError", attempts: 1, ...error });
    expect(sent).toMatchObject([{ method: "PUT", url: "http://127.0.0.1:1/base/v1/executions/engine-1" }]);
  });

  test("pauses grow, and are never shorter than the server says", async () => {
    const slow = problem(503, "shutting-down", { retryAfter: 5000 }, { "retry-after": "6" });
    const dated: Script = () =>
      new Response("", {
        status: 503,
        headers: { date: "Fri, 01 May 2026 10:00:00 GMT", "retry-after": "Fri, 01 May 2026 10:00:03 GMT" },
      });
    const { client, sent } = scripted([lost, lost, slow, dated, answered]);
    await outcome(client.get("engine-1"));
    expect(sent.map(({ at }) => at)).toEqual([0, 250, 750, 6750, 11_750]);
  });

  test("until the time of the call is over, with the last error as its cause", async () => {
    const { client, sent } = scripted([lost]);
    const said = await outcome(client.submit(execution, { timeout: 3000 }));
    expect(said).toMatchObject({ code: "no-answer", retryable: true, status: undefined, attempts: 4 });
    expect(said).toMatchObject({
      message: expect.stringMatching(/fetch failed: read ECONNRESET.*send the same again/) as string,
    });
    expect(sent.map(({ at }) => at)).toEqual([0, 250, 750, 1750]);
  });

  test("no pause outlives the time of the call", async () => {
    const { client, sent } = scripted([problem(503, "shutting-down", { retryAfter: 100_000 })]);
    expect(await outcome(client.submit(execution))).toMatchObject({ code: "shutting-down", retryAfter: 100_000 });
    expect(sent).toHaveLength(1);
  });

  test("a signal ends it with its own reason: in an attempt, in a pause, and before the first", async () => {
    const reason = new Error("the user left");
    for (const script of [() => new Promise<Response>(() => undefined), lost]) {
      const { client, sent } = scripted([script]);
      const stop = new AbortController();
      const rejected = expect(client.submit(execution, { signal: stop.signal })).rejects.toBe(reason);
      await vi.advanceTimersByTimeAsync(1);
      stop.abort(reason);
      await rejected;
      await expect(client.submit(execution, { signal: stop.signal })).rejects.toBe(reason);
      expect(sent).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe("the token", () => {
  test("is asked for before every attempt, and sent in its header alone", async () => {
    let asked = 0;
    const token = () => `secret-${(asked += 1)}`;
    const { client, sent } = scripted([lost, answered], { token });
    await outcome(client.submit(execution));
    expect(sent.map(({ headers }) => headers["authorization"])).toEqual(["Bearer secret-1", "Bearer secret-2"]);
  });

  test("is in no error and no property, also where what is between answers with the request", async () => {
    const echo: Script = () =>
      new Response("authorization: Bearer secret-word", { status: 400, headers: { "content-type": "text/plain" } });
    const echoed: Script = () =>
      new Response("authorization: Bearer secret-word", { headers: { "content-type": "text/plain" } });
    for (const script of [echo, echoed, lost]) {
      const { client } = scripted([script], { token: "secret-word" });
      const error = await outcome(client.submit(execution, { timeout: 100 }));
      expect(error).toBeInstanceOf(ClientError);
      expect(inspect([client, error], { depth: 9, showHidden: true })).not.toContain("secret-word");
    }
    const { client, sent } = scripted([answered], { token: "secret-word\n" });
    const error = await outcome(client.submit(execution));
    expect(error).toMatchObject({ code: "malformed-request" });
    expect(inspect(error)).not.toContain("secret-word");
    expect(sent).toEqual([]);
  });
});

describe("waiting", () => {
  const working: Script = () => json({ ...report, state: "working" }, { "retry-after": "2" });

  test("asks again after Retry-After, with Prefer, until nothing is worked on any more", async () => {
    const { client, sent } = scripted([working, working, lost, answered]);
    expect(await outcome(client.wait("engine-1"))).toEqual(report);
    expect(sent.map(({ at }) => at)).toEqual([0, 2000, 4000, 4250]);
    expect(sent.map(({ headers }) => headers["prefer"])).toEqual(Array.from({ length: 4 }, () => "wait=20"));
  });

  test("asks on also where something between drops Retry-After", async () => {
    const { client, sent } = scripted([() => json({ ...report, state: "working" }), answered]);
    expect(await outcome(client.wait("engine-1"))).toEqual(report);
    expect(sent.map(({ at }) => at)).toEqual([0, 2000]);
  });

  test("ends at what waits for a person, whatever its state", async () => {
    for (const state of ["needs-person", "waiting", "stopped"]) {
      const { client, sent } = scripted([() => json({ ...report, state })]);
      expect(await outcome(client.wait("engine-1"))).toMatchObject({ state });
      expect(sent).toHaveLength(1);
    }
  });

  test("says that it is not decided when its time is over", async () => {
    const { client } = scripted([working]);
    const error = await outcome(client.wait("engine-1", { timeout: 5000 }));
    expect(error).toMatchObject({ code: "not-decided", retryable: true });
  });
});

test("what cannot be sent is said in one sentence, and nothing is sent", async () => {
  for (const baseUrl of ["here", "ftp://a/", "http://user:word@a/", "http://a/?b=c"]) {
    expect(() => createClient({ baseUrl })).toThrow(/^baseUrl must .+ Nothing was sent\.$/);
  }
  const { client, sent } = scripted([answered]);
  const circular: { recommendations: unknown[] } = { recommendations: [] };
  circular.recommendations.push(circular);
  const calls = [
    client.submit({ source: "test", recommendations: [] } as never),
    client.submit({ ...execution, ...circular }),
    client.submit({ ...execution, executionId: ".." }),
    client.submit({ ...execution, executionId: "\ud800" }),
    client.submit("{"),
    client.submit(execution, { idempotencyKey: "a\nb" }),
    client.get("engine-1", { waitSeconds: 61 }),
    client.history("engine-1", -1),
  ];
  for (const error of await Promise.all(calls.map((call) => outcome(call as Promise<unknown>)))) {
    expect(error).toMatchObject({ code: "malformed-request", retryable: false, attempts: 0 });
    expect(String(error)).toMatch(/Nothing was sent\.$/);
  }
  expect(sent).toEqual([]);
});

test("a list is read page after page, and ends where the cursor does not move", async () => {
  const page = (id: string, next?: string) => () => json({ executions: [{ executionId: id }], next });
  const { client, sent } = scripted([page("a", "1"), page("b", "2"), page("c", "2")]);
  const ids = [];
  for await (const { executionId } of client.list({ state: "complete", pageSize: 1 })) ids.push(executionId);
  expect(ids).toEqual(["a", "b", "c"]);
  expect(sent.map(({ url }) => new URL(url).search)).toEqual(
    ["", "&cursor=1", "&cursor=2"].map((cursor) => `?state=complete&limit=1${cursor}`),
  );
});

test("buyonce/client imports nothing at run time but its own files and the errors, and no platform's modules", () => {
  const root = resolve(import.meta.dirname, "../../src");
  const files = [
    ...globSync("client/*.ts", { cwd: root }),
    "contract/errors.ts",
    "contract/clean-text.ts",
    "contract/hidden-characters.ts",
  ];
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const text = readFileSync(resolve(root, file), "utf8");
    const imported = [...text.matchAll(/^(?:import|export)(?! type) .*?from "([^"]+)"/gms)].map(([, name]) => name);
    for (const name of imported) expect(name, file).toMatch(/^\.\/[a-z-]+\.ts$|^\.\.\/contract\/errors\.ts$/);
    // Node 20 has none of these, Deno and browsers have no Buffer and no process.
    expect(text, file).not.toMatch(/\b(?:Buffer|process)\.|withResolvers|groupBy|fromAsync|import\(/);
  }
});

describe("what echoes the request, or is another server's", () => {
  const token = String.raw`secret/"word\1`;
  const forms = [token, JSON.stringify(token).slice(1, -1), JSON.stringify(token).slice(1, -1).replaceAll("/", "\\/")];
  const holdsNone = (error: unknown) => {
    expect(ClientError.isInstance(error)).toBe(true);
    const { cause, body, detail, problems, code } = error as ClientError;
    const said = [
      String(error),
      String(cause),
      body,
      detail,
      code,
      ...problems.flatMap((one) => Object.entries(one).flat()),
    ];
    for (const form of forms) for (const text of said) expect(text ?? "").not.toContain(form);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("secret");
  };
  const typed = (type: string, text: string, status: number) => () =>
    new Response(text, { status, headers: { "content-type": type } });

  test.each<[string, Script]>([
    ["a problem", problem(400, "malformed-request", { detail: token, problems: [{ pointer: token, detail: token }] })],
    ["the code and the names of a problem", problem(400, token, { problems: [{ [token]: token }] })],
    [
      "a problem whose JSON escapes",
      typed(
        "application/problem+json",
        JSON.stringify({ code: "malformed-request", detail: token }).replaceAll("/", "\\/"),
        400,
      ),
    ],
    ["a content type", typed('text/plain; a="secret/"', "none", 400)],
    ["JSON about something else", () => json({ executionId: token, [token]: token })],
    ["a problem that is cut off", typed("application/problem+json", `{"detail":${token}`, 400)],
    ["an answer that is no JSON", typed("application/json", `Bearer ${token}`, 200)],
    ["an error of the connection", () => Promise.reject(new TypeError(`no: ${token}`, { cause: new Error(token) }))],
  ])("%s: the error does not hold the token", async (name, script) => {
    const own = name === "a content type" ? "secret/" : token;
    const { client } = scripted([script], { token: own, timeout: 1000 });
    holdsNone(await outcome(client.get("engine-1")));
  });

  const all = async (client: ReturnType<typeof createClient>) => {
    const found = [];
    for await (const one of client.list()) found.push(one);
    return found;
  };
  test.each<[string, (client: ReturnType<typeof createClient>) => Promise<unknown>, Script]>([
    ["no page of executions", all, () => json({})],
    ["a list that is none", all, () => json({ executions: { length: 1 } })],
    ["null", all, () => json(null as unknown as object)],
    ["a cursor that is none", all, () => json({ executions: [], next: 5 })],
    ["terms without their tag", (client) => client.terms("engine-1"), () => json({ executionId: "engine-1" })],
    ["a report without a state", (client) => client.wait("engine-1"), () => json({ executionId: "engine-1" })],
    ["an answer to a submit", (client) => client.submit(execution), () => json({ executionId: "engine-1" })],
  ])("%s: it is a foreign answer", async (_, call, script) => {
    const { client } = scripted([script]);
    expect(await outcome(call(client))).toMatchObject({ code: "foreign-answer", status: 200, attempts: 1 });
  });
});
