import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentVariables } from "../environment-variables.ts";
import { loopTime } from "../loop-time.ts";
import type { Submission } from "../../src/contract/executor.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import { commitment, computeAt, missing, name, operation, problem, request, submission } from "./gcp-samples.ts";
import { withShortTimeout } from "../short-timeout.ts";

const first = { sentBefore: false };
const error = (status: number, reason: string, message?: string): Reply => ({
  status,
  body: problem(status, reason, message),
});

// Everything that could lead requests or credentials astray is set for the whole file.
let variables: Disposable;
beforeAll(() => {
  variables = environmentVariables({
    GOOGLE_CLOUD_UNIVERSE_DOMAIN: "example.invalid",
    GOOGLE_APPLICATION_CREDENTIALS: "/nowhere.json",
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
  });
});
afterAll(() => variables[Symbol.dispose]());

async function buy(reply: Reply, purchaseTimeout = 10_000) {
  await using loopback = await startLoopback();
  loopback.on("insert", reply);
  loopback.on("get", { status: 404, body: missing() });
  loopback.on("operation", { status: 500, body: {} });
  const answer = await computeAt(loopback.url, { purchaseTimeout }).send(submission, first);
  // Whatever would be sent again, would be within this time: the SDK's first retry comes after a tenth of a second.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return { answer, sent: loopback.count("insert") };
}

const unknown = { kind: "unknown" };
const rejected = { kind: "rejected", expired: false };

describe("the request that leaves", () => {
  test("is exactly what was recorded, once: all fields that decide money, memory in MB, the marker with it", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok({ ...commitment, status: "NOT_YET_ACTIVE" }));
    expect(await computeAt(loopback.url).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: name,
        state: "NOT_YET_ACTIVE",
        standing: "live",
        settled: false,
        marked: true,
        price: submission.price,
        purchasedAt: "2026-07-14T04:00:01.000-07:00",
      },
    });
    expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["insert", "get"]);
    const sent = loopback.last("insert");
    expect(`${sent.method} ${sent.path}`).toBe(
      "POST /compute/v1/projects/my-project-123/regions/us-central1/commitments",
    );
    expect(JSON.parse(sent.body)).toEqual(request);
    expect([...sent.query]).toEqual([
      ["requestId", expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)],
    ]);
    expect(sent.headers.authorization).toBe("Bearer buyonce-loopback/my-project-123");
    expect(sent.headers.connection).toBe("close");
  });

  test("autoRenew is on the wire either way, never left to Google's default", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    for (const autoRenew of [true, false]) {
      loopback.on("get", ok({ ...commitment, autoRenew }));
      await computeAt(loopback.url).send({ ...submission, request: { ...request, autoRenew } }, first);
      expect(JSON.parse(loopback.last("insert").body)).toMatchObject({ autoRenew });
    }
  });

  test("B2: the requestId is the same for a second send of a submission, another for another attempt, drive or request", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok(commitment));
    const compute = computeAt(loopback.url);
    const requestId = async (sent: Submission, sentBefore = false) => {
      await compute.send(sent, { sentBefore });
      return loopback.last("insert").query.get("requestId");
    };
    const one = await requestId(submission);
    expect(await requestId(submission, true)).toBe(one);
    const others = [
      // A refusal that the user lifted must not be answered again from Google's memory of the request.
      await requestId({ ...submission, attempt: 2 }),
      // Nor must a drive with an empty ledger be answered with what another drive has bought.
      await requestId({ ...submission, submittedAt: submission.submittedAt + 1 }),
      await requestId({ ...submission, request: { ...request, autoRenew: true } }),
    ];
    expect(new Set([one, ...others]).size).toBe(4);
  });

  test("a record that is no purchase of a commitment is not sent", async () => {
    await using loopback = await startLoopback();
    for (const changed of [
      { ...request, autoRenew: "false" },
      { ...request, extra: 1 },
      { ...request, resources: [] },
    ]) {
      expect(await computeAt(loopback.url).send({ ...submission, request: changed }, first)).toMatchObject({
        ...rejected,
        left: false,
        providerCode: "InvalidRecord",
        reason: expect.stringContaining("nothing was sent"),
      });
    }
    expect(loopback.arrived).toEqual([]);
  });
});

