import { once } from "node:events";
import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { azureClient, failureOf, sandboxFor, virtualMachine } from "./support.ts";

const controlled = async (url: string, method: string, route: string, body?: string) => {
  const headers = { "content-type": "application/json; charset=utf-8" };
  const answer = await fetch(`${url}/_sandbox/${route}`, { method, ...(body === undefined ? {} : { body, headers }) });
  return { status: answer.status, body: JSON.parse(await answer.text()) as Record<string, unknown> };
};

describe("over HTTP", () => {
  test("faults are added and cleared", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const rule = (status: number) => ({ match: { method: "GET" }, fault: { kind: "status", status, when: "before" } });
    expect(await controlled(sandbox.url, "POST", "faults", JSON.stringify(rule(503)))).toEqual({
      status: 200,
      body: { added: 1 },
    });
    expect((await azure.list()).status).toBe(503);
    expect((await azure.list()).status).toBe(200);
    const several = JSON.stringify([rule(500), rule(502)]);
    expect((await controlled(sandbox.url, "POST", "faults", several)).body).toEqual({ added: 2 });
    expect((await azure.list()).status).toBe(500);
    await controlled(sandbox.url, "DELETE", "faults");
    expect((await azure.list()).status).toBe(200);
  });

  test.each([
    ["POST", "faults", '{"match":{},"fault":{"kind":"reset","when":"before"},"surprise":1}', 400],
    ["POST", "faults", "no JSON", 400],
    ["POST", "azure/final-state", '{"sku":"Standard_B1ls"}', 400],
    ["POST", "azure/order-state", '{"id":"none","state":"Failed"}', 400],
    ["POST", "azure/nothing", "{}", 404],
    ["POST", "azure/constructor", "{}", 404],
    ["PUT", "faults", "{}", 404],
  ])("%s %s %s answers an error", async (method, route, body, status) => {
    const answer = await controlled((await sandboxFor()).url, method, route, body);
    expect(answer.status).toBe(status);
    expect(answer.body["error"]).toEqual(expect.any(String));
  });

  test("requests and state can be read, and are not logged themselves", async () => {
    const sandbox = await sandboxFor();
    const id = await azureClient(sandbox).buy();
    const { body } = await controlled(sandbox.url, "GET", "requests");
    expect(body["requests"]).toEqual(JSON.parse(JSON.stringify(sandbox.requests)));
    const state = await controlled(sandbox.url, "GET", "state");
    expect(state.body).toMatchObject({ purchases: 1, entries: { [`azure.orders/${id}`]: { id } } });
    expect(sandbox.requests).toHaveLength(2);
  });

  test("states can be set", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const id = await azure.buy();
    await controlled(sandbox.url, "POST", "azure/order-state", JSON.stringify({ id, state: "Expired" }));
    expect((await azure.get(id)).body.properties.provisioningState).toBe("Expired");
    const final = JSON.stringify({ sku: "STANDARD_B1LS", state: "BillingFailed" });
    expect((await controlled(sandbox.url, "POST", "azure/final-state", final)).status).toBe(200);
    const failed = await azure.buy();
    for (let read = 1; read <= 3; read += 1) {
      await azure.get(failed);
    }
    expect(sandbox.orders().map(({ state }) => state)).toEqual(["Expired", "BillingFailed"]);
  });
});

describe("the request log", () => {
  test("shows what was sent and what became of it, without credentials", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const id = await azure.quote();
    const body = virtualMachine();
    await azure.put(id, body);
    const [first, second] = sandbox.requests;
    expect(first).toMatchObject({
      number: 1,
      method: "POST",
      action: "POST calculatePrice",
      status: 200,
      applied: true,
    });
    expect(second).toMatchObject({
      number: 2,
      method: "PUT",
      path: `/providers/Microsoft.Capacity/reservationOrders/${id}?api-version=2022-11-01`,
      action: "PUT reservationOrders",
      body: JSON.stringify(body),
      status: 202,
      applied: true,
    });
    expect(second?.headers["authorization"]).toBe("Bearer (masked)");
    expect(JSON.stringify(sandbox.requests)).not.toContain("dummy");
  });

  test("names what it does not know by method and path", async () => {
    const sandbox = await sandboxFor();
    await fetch(`${sandbox.url}/else?a=b`);
    expect(sandbox.requests).toMatchObject([{ action: "GET /else", path: "/else?a=b", status: 404, applied: false }]);
  });
});

