import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environmentVariables, thrownBy } from "../aws/ec2-executors.ts";
import { loopTime } from "../loop-time.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import { commitment, computeAt, missing, name, operation, problem, request, submission, token } from "./gcp-samples.ts";
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
  const thrown = await thrownBy(computeAt(loopback.url, { purchaseTimeout }).doPurchase(submission, first));
  // Whatever would be sent again, would be within this time: the SDK's first retry comes after a tenth of a second.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return { thrown, sent: loopback.count("insert") };
}

const unknown = { name: "PurchaseOutcomeUnknownError", code: "outcome-unknown" };

describe("the request that leaves", () => {
  test("is exactly what was recorded, once: all fields that decide money, memory in MB, the marker with it", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok({ ...commitment, status: "NOT_YET_ACTIVE" }));
    expect(await computeAt(loopback.url).doPurchase(submission, first)).toEqual({
      id: name,
      state: "NOT_YET_ACTIVE",
      standing: "live",
      settled: false,
      marked: true,
      price: submission.price,
      purchasedAt: "2026-07-14T04:00:01.000-07:00",
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
    expect(sent.headers.authorization).toBe("Bearer buyonce-loopback");
    expect(sent.headers.connection).toBe("close");
  });

  test("autoRenew is on the wire either way, never left to Google's default", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    for (const autoRenew of [true, false]) {
      loopback.on("get", ok({ ...commitment, autoRenew }));
      await computeAt(loopback.url).doPurchase({ ...submission, request: { ...request, autoRenew } }, first);
      expect(JSON.parse(loopback.last("insert").body)).toMatchObject({ autoRenew });
    }
  });

  test("the requestId is the same for a second send of a submission, another for another attempt or another request", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok(commitment));
    const compute = computeAt(loopback.url);
    await compute.doPurchase(submission, first);
    await compute.doPurchase(submission, { sentBefore: true });
    // A refusal that the user lifted must not be answered again from Google's memory of the request.
    await compute.doPurchase({ ...submission, attempt: 2 }, first);
    const [one, two, three] = loopback.arrived
      .filter(({ kind }) => kind === "insert")
      .map(({ query }) => query.get("requestId"));
    expect(two).toBe(one);
    expect(three).not.toBe(one);
    await compute.doPurchase({ ...submission, request: { ...request, autoRenew: true } }, first).catch(() => undefined);
    expect(loopback.last("insert").query.get("requestId")).not.toBe(one);
  });

  test("a record that is no purchase of a commitment is not sent", async () => {
    await using loopback = await startLoopback();
    for (const changed of [
      { ...request, autoRenew: "false" },
      { ...request, extra: 1 },
      { ...request, resources: [] },
    ]) {
      expect(
        await thrownBy(computeAt(loopback.url).doPurchase({ ...submission, request: changed }, first)),
      ).toMatchObject({
        name: "PurchaseRejectedError",
        message: expect.stringContaining("nothing was sent"),
      });
    }
    expect(loopback.arrived).toEqual([]);
  });
});

