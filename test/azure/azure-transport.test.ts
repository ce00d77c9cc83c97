import { AzureReservationAPI, type AzureReservationAPIOptionalParams } from "@azure/arm-reservations";
import { Agent } from "node:http";
import { Duplex } from "node:stream";
import nock from "nock";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createArmClient, type ArmClientSettings } from "../../providers/azure/arm-client.ts";
import { createReservationsClient } from "../../providers/azure/index.ts";
import { sendOrder } from "../../providers/azure/send-order.ts";
import { refusingProxy, resetting, unreached } from "../http/broken-servers.ts";
import { certificate } from "../http/certificates.ts";
import { mostWritten, startEndless, type Endlessness } from "../http/endless.ts";
import { trusting } from "../http/trusting.ts";
import { startLoopback, type Reply } from "./support/azure-loopback.ts";
import { failure, fakeEnvironment, order, orderId } from "./support/azure-samples.ts";
import { credentialOf } from "./support/azure-wire.ts";
import { useNock } from "../use-nock.ts";

type Policy = Parameters<AzureReservationAPI["pipeline"]["addPolicy"]>[0];

/** A client on the real SDK, whose options or policies are others than this package sets. */
function clientOn(
  settings: ArmClientSettings,
  { options: changed = {}, policies = [] }: { options?: AzureReservationAPIOptionalParams; policies?: Policy[] },
) {
  return createArmClient(
    { environment: fakeEnvironment(), ...settings },
    {
      apiVersion: "2022-11-01",
      makeSdkClient: ({ credential, cloud, options }) => {
        const api = new AzureReservationAPI(credential, { ...options, ...changed, cloudSetting: cloud.cloudSetting });
        for (const policy of policies) api.pipeline.addPolicy(policy);
        return api;
      },
    },
  );
}

const buy = (client: ReturnType<typeof clientOn>) =>
  sendOrder(client, {
    reservationOrderId: orderId,
    request: { sku: { name: "A" } },
    price: { amount: "24", currency: "GBP" },
  });

const read = (client: ReturnType<typeof clientOn>, signal?: AbortSignal) =>
  client.read({ method: "GET", url: client.url("/x"), signal, attempts: 1 });

useNock();
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  nock.cleanAll();
});

describe("an SDK that sends a purchase again by itself is stopped below it", () => {
  const stopped = "tried to send the same request again";
  test.each([
    ["500", failure(500, "InternalServerError"), stopped],
    ["503", { status: 503, body: {}, headers: { "Retry-After": "0" } }, stopped],
    ["429 with Retry-After", { status: 429, body: {}, headers: { "Retry-After": "0" } }, stopped],
    ["408", failure(408, "RequestTimeout"), stopped],
    // It sends again only after errors of its own last step, which is not used.
    ["a reset connection", { fault: "reset" }, "is not known"],
    ["a redirect", { status: 307, body: {}, headers: { Location: "/again" } }, stopped],
  ] satisfies [string, Reply, string][])("%s: unknown, after one PUT", async (_name, reply, why) => {
    await using server = await startLoopback(() => reply);
    const options = { retryOptions: { maxRetries: 3, retryDelayInMs: 1 }, redirectOptions: { maxRetries: 20 } };
    const answer = await buy(clientOn({ endpoint: server.origin }, { options }));
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringContaining(why) });
    expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
  });

  test("nor is what ended without an answer", async () => {
    await using server = await startLoopback(() => ({ fault: "reset" }));
    const again: Policy = {
      name: "again",
      sendRequest: (request, next) => next(request).catch(() => next(request)),
    };
    const answer = await buy(clientOn({ endpoint: server.origin }, { policies: [again] }));
    expect(answer).toMatchObject({ kind: "unknown", reason: expect.stringContaining(stopped) });
    expect(server.count("PUT")).toBe(1);
  });

  test("what was bought is not bought twice", async () => {
    await using server = await startLoopback(() => ({ status: 202, body: order() }));
    const again: Policy = { name: "again", sendRequest: async (request, next) => (await next(request), next(request)) };
    expect(await buy(clientOn({ endpoint: server.origin }, { policies: [again] }))).toMatchObject({ kind: "unknown" });
    expect(server.count("PUT")).toBe(1);
  });
});

test("what the pipeline lets go only after the purchase was given up as not sent is never sent", async () => {
  await using server = await startLoopback(() => ({ status: 202, body: order() }));
  const held = Promise.withResolvers<void>();
  const left = Promise.withResolvers<unknown>();
  const hold: Policy = {
    name: "hold",
    async sendRequest(request, next) {
      await held.promise;
      delete request.abortSignal;
      const answer = next(request);
      left.resolve(answer.catch((error: unknown) => error));
      return answer;
    },
  };
  const answer = await buy(clientOn({ endpoint: server.origin, purchaseTimeout: 1000 }, { policies: [hold] }));
  expect(answer).toMatchObject({ kind: "rejected", left: false, providerCode: "ETIMEDOUT" });
  held.resolve();
  expect(await left.promise).toBeInstanceOf(Error);
  expect(server.arrived).toEqual([]);
});