describe("one request leaves, and the outcome is unknown", () => {
  test.each([500, 502, 503, 504])("HTTP %i", async (status) => {
    const { answer, sent } = await buy(error(status, "backendError"));
    expect(sent).toBe(1);
    expect(answer).toMatchObject(unknown);
  });

  test.each<[string, Reply]>([
    ["HTTP 408", error(408, "requestTimeout")],
    ["HTTP 499: cancelled on the way, and not by us", error(499, "CANCELLED")],
    [
      "HTTP 307 to elsewhere",
      { status: 307, body: "", headers: { location: "/compute/v1/projects/p/regions/r/commitments" } },
    ],
    ["a conflict that is not alreadyExists", error(409, "resourceNotReady")],
    ["HTML with 200", ok("<html><body>Sign in</body></html>")],
    ["HTML with 403", { status: 403, body: "<html><body>Forbidden</body></html>" }],
    ["404 without a body", { status: 404, body: "" }],
    ["a 400 without a reason", { status: 400, body: { error: { code: 400, message: "No." } } }],
    [
      "lesson 1767: a 400 whose JSON is cut",
      { status: 400, body: JSON.stringify(problem(400, "invalid")).slice(0, 40) },
    ],
    ["an empty body with 200", ok("")],
    ["an empty object with 200", ok({})],
    ["an answer without a name", ok({ ...operation, name: undefined })],
    ["an operation about another commitment", ok({ ...operation, targetLink: `${operation.targetLink}-g1` })],
    ["an answer of another kind", ok({ ...operation, kind: "compute#commitmentList" })],
    ["an operation that the SDK cannot read", ok({ ...operation, id: { not: "a number" } })],
    [
      "an operation that ended with an error of Google's own",
      ok({ ...operation, error: { errors: [{ code: "INTERNAL_ERROR", message: "x" }] }, httpErrorStatusCode: 500 }),
    ],
    [
      "an operation that ended with an error without a status",
      ok({ ...operation, error: { errors: [{ code: "SOMETHING", message: "x" }] } }),
    ],
    ["under way, and its operation cannot be read", ok({ ...operation, status: "RUNNING" })],
  ])("%s", async (_what, reply) => {
    const { answer, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(answer).toMatchObject(unknown);
  });

  test.each<[string, Reply]>([
    ["the connection is reset after the request was read", (response) => response.socket?.resetAndDestroy()],
    ["the connection is closed after the request was read", (response) => response.socket?.destroy()],
    [
      "a 200 whose body is cut",
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": 500 });
        response.write(JSON.stringify(operation).slice(0, 100), () => response.destroy());
      },
    ],
  ])("%s", async (_what, reply) => {
    const { answer, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(answer).toMatchObject(unknown);
  });

  test.each<[string, Reply]>([
    ["no answer within the timeout", () => {}],
    [
      "an answer whose body stalls",
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"kind":');
      },
    ],
    [
      "an answer that comes in drops, for ever",
      (response) => {
        response.writeHead(200, { "content-type": "application/json" });
        const timer = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(timer));
      },
    ],
  ])("%s", async (_what, reply) => {
    const { answer, sent } = await withShortTimeout(async (timeout) => {
      const { result, taken } = await loopTime(() => buy(reply, timeout));
      expect(taken).toBeLessThan(timeout + 4000);
      return result;
    });
    expect(sent).toBe(1);
    expect(answer).toMatchObject(unknown);
  });
});