describe("one request leaves, and the outcome is unknown", () => {
  test.each([500, 502, 503, 504])("HTTP %i", async (status) => {
    const { thrown, sent } = await buy(error(status, "backendError"));
    expect(sent).toBe(1);
    expect(thrown).toMatchObject(unknown);
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
    ["409, and yet there is no such commitment", error(409, "alreadyExists")],
    ["under way, and its operation cannot be read", ok({ ...operation, status: "RUNNING" })],
  ])("%s", async (_what, reply) => {
    const { thrown, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(thrown).toMatchObject(unknown);
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
    const { thrown, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(thrown).toMatchObject(unknown);
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
    const { thrown, sent } = await withShortTimeout(async (timeout) => {
      const { result, taken } = await loopTime(() => buy(reply, timeout));
      expect(taken).toBeLessThan(timeout + 4000);
      return result;
    });
    expect(sent).toBe(1);
    expect(thrown).toMatchObject(unknown);
  });
});

describe("every unknown outcome passes Google's own code on", () => {
  test.each<[string, Reply, string | undefined]>([
    ["a 5xx", error(503, "backendError"), "backendError"],
    ["a 408", error(408, "requestTimeout"), "requestTimeout"],
    ["a conflict", error(409, "resourceNotReady"), "resourceNotReady"],
    ["a name that exists, and is not shown", error(409, "alreadyExists"), "alreadyExists"],
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
    const thrown = await thrownBy(computeAt(loopback.url).doPurchase(submission, first));
    expect(thrown).toMatchObject({ ...unknown, providerCode, evidence: [] });
  });
});

describe("A2: an operation about another commitment than the one that was sent is evidence of that one", () => {
  const place = "https://www.googleapis.com/compute/v1/projects";
  test.each<[string, string | undefined, readonly string[]]>([
    ["another name", `${place}/my-project-123/regions/us-central1/commitments/${name}-g1`, [`${name}-g1`]],
    [
      "a name by hand, the project by number",
      `${place}/123456789012/regions/us-central1/commitments/by-hand`,
      ["by-hand"],
    ],
    [
      "our name in another region",
      `${place}/my-project-123/regions/us-east1/commitments/${name}`,
      [`projects/my-project-123/regions/us-east1/commitments/${name}`],
    ],
    [
      "our name in another project",
      `${place}/other-project/regions/us-central1/commitments/${name}`,
      [`projects/other-project/regions/us-central1/commitments/${name}`],
    ],
    ["something else", `${place}/my-project-123/regions/us-central1/reservations/r`, []],
    ["nothing", undefined, []],
  ])("%s", async (_what, targetLink, evidence) => {
    for (const status of ["DONE", "RUNNING"]) {
      const { thrown, sent } = await buy(ok({ ...operation, status, targetLink }));
      expect(sent).toBe(1);
      expect(thrown).toMatchObject({ ...unknown, evidence, retryable: true });
    }
  });

  test("an operation that is looked at, and turns out to be about another one", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok({ ...operation, status: "RUNNING" }));
    loopback.on("operation", ok({ ...operation, targetLink: `${operation.targetLink}-g1` }));
    const thrown = await thrownBy(computeAt(loopback.url).doPurchase(submission, first));
    expect(thrown).toMatchObject({ ...unknown, evidence: [`${name}-g1`] });
  });

  test("the project by its number is no other one", async () => {
    await using loopback = await startLoopback();
    loopback.on(
      "insert",
      ok({ ...operation, targetLink: operation.targetLink.replace("my-project-123", "123456789012") }),
    );
    loopback.on("get", ok(commitment));
    expect(await computeAt(loopback.url).doPurchase(submission, first)).toMatchObject({ id: name, state: "ACTIVE" });
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
  ])("%j", async (reply, providerCode, retryable, message) => {
    const { thrown, sent } = await buy(reply);
    expect(sent).toBe(1);
    expect(thrown).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode,
      retryable,
      message: expect.stringMatching(message),
    });
  });

  test("the connection is refused", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const thrown = await thrownBy(computeAt(`http://127.0.0.1:${port}`).doPurchase(submission, first));
    expect(thrown).toMatchObject({ name: "PurchaseRejectedError", providerCode: "ECONNREFUSED", retryable: true });
  });

  test("no token can be had, or it hangs: nothing is sent, and the rejection says so", async () => {
    for (const getRequestHeaders of [
      async () => Promise.reject(new Error("Could not load the default credentials")),
      () => new Promise<never>(() => {}),
    ]) {
      const compute = computeAt("https://127.0.0.1:9", { auth: { getRequestHeaders }, purchaseTimeout: 300 });
      expect(await thrownBy(compute.doPurchase(submission, first))).toMatchObject({
        name: "PurchaseRejectedError",
        message: expect.stringContaining("no Google token could be had"),
        retryable: true,
      });
    }
  });
});

describe("an operation under way", () => {
  const running = { ...operation, status: "RUNNING", progress: 0 };

  test("is looked at, not sent again, until it is done", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok({ ...running, status: "PENDING" }));
    loopback.on("operation", ok(running), ok(running), ok(operation));
    loopback.on("get", ok({ ...commitment, status: "NOT_YET_ACTIVE" }));
    expect(await computeAt(loopback.url).doPurchase(submission, first)).toMatchObject({
      id: name,
      state: "NOT_YET_ACTIVE",
    });
    expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["insert", "operation", "operation", "operation", "get"]);
    expect(loopback.last("operation").path).toMatch(/\/operations\/operation-1784026800000-1$/);
  });

  test("that ends with an error was no purchase: rejected with its code", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(running));
    const quota = { errors: [{ code: "QUOTA_EXCEEDED", message: "Quota 'COMMITTED_N2_CPUS' exceeded." }] };
    loopback.on("operation", ok({ ...operation, error: quota, httpErrorStatusCode: 403 }));
    expect(await thrownBy(computeAt(loopback.url).doPurchase(submission, first))).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode: "QUOTA_EXCEEDED",
    });
    expect(loopback.count("insert")).toBe(1);
  });

  test("that never ends is unknown, after a limited number of looks", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(running));
    loopback.on("operation", ok(running));
    expect(await thrownBy(computeAt(loopback.url).doPurchase(submission, first))).toMatchObject(unknown);
    expect(loopback.count("operation")).toBe(12);
    expect(loopback.count("insert")).toBe(1);
  });

  test("done, and the commitment is something else: unknown, for a person", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok({ ...commitment, type: "GENERAL_PURPOSE" }));
    expect(await thrownBy(computeAt(loopback.url).doPurchase(submission, first))).toMatchObject(unknown);
  });

  test.each<[string, Reply]>([
    ["is not shown yet", { status: 404, body: missing() }],
    ["cannot be read", { status: 503, body: {} }],
    ["is shown as being created", ok({ ...commitment, status: "CREATING", creationTimestamp: undefined })],
  ])("A28: done, and the commitment %s: bought all the same, and tentative", async (_what, get) => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", get);
    expect(await computeAt(loopback.url, { readAttempts: 1 }).doPurchase(submission, first)).toEqual({
      id: name,
      state: "CREATING",
      standing: "live",
      settled: false,
      tentative: true,
      marked: true,
      price: submission.price,
    });
  });
});