describe("onRequest", () => {
  test("is called after the effect and before the answer", async () => {
    const sandbox = await sandboxFor();
    const azure = azureClient(sandbox);
    const id = await azure.quote();
    const { promise, resolve } = Promise.withResolvers<void>();
    let answered = false;
    const seen: unknown[] = [];
    sandbox.onRequest = async ({ action, applied, status }) => {
      seen.push({ action, applied, status, purchases: sandbox.purchases() });
      await promise;
      seen.push({ answered });
    };
    const answer = azure.put(id).then(() => (answered = true));
    await expect.poll(() => seen.length).toBe(1);
    resolve();
    await answer;
    expect(seen).toEqual([
      { action: "PUT reservationOrders", applied: true, status: undefined, purchases: 1 },
      { answered: false },
    ]);
  });

  test("is not called for a request that had no effect", async () => {
    const sandbox = await sandboxFor();
    let calls = 0;
    sandbox.onRequest = () => void (calls += 1);
    sandbox.addFault({ match: {}, fault: { kind: "status", status: 500, when: "before" } });
    await azureClient(sandbox).list();
    expect(calls).toBe(0);
    await azureClient(sandbox).list();
    expect(calls).toBe(1);
  });

  test("that fails is shown to the client", async () => {
    const sandbox = await sandboxFor();
    sandbox.onRequest = () => Promise.reject(new Error("a defect in the test"));
    expect(await azureClient(sandbox).list()).toMatchObject({ status: 500, body: expect.stringContaining("a defect") });
  });
});

