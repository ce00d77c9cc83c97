import { once } from "node:events";
import { createConnection } from "node:net";
import { EC2Client, DescribeReservedInstancesCommand } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { azureClient, failureOf, sandboxFor, virtualMachine } from "./support.ts";

const put = { action: "PUT reservationOrders" };

async function start() {
  const sandbox = await sandboxFor();
  const azure = azureClient(sandbox);
  return { sandbox, azure, id: await azure.quote() };
}

describe("refuse", () => {
  test("before: this connection breaks, the next ones are refused, later it listens on the same port again", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "refuse", milliseconds: 1500, when: "before" } });
    expect(await failureOf(azure.put(id))).toBe("UND_ERR_SOCKET");
    expect(await failureOf(azure.put(id))).toBe("ECONNREFUSED");
    expect(await connect(sandbox.port)).toBe("ECONNREFUSED");
    expect(sandbox.purchases()).toBe(0);
    await expect.poll(() => connect(sandbox.port)).toBe("connected");
    expect((await azure.put(id)).status).toBe(202);
    expect(sandbox.requests.map(({ fault, applied, status }) => [fault, applied, status])).toEqual([
      [undefined, true, 200],
      ["refuse before", false, undefined],
      [undefined, true, 202],
    ]);
  });

  test("after: this request is answered, the next one is refused", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({
      match: { action: "POST calculatePrice" },
      fault: { kind: "refuse", milliseconds: 60_000, when: "after" },
    });
    const early = createConnection(sandbox.port, "127.0.0.1");
    await once(early, "connect");
    const answer = await azure.calculate(virtualMachine());
    expect([answer.status, answer.headers.get("connection")]).toEqual([200, "close"]);
    expect(await failureOf(azure.put(id))).toBe("ECONNREFUSED");
    // A connection from before gets no answer either.
    early.on("error", () => {}).end("GET /_sandbox/state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(await early.toArray()).toEqual([]);
    // Closing while nothing listens must not hang.
    await sandbox.close();
  });
});

describe.each(["before", "after"] as const)("%s the effect", (when) => {
  const bought = when === "after" ? 1 : 0;

  test("reset", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "reset", when } });
    expect(await failureOf(azure.put(id))).toBe("ECONNRESET");
    expect(sandbox.purchases()).toBe(bought);
    expect(sandbox.requests.at(-1)).toMatchObject({ fault: `reset ${when}`, applied: when === "after" });
  });

  test.each([
    [408, "RequestTimeout"],
    [429, "TooManyRequests"],
    [500, "InternalServerError"],
    [503, "ServiceUnavailable"],
  ])("status %i", async (status, code) => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "status", status, when, retryAfter: 7 } });
    const answer = await azure.put(id);
    expect([answer.status, answer.body.error.code, answer.headers.get("retry-after")]).toEqual([status, code, "7"]);
    expect(sandbox.purchases()).toBe(bought);
    expect(sandbox.requests.at(-1)).toMatchObject({ fault: `status ${when}`, applied: when === "after", status });
  });

  test("html with 200", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "html", when } });
    const answer = await azure.put(id);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(answer.body).toContain("<!DOCTYPE html>");
    expect(sandbox.purchases()).toBe(bought);
  });

  test("hang, until the client leaves", async () => {
    const { sandbox, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "hang", when } });
    const leave = new AbortController();
    const answer = fetch(`${sandbox.url}/providers/Microsoft.Capacity/reservationOrders/${id}?api-version=2022-11-01`, {
      method: "PUT",
      headers: { authorization: "Bearer dummy" },
      body: JSON.stringify(virtualMachine()),
      signal: leave.signal,
    });
    await expect.poll(() => sandbox.requests.at(-1)?.fault).toBe(`hang ${when}`);
    expect(sandbox.purchases()).toBe(bought);
    leave.abort();
    await expect(answer).rejects.toThrow("aborted");
  });

  test("hang, until the sandbox closes", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "hang", when } });
    const failure = failureOf(azure.put(id));
    await expect.poll(() => sandbox.requests.at(-1)?.fault).toBe(`hang ${when}`);
    await sandbox.close();
    expect(await failure).toBe("UND_ERR_SOCKET");
  });
});

describe("cut", () => {
  test("after the effect: the headers promise more than arrives", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "cut" } });
    const raw = await rawAnswer(sandbox.port, id);
    const [head = "", body = ""] = raw.split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 202 /);
    const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    expect(body.length).toBe(Math.floor(promised / 2));
    expect(sandbox.purchases()).toBe(1);
    sandbox.addFault({ match: put, fault: { kind: "cut" } });
    expect(await failureOf(azure.put(id))).toBe("UND_ERR_SOCKET");
  });

  test("with a status, an error whose body does not arrive whole, although it was bought", async () => {
    const { sandbox, id } = await start();
    sandbox.addFault({ match: put, fault: { kind: "cut", status: 400, code: "RiskCheckFailed" } });
    const raw = await rawAnswer(sandbox.port, id);
    expect(raw).toMatch(/^HTTP\/1.1 400 /);
    expect(raw).not.toContain("}}");
    expect(sandbox.purchases()).toBe(1);
  });
});

test("delay: the effect at once, the answer later", async () => {
  const { sandbox, azure, id } = await start();
  sandbox.addFault({ match: put, fault: { kind: "delay", milliseconds: 1000 } });
  const answer = azure.put(id);
  await expect.poll(() => sandbox.purchases(), { interval: 5 }).toBe(1);
  expect(sandbox.requests.at(-1)?.status).toBeUndefined();
  expect((await answer).status).toBe(202);
});

