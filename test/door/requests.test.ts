import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, json, startWorld, type World } from "./door-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const execution = executionOf(ec2);
const path = `/v1/executions/${execution.executionId}`;
const put = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "PUT", path, { body, headers });

/** Sends bytes as they are, and reads until the server closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(world.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.on("close", () => resolve(answer));
    // A server that refuses may close while the rest is still on its way.
    socket.on("error", () => resolve(answer));
    socket.write(text);
  });
}

const rawRequest = (line: string, headers: Readonly<Record<string, string>>, body = "") =>
  raw(
    `${line} HTTP/1.1\r\n${Object.entries({ connection: "close", ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n${body}`,
  );

describe("a request that cannot be carried out records nothing, and says why", () => {
  test.each<
    [
      name: string,
      body: string,
      headers: Readonly<Record<string, string>>,
      status: number,
      code: string,
      detail: RegExp,
    ]
  >([
    ["no JSON", '{"a":', {}, 400, "malformed-request", /line 1, column 6/],
    ["a name twice", '{"source":"a","source":"b"}', {}, 400, "malformed-request", /"source" is given twice/],
    [
      "a name twice, spelt otherwise",
      String.raw`{"source":"a","sourc\u0065":"b"}`,
      {},
      400,
      "malformed-request",
      /twice/,
    ],
    ["nested without end", "[".repeat(100_000), {}, 400, "malformed-request", /nested more than 64/],
    [
      "another type",
      "source=a",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "unsupported-media-type",
      /application\/json/,
    ],
    [
      "a form's way around a preflight",
      "{}",
      { "content-type": "text/plain" },
      415,
      "unsupported-media-type",
      /application\/json/,
    ],
    [
      "another charset",
      "{}",
      { "content-type": "application/json; charset=latin1" },
      415,
      "unsupported-media-type",
      /UTF-8/,
    ],
    ["compressed", "{}", { "content-encoding": "gzip" }, 415, "unsupported-media-type", /compressed/],
    ["an empty body", "", json, 400, "malformed-request", /the text ends/],
  ])("%s", async (_, body, headers, status, code, detail) => {
    const said = await put(body, headers);
    expect(said).toMatchObject({ status, json: { code, status, retryable: false, type: `/errors/${code}` } });
    expect(said.headers.get("content-type")).toBe("application/problem+json");
    expect(said.json.detail).toMatch(detail);
    expect(await world.ledger.recorded(execution.executionId)).toBeUndefined();
  });

  test("bytes that are no UTF-8", async () => {
    const response = await fetch(`${world.url}${path}`, {
      method: "PUT",
      headers: json,
      body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect(response.status).toBe(415);
  });

  test("too large, whether its length is said or not", async () => {
    const large = `{"source":"${"a".repeat(10_000_000)}"}`;
    const said = await put(large);
    expect(said).toMatchObject({ status: 413, json: { code: "request-too-large" } });
    const stream = new Blob([large]).stream();
    const chunked = await fetch(`${world.url}${path}`, {
      method: "PUT",
      headers: json,
      body: stream,
      duplex: "half",
    });
    expect(chunked.status).toBe(413);
    expect((await ask(world.url, "GET", "/livez")).status).toBe(200);
  });

  test("an invalid execution: every problem, with its pointer and its number", async () => {
    const { quantity: _quantity, ...without } = ec2;
    const said = await put({ ...execution, source: "", recommendations: [ec2, { ...without, "a/b": 1 }] });
    expect(said).toMatchObject({ status: 400, json: { code: "invalid-execution", retryable: false } });
    expect(said.json.problems).toEqual(
      expect.arrayContaining([
        { pointer: "#/recommendations/1/quantity", recIndex: 1, detail: "is required: it must be a whole number" },
        { pointer: "#/recommendations/1/a~1b", recIndex: 1, detail: "is not a known field" },
        { pointer: "#/source", detail: expect.any(String) },
      ]),
    );
    expect(said.json).not.toHaveProperty("recIndex");
    const one = await put({ ...execution, recommendations: [ec2, without] });
    expect(one.json).toMatchObject({ recIndex: 1, problems: [{ recIndex: 1 }] });
    expect(await world.ledger.recorded(execution.executionId)).toBeUndefined();
  });

  test("another id than the one in the path", async () => {
    const said = await put({ ...execution, executionId: "another" });
    expect(said).toMatchObject({ status: 400, json: { problems: [{ pointer: "#/executionId" }] } });
  });

  test.each(["null", "1", '"text"', "[]"])("a body that is no execution: %s", async (body) => {
    expect((await put(body)).json).toMatchObject({ code: "invalid-execution", status: 400 });
  });

  test.each([".", ".."])("an id that is a step in a path: %s", async (executionId) => {
    const headers = { "idempotency-key": "step" };
    const said = await ask(world.url, "POST", "/v1/executions", { body: { ...execution, executionId }, headers });
    expect(said).toMatchObject({ status: 400, json: { code: "malformed-request" } });
    expect(await world.ledger.executionOfKey("local", "step")).toBeUndefined();
  });

  test.each([
    ["none", undefined],
    ["nothing in it", '""'],
    ["nothing but space", '"  "'],
    ["of 10,000 characters", "k".repeat(10_000)],
    ["two of them", '"a", "b"'],
    ["an open quote", '"a'],
    ["a character that is not ASCII", "k\u00e9y"],
  ])("a key that is none: %s", async (_, key) => {
    const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": key };
    const said = await ask(world.url, "POST", "/v1/executions", { body: execution, headers });
    expect(said).toMatchObject({
      status: 400,
      json: { code: "malformed-request", problems: [{ parameter: "Idempotency-Key" }] },
    });
    expect(await world.ledger.recorded(execution.executionId)).toBeUndefined();
  });
});

describe("addresses and methods", () => {
  test.each([
    ["GET", "/v1/executions/unknown", 404, "not-found"],
    ["POST", "/v1/executions/unknown/redrive", 404, "not-found"],
    ["GET", "/nothing", 404, "not-found"],
    ["GET", "/v1/executions/../../etc/passwd", 404, "not-found"],
    ["GET", "/v1/executions/%2e%2e%2fetc%2fpasswd", 404, "not-found"],
    ["GET", "/v1/executions/%zz", 400, "malformed-request"],
    ["GET", "/v1/executions/%00", 400, "malformed-request"],
    ["GET", "/errors/no-code", 404, "not-found"],
  ])("%s %s: %i", async (method, where, status, code) => {
    expect(await ask(world.url, method, where)).toMatchObject({ status, json: { code } });
  });

  test.each([
    ["DELETE", "/v1/executions/x", "PUT, GET, HEAD"],
    ["PUT", "/v1/executions", "POST, GET, HEAD"],
    ["GET", "/v1/executions/x/redrive", "POST"],
    ["OPTIONS", "/v1/executions/x", "PUT, GET, HEAD"],
    ["POST", "/livez", "GET, HEAD"],
  ])("%s %s: 405, and Allow says %s", async (method, where, allow) => {
    const said = await ask(world.url, method, where);
    expect(said).toMatchObject({ status: 405, json: { code: "method-not-allowed" } });
    expect(said.headers.get("allow")).toBe(allow);
    expect(said.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("each code has a page, to which problems lead", async () => {
    const { json: problem } = await ask(world.url, "GET", "/v1/executions/unknown");
    expect((await ask(world.url, "GET", problem.type)).text).toMatch(/^not-found\n\nThere is nothing at this address/);
  });

  test("it lives, is ready, and describes itself as docs/openapi.json does", async () => {
    expect((await ask(world.url, "GET", "/livez")).text).toBe("ok\n");
    expect((await ask(world.url, "GET", "/readyz")).text).toBe("ready\n");
    expect((await ask(world.url, "GET", "/openapi.json")).json.openapi).toBe("3.1.0");
  });
});

describe("whose request it is", () => {
  const own = () => new URL(world.url).host;
  test.each([
    ["a name that somebody else let lead here", { host: "evil.example" }],
    ["the same with this port", { host: "evil.example:4780" }],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["another server on this machine", { origin: "http://127.0.0.1:1" }],
    ["a site whose name begins as this one's", { origin: "http://127.0.0.1.evil.example", host: "127.0.0.1" }],
    ["a link on another site", { "sec-fetch-site": "cross-site" }],
    ["a page of another server under this name", { "sec-fetch-site": "same-site" }],
  ])("%s is refused", async (_, headers) => {
    const answer = await rawRequest("GET /v1/executions", { host: own(), ...headers });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"code":"foreign-origin"');
  });

  test("its own pages and other clients are answered", async () => {
    const answers = [
      {},
      { origin: world.url, "sec-fetch-site": "same-origin" },
      { host: `localhost:${new URL(world.url).port}` },
    ];
    for (const headers of answers) {
      expect(await rawRequest("GET /v1/executions", { host: own(), ...headers })).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  test("no host at all, a flood of headers: refused, and the server stays up", async () => {
    expect(await rawRequest("GET /v1/executions", {})).toMatch(/^HTTP\/1\.1 4\d\d /);
    const flood = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`x-${index}`, "a".repeat(100)]));
    expect(await rawRequest("GET /v1/executions", { host: own(), ...flood })).toMatch(/^(?:HTTP\/1\.1 431 [^]*)?$/);
    expect((await ask(world.url, "GET", "/livez")).status).toBe(200);
  });
});

test("a NUL in any text is 400 and never reaches the ledger, of which PostgreSQL takes none", async () => {
  const asked: string[] = [];
  const strict = await startWorld(({ ledger }) => {
    for (const [name, call] of Object.entries(ledger) as [string, unknown][]) {
      if (typeof call !== "function") continue;
      const watched = (...given: unknown[]): unknown => {
        if (JSON.stringify(given)?.includes(String.raw`\u0000`)) asked.push(name);
        return (call as (...all: unknown[]) => unknown).apply(ledger, given);
      };
      Object.assign(ledger, { [name]: watched });
    }
    return {};
  });
  try {
    const nul = "a\0b";
    const place = { provider: "aws", accountId: "123456789012", region: nul };
    const execution = executionOf(ec2);
    await ask(strict.url, "PUT", "/v1/executions/engine-1?requireApproval=true", {
      body: { ...execution, executionId: "engine-1" },
    });
    const etag = (await ask(strict.url, "GET", "/v1/executions/engine-1/terms")).headers.get("etag") ?? "";
    const cursor = Buffer.from(JSON.stringify([1, nul])).toString("base64url");
    const headers = { "if-match": etag };
    const [own, id] = ["/v1/executions/engine-1", "/v1/executions/a%00b"];
    const reason = nul;
    const requests: readonly [string, string, object?][] = [
      ["GET", `/v1/executions?cursor=${cursor}`],
      ["GET", `/?cursor=${cursor}`],
      ["GET", id],
      ["GET", `${id}/terms`],
      ["GET", `${id}/events`],
      ["GET", `${id}/recommendations/0/history`],
      ["PUT", id, { ...execution, executionId: nul }],
      ["POST", "/v1/executions", { ...execution, executionId: nul }],
      ["PUT", own, { ...execution, executionId: "engine-1", source: nul }],
      ["POST", "/v1/quotes", { ...execution, executionId: nul }],
      ["POST", "/v1/quotes", { ...execution, executionId: "engine-1", source: nul }],
      ["POST", "/v1/audits", { places: [place] }],
      ["POST", `${id}/redrive`],
      ["POST", `${own}/cancellation`, { reason }],
      ["POST", `${own}/approval`, { reason }],
      ["POST", `${own}/limits`, { maxTotals: null, reason }],
      ["POST", `${own}/limits`, { maxTotals: [{ amount: "1", currency: nul }], reason: "r" }],
      ["POST", `${own}/source`, { source: nul, reason: "r" }],
      ["POST", `${own}/reopening`, { reason }],
      ["POST", `${own}/recommendations/0/skip`, { reason }],
      ["POST", `${own}/recommendations/0/resolution`, { finding: "bought", id: nul, reason: "r" }],
      ["POST", `${own}/recommendations/0/resolution`, { finding: "not-bought", reason }],
    ];
    for (const [method, path, body] of requests) {
      const key = path === "/v1/executions" ? { "idempotency-key": '"1"' } : {};
      const said = await ask(strict.url, method, path, { ...(body && { body }), headers: { ...headers, ...key } });
      expect([method, path, said.status, said.text]).toEqual([method, path, 400, said.text]);
    }
    expect([asked, strict.errors]).toEqual([[], []]);
  } finally {
    await strict.close();
  }
});