describe("C8: a web page, on this machine or behind another site's name, reaches nothing", () => {
  const rule = JSON.stringify({ match: {}, fault: { kind: "reset", when: "before" } });
  const json = { "content-type": "application/json" };
  /** As no `fetch` lets one: with any Host. */
  async function send(port: number, method: string, path: string, headers: OutgoingHttpHeaders, body = "") {
    const sent = request({ host: "127.0.0.1", port, method, path, headers, agent: false });
    sent.end(body);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    await text(answer);
    return answer.statusCode;
  }

  test.each([
    "evil.example",
    "evil.example:PORT",
    "127.0.0.1.evil.example:PORT",
    "localhost.evil.example:PORT",
    "127.0.0.1:1",
    "127.0.0.2:PORT",
    "0.0.0.0:PORT",
    "[::1]:PORT",
    "user@127.0.0.1:PORT",
  ])("Host %j is no name of the sandbox: neither the control routes nor the imitations answer", async (name) => {
    const sandbox = await sandboxFor();
    const { port } = sandbox;
    const host = name.replace("PORT", String(port));
    for (const [method, path] of [
      ["GET", "/_sandbox/state"],
      ["POST", "/_sandbox/faults"],
      ["DELETE", "/_sandbox/faults"],
      ["GET", "/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01"],
      ["POST", "/"],
    ] as const) {
      expect(await send(port, method, path, { host, ...json }, method === "POST" ? rule : ""), path).toBe(421);
    }
    expect(sandbox.requests).toEqual([]);
    expect((await azureClient(sandbox).list()).status).toBe(200);
  });

  test.each(["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "127.0.0.1"])("as %s it is served", async (name) => {
    const { port } = await sandboxFor();
    const host = name.replace("PORT", String(port));
    expect(await send(port, "POST", "/_sandbox/faults", { host, ...json }, rule)).toBe(200);
    expect(await send(port, "GET", "/_sandbox/requests", { host })).toBe(200);
  });

  test.each([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:1" },
    { origin: "http://localhost" },
    { origin: "https://127.0.0.1:PORT" },
    { origin: "http://127.0.0.1:PORT.evil.example" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("what a browser sends for another site is refused: %j", async (given) => {
    const sandbox = await sandboxFor();
    const { port } = sandbox;
    const own = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace("PORT", String(port))]),
    );
    const headers = { host: `127.0.0.1:${port}`, ...json, ...own };
    expect(await send(port, "POST", "/_sandbox/faults", headers, rule)).toBe(403);
    expect(await send(port, "GET", "/_sandbox/state", headers)).toBe(403);
    expect(await send(port, "POST", "/", headers, "Action=DescribeReservedInstances")).toBe(403);
    expect(sandbox.requests).toEqual([]);
    expect((await azureClient(sandbox).list()).status).toBe(200);
  });

  test("a page of the sandbox's own origin is served", async () => {
    const { port } = await sandboxFor();
    const headers = { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" };
    expect(await send(port, "POST", "/_sandbox/faults", { ...headers, ...json }, rule)).toBe(200);
  });

  test.each([
    undefined,
    "text/plain",
    "text/plain; application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
  ])("what is posted to a control route as %s is refused", async (type) => {
    const sandbox = await sandboxFor();
    const { port } = sandbox;
    const headers = { host: `127.0.0.1:${port}`, ...(type === undefined ? {} : { "content-type": type }) };
    for (const route of ["faults", "azure/final-state", "none"]) {
      expect(await send(port, "POST", `/_sandbox/${route}`, headers, rule), route).toBe(415);
    }
    expect((await azureClient(sandbox).list()).status).toBe(200);
  });

  test("it is no proxy, and no other spelling of a path leads to a control route", async () => {
    const sandbox = await sandboxFor();
    const { port } = sandbox;
    const headers = { host: `127.0.0.1:${port}`, ...json };
    expect(await send(port, "POST", `http://127.0.0.1:${port}/_sandbox/faults`, headers, rule)).toBe(400);
    for (const path of ["//_sandbox/faults", "/x/../_sandbox/faults", "/%5fsandbox/faults", "/_SANDBOX/faults"]) {
      expect(await send(port, "POST", path, headers, rule), path).toBe(404);
    }
    for (const [method, route] of [
      ["GET", "faults"],
      ["HEAD", "faults"],
      ["OPTIONS", "faults"],
    ] as const) {
      expect(await send(port, method, `/_sandbox/${route}`, headers), method).toBe(404);
    }
    expect((await azureClient(sandbox).list()).status).toBe(200);
  });
});

describe("limits", () => {
  test("a body of more than a megabyte is refused", async () => {
    const sandbox = await sandboxFor();
    const answer = await fetch(sandbox.url, { method: "POST", body: "x".repeat(1_000_001) });
    expect(answer.status).toBe(413);
    const whole = await fetch(sandbox.url, { method: "POST", body: "x".repeat(1_000_000) });
    expect(whole.status).not.toBe(413);
  });

  test("it listens on loopback only, and says when the port is taken", async () => {
    const sandbox = await sandboxFor();
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect(await failureOf(fetch(`http://127.0.0.2:${sandbox.port}/`))).toBe("ECONNREFUSED");
    await expect(startCloudSandbox({ port: sandbox.port })).rejects.toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("EADDRINUSE"),
    });
  });

  test("every request takes the latency", async () => {
    const sandbox = await sandboxFor({ latency: 100 });
    const started = performance.now();
    await azureClient(sandbox).list();
    // Not an upper bound, and not a statement about the machine: the wait cannot be shorter.
    expect(performance.now() - started).toBeGreaterThan(95);
  });

  test("it can be closed twice, and with await using", async () => {
    const sandbox = await startCloudSandbox();
    {
      await using used = sandbox;
      expect((await azureClient(used).list()).status).toBe(200);
    }
    await sandbox.close();
    expect(await failureOf(fetch(sandbox.url))).toBe("ECONNREFUSED");
  });
});