describe("lesson 1560: ALREADY_EXISTS was recorded as a failure; here it is read, compared and adopted", () => {
  const exists = error(409, "alreadyExists", `The resource '.../commitments/${name}' already exists`);
  const answers = async (insert: Reply, get: Reply) => {
    await using loopback = await startLoopback();
    loopback.on("insert", insert);
    loopback.on("get", get);
    const result = await computeAt(loopback.url, { readAttempts: 1 })
      .doPurchase(submission, { sentBefore: true })
      .catch((thrown: unknown) => thrown);
    expect(loopback.count("insert")).toBe(1);
    return result;
  };

  test("409 alreadyExists, and an operation that ended with RESOURCE_ALREADY_EXISTS", async () => {
    const late = { errors: [{ code: "RESOURCE_ALREADY_EXISTS", message: "x" }] };
    for (const insert of [exists, ok({ ...operation, error: late, httpErrorStatusCode: 409 })]) {
      expect(await answers(insert, ok(commitment))).toEqual({
        id: name,
        state: "ACTIVE",
        standing: "live",
        settled: true,
        marked: true,
        price: submission.price,
        purchasedAt: commitment.creationTimestamp,
      });
    }
  });

  test.each<[string, object]>([
    ["another type", { type: "GENERAL_PURPOSE" }],
    ["another amount of memory", { resources: [request.resources[0], { type: "MEMORY", amount: "32" }] }],
    ["another plan", { plan: "THIRTY_SIX_MONTH" }],
    ["renews itself", { autoRenew: true }],
  ])("what exists is something else (%s): not adopted, and nothing was bought by this send", async (_what, change) => {
    expect(await answers(exists, ok({ ...commitment, ...change }))).toMatchObject({
      name: "PurchaseRejectedError",
      providerCode: "alreadyExists",
      message: expect.stringContaining("something else"),
    });
  });

  test("A18: what exists has another token in its description: not adopted, though the name has the same 32 digits", async () => {
    const other = `${token.slice(0, 32)}${"0".repeat(32)}`;
    const description = `cudly-idempotency-token=${other} purchase-automation=x`;
    const result = await answers(exists, ok({ ...commitment, description }));
    expect(result).toMatchObject({
      name: "PurchaseRejectedError",
      message: expect.stringContaining("another recommendation's token"),
    });
  });

  test.each(["", undefined, "bought by hand", "cudly-idempotency-token=short"])(
    "A18: a description without a token (%j) leaves it to the name",
    async (description) => {
      expect(await answers(exists, ok({ ...commitment, description }))).toMatchObject({ id: name, state: "ACTIVE" });
    },
  );

  test("what exists cannot be read: unknown", async () => {
    expect(await answers(exists, error(503, "backendError"))).toMatchObject(unknown);
  });

  test("lesson: a used name in a final state blocked for ever; an expired one is said to be so, with what to do", async () => {
    expect(await answers(exists, ok({ ...commitment, status: "EXPIRED" }))).toMatchObject({
      name: "PurchaseRejectedError",
      message: expect.stringContaining("new executionId"),
    });
  });

  test("a cancelled one is for a person", async () => {
    expect(await answers(exists, ok({ ...commitment, status: "CANCELLED" }))).toMatchObject(unknown);
  });

  test("one that is still being created may come to nothing, and leave nothing behind: unknown", async () => {
    expect(await answers(exists, ok({ ...commitment, status: "CREATING" }))).toMatchObject(unknown);
  });

  test("a status that nobody knows counts as bought", async () => {
    expect(await answers(exists, ok({ ...commitment, status: "SUSPENDED" }))).toMatchObject({
      state: "SUSPENDED",
      standing: "live",
      settled: false,
    });
  });
});

test("a second hand-over to the network is stopped, whatever the SDK does above it", async () => {
  const { createTransport } = await import("../../providers/gcp/gcp-transport.ts");
  await using loopback = await startLoopback();
  loopback.on("insert", ok(operation));
  const transport = createTransport(
    { getRequestHeaders: async () => new Headers() },
    { insecure: true, maxAnswerBytes: 1_000 },
  );
  const url = `${loopback.url}/compute/v1/projects/p/regions/r/commitments`;
  const send = () => transport.auth.fetch(url, { method: "POST", body: "{}" });
  await expect(transport.run({ timeout: 1000 }, async () => (await send(), send()))).rejects.toThrow("a second time");
  await expect(send()).rejects.toThrow("outside of a call");
  expect(loopback.count("insert")).toBe(1);
});