test("a status with a code and a body of its own", async () => {
  const { sandbox, azure, id } = await start();
  sandbox.addFault([
    { match: put, fault: { kind: "status", status: 400, when: "before", code: "RiskCheckFailed" } },
    { match: put, fault: { kind: "status", status: 500, when: "before", body: "" } },
  ]);
  expect((await azure.put(id)).body.error.code).toBe("RiskCheckFailed");
  expect(await azure.put(id)).toMatchObject({ status: 500, body: "" });
});

test("AWS errors have the shape of EC2", async () => {
  const { sandbox } = await start();
  const client = new EC2Client({
    region: "us-east-1",
    endpoint: sandbox.url,
    credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
    maxAttempts: 1,
  });
  sandbox.addFault([
    { match: { method: "POST" }, fault: { kind: "status", status: 503, when: "before", code: "RequestLimitExceeded" } },
    { match: {}, fault: { kind: "status", status: 500, when: "after" } },
  ]);
  const describeAll = () => client.send(new DescribeReservedInstancesCommand({}));
  await expect(describeAll()).rejects.toMatchObject({
    name: "RequestLimitExceeded",
    $metadata: { httpStatusCode: 503 },
  });
  await expect(describeAll()).rejects.toMatchObject({ name: "InternalError", $metadata: { httpStatusCode: 500 } });
  expect((await describeAll()).ReservedInstances).toEqual([]);
});

describe("listings that lie", () => {
  const names = (body: { value: { name: string }[] }) => body.value.map(({ name }) => name);

  test("stale for so many reads; a read by id is not touched", async () => {
    const { sandbox, azure } = await start();
    const before = await azure.buy();
    sandbox.addFault({ match: {}, times: 2, fault: { kind: "listing", listing: "stale" } });
    const after = await azure.buy();
    expect((await azure.get(after)).status).toBe(200);
    expect(names((await azure.list()).body)).toEqual([before]);
    expect(names((await azure.call("GET", "/providers/Microsoft.Capacity/reservations")).body)).toHaveLength(1);
    expect(names((await azure.list()).body)).toEqual([before, after]);
  });

  test("empty, as without the reading role", async () => {
    const { sandbox, azure } = await start();
    const id = await azure.buy();
    sandbox.addFault({ match: {}, fault: { kind: "listing", listing: "empty" } });
    expect(await azure.list()).toMatchObject({ status: 200, body: { value: [] } });
    expect(names((await azure.list()).body)).toEqual([id]);
  });

  test("a foreign next link, and one to itself", async () => {
    const { sandbox, azure } = await start();
    sandbox.addFault([
      { match: {}, fault: { kind: "listing", listing: "foreign-next-link" } },
      { match: {}, fault: { kind: "listing", listing: "foreign-next-link", to: "http://127.0.0.1:1/" } },
      { match: {}, fault: { kind: "listing", listing: "repeated-next-link" } },
    ]);
    const path = "/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01";
    const links = [await azure.list(), await azure.list(), await azure.list(), await azure.list()];
    expect(links.map(({ body }) => body.nextLink)).toEqual([
      `https://foreign.invalid${path}&%24skiptoken=50`,
      `http://127.0.0.1:1${path}&%24skiptoken=50`,
      `${sandbox.url}${path}`,
      undefined,
    ]);
  });
});

describe("rules", () => {
  const failing = (when: "before" | "after") => ({ kind: "status", status: 500, when }) as const;

  test("match by method, path and action, skip and run out", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({
      match: { method: "put", path: id.slice(0, 8), action: "PUT reservationOrders" },
      skip: 1,
      times: 2,
      fault: failing("before"),
    });
    await azure.get(id);
    const statuses = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      statuses.push((await azure.put(id)).status);
    }
    expect(statuses).toEqual([202, 500, 500, 200]);
  });

  test.each([{ method: "GET" }, { path: "/other" }, { action: "PUT" }])("%j does not match a PUT", async (match) => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault({ match, fault: failing("before") });
    expect((await azure.put(id)).status).toBe(202);
  });

  test("are used in order, one a request, and can be cleared", async () => {
    const { sandbox, azure, id } = await start();
    sandbox.addFault([
      { match: put, fault: { kind: "status", status: 500, when: "before" } },
      { match: put, fault: { kind: "status", status: 502, when: "before" } },
      { match: put, fault: { kind: "status", status: 503, when: "before" } },
    ]);
    expect([(await azure.put(id)).status, (await azure.put(id)).status]).toEqual([500, 502]);
    sandbox.clearFaults();
    expect((await azure.put(id)).status).toBe(202);
  });

  test("that cannot be read are refused whole", async () => {
    const { sandbox, azure, id } = await start();
    const good = { match: {}, fault: failing("before") } as const;
    for (const bad of [
      { match: {}, fault: { kind: "explode" } },
      { match: {}, fault: { kind: "reset" } },
      { match: { verb: "PUT" }, fault: failing("before") },
      { match: {}, fault: failing("before"), times: 0 },
    ]) {
      // @ts-expect-error: rules that the types refuse may come over HTTP.
      expect(() => sandbox.addFault([good, bad])).toThrow("fault rules cannot be read");
    }
    expect((await azure.put(id)).status).toBe(202);
  });
});

/** What a bare connection meets. */
function connect(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve("connected");
    });
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
}

/** Everything that a PUT is answered before the connection ends. */
function rawAnswer(port: number, id: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(virtualMachine());
    const socket = createConnection(port, "127.0.0.1");
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (part) => (text += String(part)));
    socket.once("close", () => resolve(text));
    socket.once("error", reject);
    socket.write(
      [
        `PUT /providers/Microsoft.Capacity/reservationOrders/${id}?api-version=2022-11-01 HTTP/1.1`,
        "Host: 127.0.0.1",
        "Authorization: Bearer dummy",
        `Content-Length: ${Buffer.byteLength(body)}`,
        "",
        body,
      ].join("\r\n"),
    );
  });
}
