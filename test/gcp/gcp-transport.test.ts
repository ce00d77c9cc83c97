import { describe, expect, test } from "vitest";
import { environmentVariables } from "../environment-variables.ts";
import { thrownBy } from "../thrown-by.ts";
import { refusingProxy, resetting, unreached } from "../http/broken-servers.ts";
import { certificate } from "../http/certificates.ts";
import { mostWritten, startEndless, type Endlessness } from "../http/endless.ts";
import { trusting } from "../http/trusting.ts";
import { ok, startLoopback, type Kind } from "./gcp-loopback.ts";
import {
  calmly,
  commitment,
  computeAt,
  list,
  look,
  marker,
  name,
  operation,
  recommendation,
  submission,
  token,
} from "./gcp-samples.ts";

const auth = { getRequestHeaders: async () => new Headers({ authorization: "Bearer test" }) };

const buy = (endpoint: string, purchaseTimeout = 5_000) =>
  computeAt(endpoint, { credential: auth, purchaseTimeout }).send(submission, { sentBefore: false });

describe("B4: a purchase that did not leave this machine", () => {
  test.each(Object.entries(unreached))(
    "%s: rejected, nothing left, and it can be driven again",
    async (what, start) => {
      await using server = await start();
      const answer = await buy(`https://127.0.0.1:${server.port}`, what.includes("hangs") ? 1_000 : 5_000);
      expect(answer).toMatchObject({
        kind: "rejected",
        left: false,
        retryable: true,
        expired: false,
        reason: expect.stringContaining("it was not sent, because Google could not be reached"),
      });
      expect(server.received()).toBe("");
    },
  );

  test.each(["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"])(
    "the proxy answers %s",
    async (status) => {
      await using proxy = await refusingProxy(status);
      using _variables = environmentVariables({
        HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
        NO_PROXY: undefined,
        no_proxy: undefined,
      });
      expect(await buy("https://compute.example")).toMatchObject({
        kind: "rejected",
        left: false,
        retryable: true,
      });
      expect(proxy.asked()).toMatch(/^CONNECT compute\.example:443 /);
      expect(proxy.asked()).not.toContain("Bearer test");
    },
  );

  test("a connection that is reset after the request was read is another thing: unknown", async () => {
    using _trust = trusting(certificate);
    await using server = await resetting();
    expect(await buy(`https://127.0.0.1:${server.port}`)).toMatchObject({ kind: "unknown" });
    expect(server.received()).toContain(name);
  });
});

const kinds: readonly Endlessness[] = [
  "body",
  "body of a refusal",
  "headers",
  "header too long",
  "interim answers",
  "gzip bomb",
];

describe("C1: an answer that does not end", () => {
  test.each(kinds)("to a purchase (%s): unknown, after one request, and little of it is taken", async (kind) => {
    await using server = await startEndless(kind);
    const timeout = kind === "headers" || kind === "interim answers" ? 1_000 : 20_000;
    expect(await buy(server.url, timeout)).toMatchObject({ kind: "unknown" });
    await server.closed();
    expect(server.requests()).toBe(1);
    expect(server.written()).toBeLessThan(mostWritten);
  });

  test.each<[string, Endlessness, string]>([
    ["a list", "body", "lookup-untrusted"],
    ["a list", "gzip bomb", "lookup-untrusted"],
    ["one commitment", "body", "lookup-untrusted"],
    ["a price list", "body", "quote-failed"],
    ["a list", "body of a refusal", "lookup-untrusted"],
    ["a list", "header too long", "lookup-failed"],
    ["a list", "headers", "lookup-failed"],
  ])("%s (%s): refused", async (what, kind, code) => {
    await using server = await startEndless(kind);
    const compute = computeAt(server.url, { readAttempts: 1, readTimeout: kind === "headers" ? 1_000 : 20_000 });
    const work =
      what === "a list"
        ? look(compute, [token])
        : what === "one commitment"
          ? compute.inventory.read(submission.scope, name, calmly)
          : compute.quote(recommendation, marker, calmly);
    expect(await thrownBy(work)).toMatchObject({ name: "RefusedError", code });
    await server.closed();
    expect(server.requests()).toBe(1);
    expect(server.written()).toBeLessThan(mostWritten);
  });

  test("the limit is a setting, and what is just as long is taken", async () => {
    await using loopback = await startLoopback();
    loopback.on("get", ok(commitment));
    const bytes = Buffer.byteLength(JSON.stringify(commitment));
    const read = (maxAnswerBytes: number) =>
      computeAt(loopback.url, { maxAnswerBytes }).inventory.read(submission.scope, name, calmly);
    expect(await read(bytes)).toMatchObject({ commitment: { id: name } });
    expect(await thrownBy(read(bytes - 1))).toMatchObject({
      code: "lookup-untrusted",
      message: expect.stringContaining(`longer than ${bytes - 1} bytes`),
    });
  });
});

describe("C10: only 200 answers a read", () => {
  const answers = { list: list([commitment]), get: commitment, skus: { skus: [{}] } } satisfies Partial<
    Record<Kind, object>
  >;
  test.each([201, 202, 203, 204, 206, 226])("HTTP %i", async (status) => {
    await using loopback = await startLoopback();
    for (const [kind, body] of Object.entries(answers)) {
      loopback.on(kind as Kind, { status, body: status === 204 ? "" : body });
    }
    const compute = computeAt(loopback.url);
    expect(await thrownBy(look(compute, [token]))).toMatchObject({
      code: "lookup-untrusted",
    });
    expect(await thrownBy(compute.inventory.read(submission.scope, name, calmly))).toMatchObject({
      code: "lookup-untrusted",
    });
    expect(await thrownBy(compute.quote(recommendation, marker, calmly))).toMatchObject({ code: "quote-failed" });
    expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["list", "get", "skus"]);
  });

  test.each([200, 201, 202])("a purchase is answered by any 2xx: HTTP %i", async (status) => {
    await using loopback = await startLoopback();
    loopback.on("insert", { status, body: operation });
    loopback.on("get", ok(commitment));
    const bought = await computeAt(loopback.url).send(submission, { sentBefore: false });
    expect(bought).toMatchObject({ kind: "bought", commitment: { id: name, state: "ACTIVE" } });
  });
});