describe("a read", () => {
  test("keeps its connection, and says what it takes and who asks", async () => {
    await using server = await startLoopback(() => ({ status: 200, body: {} }));
    await read(createReservationsClient({ endpoint: server.origin }));
    const [asked] = server.arrived;
    expect(asked?.headers).toMatchObject({
      accept: "application/json",
      connection: "keep-alive",
      "user-agent": expect.stringMatching(/^buyonce /),
    });
    expect(asked?.headers["content-type"]).toBeUndefined();
  });

  test("that is stopped ends with the reason, and takes no time of its own", async () => {
    const stop = new AbortController();
    const reason = new Error("Stop.");
    await using server = await startLoopback(() => {
      stop.abort(reason);
      return { fault: "hang" };
    });
    await expect(read(createReservationsClient({ endpoint: server.origin }), stop.signal)).rejects.toBe(reason);
  });

  test("whose connection is refused says so: nothing was sent", async () => {
    const server = await startLoopback(() => ({ status: 200 }));
    await server[Symbol.asyncDispose]();
    await expect(read(createReservationsClient({ endpoint: server.origin }))).rejects.toMatchObject({
      name: "TransportError",
      stage: "connection",
      code: "ECONNREFUSED",
    });
  });

  test("leaves no timer behind that would keep the process alive", async () => {
    await using server = await startLoopback(() => ({ status: 200, body: {} }));
    const client = createReservationsClient({ endpoint: server.origin });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await read(client);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("is made on an SDK that could not be loaded the first time and can be now", async () => {
    await using server = await startLoopback(() => ({ status: 200, body: { value: [] } }));
    let made = 0;
    const client = createArmClient(
      { endpoint: server.origin, environment: fakeEnvironment() },
      {
        apiVersion: "2022-11-01",
        makeSdkClient: async ({ credential, options }) => {
          made += 1;
          if (made === 1) throw new Error("The package is missing.");
          return new AzureReservationAPI(credential, options);
        },
      },
    );
    await expect(read(client)).rejects.toThrow("The package is missing.");
    expect(await read(client)).toEqual({ value: [] });
    await read(client);
    expect(made).toBe(2);
  });
});

test("a policy of the SDK cannot change what is bought", async () => {
  await using server = await startLoopback(() => ({ status: 202, body: order() }));
  const meddle: Policy = { name: "meddle", sendRequest: (request, next) => ((request.body = "{}"), next(request)) };
  await buy(clientOn({ endpoint: server.origin }, { policies: [meddle] }));
  expect(server.arrived.map(({ text }) => text)).toEqual(['{"sku":{"name":"A"}}']);
});

describe("how far it came, where the connection cannot tell", () => {
  /** Such as a proxy's: it says nothing of its state, and ends with this error. */
  class Unconnected extends Agent {
    override createConnection(): Duplex {
      const error = new Error("connect ECONNREFUSED 10.0.0.1:443");
      const socket = new Duplex({ read() {}, write() {} });
      setImmediate(() => socket.destroy(Object.assign(error, { code: "ECONNREFUSED", syscall: "connect" })));
      return socket;
    }
  }
  const proxied: Policy = {
    name: "proxied",
    sendRequest: (request, next) => ((request.agent = new Unconnected()), next(request)),
  };
  const over = () => clientOn({ endpoint: "http://127.0.0.1:9" }, { policies: [proxied] });

  test("an error that only comes before a connection proves that nothing was sent", async () => {
    expect(await buy(over())).toMatchObject({ kind: "rejected", left: false, providerCode: "ECONNREFUSED" });
    await expect(read(over())).rejects.toMatchObject({ name: "TransportError", stage: "connection" });
  });

  test("an identity service that cannot be reached is no matter of the connection: no token could be had", async () => {
    const refused = Object.assign(new Error("connect ECONNREFUSED 10.0.0.1:443"), {
      code: "ECONNREFUSED",
      syscall: "connect",
    });
    const credential = { getToken: () => Promise.reject(refused) };
    const client = clientOn({ endpoint: "https://arm.example", credential }, {});
    await expect(read(client)).rejects.toMatchObject({ stage: "credential", code: "ECONNREFUSED" });
    expect(await buy(client)).toMatchObject({
      kind: "rejected",
      left: false,
      reason: expect.stringContaining("no Azure token could be had"),
    });
  });
});

test.each(["ENOTFOUND", "EAI_AGAIN"])("a purchase whose address is not found (%s) was not sent", async (code) => {
  nock("https://arm.example")
    .put(/.*/)
    .replyWithError(Object.assign(new Error(`getaddrinfo ${code} arm.example`), { code }));
  const answer = await buy(clientOn({ endpoint: "https://arm.example", credential: credentialOf() }, {}));
  expect(answer).toMatchObject({
    kind: "rejected",
    providerCode: code,
    retryable: true,
    reason: expect.stringContaining("was not sent"),
  });
});

describe("B4: a purchase that did not leave this machine", () => {
  const notSent = {
    kind: "rejected",
    left: false,
    retryable: true,
    reason: expect.stringContaining("was not sent, because Azure could not be reached"),
  };
  const over = (endpoint: string, purchaseTimeout = 5_000) =>
    buy(
      createReservationsClient({
        endpoint,
        purchaseTimeout,
        credential: credentialOf(),
        environment: fakeEnvironment(),
      }),
    );

  test.each(Object.entries(unreached))("%s: rejected, nothing left", async (what, start) => {
    await using server = await start();
    const bought = over(`https://127.0.0.1:${server.port}`, what.includes("hangs") ? 1_000 : 5_000);
    expect(await bought).toMatchObject(notSent);
    expect(server.received()).toBe("");
  });

  test.each(["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway", "200 OK"])(
    "the proxy answers %s: that is no answer of Azure",
    async (status) => {
      await using proxy = await refusingProxy(status);
      for (const name of ["HTTPS_PROXY", "https_proxy"]) vi.stubEnv(name, `http://127.0.0.1:${proxy.port}`);
      for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
      expect(await over("https://arm.example")).toMatchObject(notSent);
      expect(proxy.asked()).toMatch(/^CONNECT arm\.example:443 /);
      expect(proxy.asked()).not.toContain("opaque-test-token");
    },
  );

  test("a connection that is reset after the request was read is another thing: unknown", async () => {
    using _trust = trusting(certificate);
    await using server = await resetting();
    expect(await over(`https://127.0.0.1:${server.port}`)).toMatchObject({ kind: "unknown" });
    expect(server.received()).toContain(`PUT /providers/Microsoft.Capacity/reservationOrders/${orderId}`);
  });
});

describe("C1: an answer that does not end", () => {
  const kinds = ["body", "body of a refusal", "headers", "header too long", "interim answers", "gzip bomb"] as const;
  const limits = (kind: Endlessness) =>
    kind === "headers" || kind === "interim answers" ? { purchaseTimeout: 1_000, readTimeout: 1_000 } : {};

  test.each(kinds)("to a purchase (%s): unknown, after one PUT, and little of it is taken", async (kind) => {
    await using server = await startEndless(kind);
    const bought = buy(createReservationsClient({ endpoint: server.url, ...limits(kind) }));
    expect(await bought).toMatchObject({ kind: "unknown" });
    await server.closed();
    expect(server.requests()).toBe(1);
    expect(server.written()).toBeLessThan(mostWritten);
  });

  test.each(kinds)("to a read (%s): it proves nothing", async (kind) => {
    await using server = await startEndless(kind);
    const readable = kind === "body" || kind === "body of a refusal" || kind === "gzip bomb";
    await expect(read(createReservationsClient({ endpoint: server.url, ...limits(kind) }))).rejects.toMatchObject({
      name: readable ? "UnbelievableAnswerError" : "TransportError",
    });
    await server.closed();
    expect(server.requests()).toBe(1);
    expect(server.written()).toBeLessThan(mostWritten);
  });

  test("the limit is a setting, and what is just as long is taken", async () => {
    const body = { value: ["x"] };
    await using server = await startLoopback(() => ({ status: 200, body }));
    const bytes = Buffer.byteLength(JSON.stringify(body));
    const client = (maxAnswerBytes: number) => createReservationsClient({ endpoint: server.origin, maxAnswerBytes });
    expect(await read(client(bytes))).toEqual(body);
    await expect(read(client(bytes - 1))).rejects.toThrow(`longer than ${bytes - 1} bytes`);
  });
});

test("over https nothing is let through in the clear", async () => {
  nock("https://arm.example").get("/x").query(true).reply(200, {});
  const seen: unknown[] = [];
  const look: Policy = {
    name: "look",
    sendRequest(request, next) {
      seen.push(request.allowInsecureConnection);
      return next(request);
    },
  };
  await read(clientOn({ endpoint: "https://arm.example", credential: credentialOf() }, { policies: [look] }));
  expect(seen).toEqual([false]);
});

test("on loopback no proxy of the environment carries a request away", async () => {
  await using proxy = await startLoopback(() => ({ status: 202, body: order() }));
  await using server = await startLoopback(() => ({ status: 202, body: order() }));
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) vi.stubEnv(name, proxy.origin);
  for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "");
  await buy(createReservationsClient({ endpoint: server.origin }));
  expect([server.arrived.length, proxy.arrived.length]).toEqual([1, 0]);
});

test.each(["/gateway", "/gateway/", "/gateway//"])("an endpoint with the path %s keeps it, once", (path) => {
  const { url } = createReservationsClient({ endpoint: `https://arm.example${path}` });
  expect(url("/providers/x").href).toBe("https://arm.example/gateway/providers/x?api-version=2022-11-01");
});