describe("every unknown outcome passes Google's own code on", () => {
  test.each<[string, Reply, string | undefined]>([
    ["a 5xx", error(503, "backendError"), "backendError"],
    ["a 408", error(408, "requestTimeout"), "requestTimeout"],
    ["a conflict", error(409, "resourceNotReady"), "resourceNotReady"],
    [
      "an operation that ended with an error of Google's own",
      ok({ ...operation, error: { errors: [{ code: "INTERNAL_ERROR", message: "x" }] }, httpErrorStatusCode: 500 }),
      "INTERNAL_ERROR",
    ],
    ["an operation that ended with a status alone", ok({ ...operation, httpErrorStatusCode: 500 }), "HTTP 500"],
    ["an operation that cannot be read", ok({ ...operation, status: "RUNNING" }), "backendError"],
    ["no answer", (response) => response.socket?.destroy(), undefined],
    ["an answer without a code", { status: 500, body: "" }, undefined],
  ])("%s", async (_what, reply, providerCode) => {
    await using loopback = await startLoopback();
    loopback.on("insert", reply);
    loopback.on("get", { status: 404, body: missing() });
    loopback.on("operation", error(503, "backendError"));
    const answer = await computeAt(loopback.url).send(submission, first);
    expect(answer).toMatchObject({ ...unknown, providerCode, evidence: [] });
  });
});

describe("definitely not bought", () => {
  test.each<[Reply, string, boolean, RegExp]>([
    [error(400, "invalid", "Invalid value for field 'resource.plan'"), "invalid", false, /Remove the cause/],
    [error(401, "authError"), "authError", false, /Remove the cause/],
    [
      error(403, "forbidden", "Required 'compute.commitments.create' permission"),
      "forbidden",
      false,
      /compute\.commitments\.create/,
    ],
    [error(403, "quotaExceeded", "Quota 'COMMITMENTS' exceeded."), "quotaExceeded", false, /quota/],
    [error(403, "rateLimitExceeded"), "rateLimitExceeded", true, /drive again later/],
    [error(429, "rateLimitExceeded"), "rateLimitExceeded", true, /drive again later/],
    [
      error(404, "notFound", "The resource 'projects/my-project-123' was not found"),
      "notFound",
      false,
      /Remove the cause/,
    ],
    [
      { status: 403, body: { error: { code: 403, message: "No.", status: "PERMISSION_DENIED" } } },
      "PERMISSION_DENIED",
      false,
      /compute\.commitments\.create/,
    ],
    [
      ok({ ...operation, error: { errors: [{ code: "QUOTA_EXCEEDED", message: "x" }] }, httpErrorStatusCode: 403 }),
      "QUOTA_EXCEEDED",
      false,
      /quota/,
    ],
  ])("%j", async (reply, providerCode, retryable, reason) => {
    const { answer, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(answer).toMatchObject({
      ...rejected,
      left: true,
      providerCode,
      retryable,
      reason: expect.stringMatching(reason),
    });
  });

  test("the connection is refused", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const answer = await computeAt(`http://127.0.0.1:${port}`).send(submission, first);
    expect(answer).toMatchObject({ ...rejected, left: false, providerCode: "ECONNREFUSED", retryable: true });
  });

  test("no token can be had, or it hangs: nothing is sent, and the rejection says so", async () => {
    for (const getRequestHeaders of [
      async () => Promise.reject(new Error("Could not load the default credentials")),
      () => new Promise<never>(() => {}),
    ]) {
      const compute = computeAt("https://127.0.0.1:9", { credential: { getRequestHeaders }, purchaseTimeout: 300 });
      expect(await compute.send(submission, first)).toMatchObject({
        ...rejected,
        left: false,
        reason: expect.stringContaining("no Google token could be had"),
        retryable: true,
      });
    }
  });
});

test("a second hand-over to the network is stopped, whatever the SDK does above it", async () => {
  const { createTransport } = await import("../../providers/gcp/gcp-transport.ts");
  await using loopback = await startLoopback();
  loopback.on("insert", ok(operation));
  const transport = createTransport({ insecure: true, maxAnswerBytes: 1_000 });
  const credential = async () => ({ getRequestHeaders: async () => new Headers() });
  const url = `${loopback.url}/compute/v1/projects/p/regions/r/commitments`;
  const send = () => transport.auth.fetch(url, { method: "POST", body: "{}" });
  await expect(transport.run({ timeout: 1000, credential }, async () => (await send(), send()))).rejects.toThrow(
    "a second time",
  );
  await expect(send()).rejects.toThrow("outside of a call");
  expect(loopback.count("insert")).toBe(1);
});
