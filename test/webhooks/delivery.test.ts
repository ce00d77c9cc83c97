import { createHmac } from "node:crypto";
import type { ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { bought, claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { startWebhooks } from "../../src/webhooks/index.ts";
import { decideSome, endpointAt, type Received, secret, startReceiver, status, until } from "./receiver.ts";

const hour = 3_600_000;
const quick = { pollInterval: 5 };
const idOf = ({ headers }: Received) => headers["webhook-id"];
const waiting = async (ledger: Ledger, name = "finance") =>
  (await ledger.webhooks()).find((endpoint) => endpoint.name === name);

/** A ledger and a delivery whose time passes only in sleeps. */
function virtual() {
  const environment = createVirtualEnvironment();
  return { environment, ledger: createMemoryLedger({ clock: environment.now }) };
}

describe("a message", () => {
  test("is signed with every secret: the official library takes it under each, and so does a check by hand", async () => {
    await using receiver = await startReceiver();
    const ledger = createMemoryLedger();
    const next = "whsec_9YkPzV6bq7WcW3yq0w0c5Qn2s3vJ8yqv6m1D5Jt2b0I=";
    const endpoint = { ...endpointAt(receiver), secrets: `${next}\n${secret}\n` };
    const delivery = await startWebhooks({ ledger, endpoints: [endpoint], ...quick });
    await decideSome(ledger);
    await until(() => receiver.received.length === 2);
    await delivery.drain();
    for (const { text, headers, body } of receiver.received) {
      for (const one of [secret, next]) expect(new Webhook(one).verify(text, headers)).toEqual(body);
      expect(() => new Webhook("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").verify(text, headers)).toThrow();
      const key = Buffer.from(secret.slice("whsec_".length), "base64");
      const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
      const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
      expect(headers["webhook-signature"]?.split(" ")).toContain(expected);
      expect(headers["content-type"]).toBe("application/json");
    }
  });

  test("says the outcome as the report has it, with the whole token; the end of an execution has the sums", async () => {
    await using receiver = await startReceiver();
    const ledger = createMemoryLedger({ clock: () => 1_795_305_600_000 });
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], ...quick });
    const place = { ...claimRequest(0), executionId: "order \u202e1", token: "token-0" };
    await ledger.recordExecution(newExecution([place]));
    const [answer] = await ledger.claim([place], "driver", 30_000);
    const { claim } = granted(answer);
    await ledger.submit(claim, planned());
    await ledger.purchase(claim, bought({ price: { amount: "24", currency: "GBP" } }));
    await until(() => receiver.received.length === 2);
    await delivery.drain();
    const about = { executionId: "order \u202e1", number: 4, source: "test" };
    expect(receiver.received.map(({ body }) => body)).toEqual([
      {
        type: "recommendation.decided",
        timestamp: "2026-11-22T00:00:00.000Z",
        data: {
          ...about,
          recIndex: 0,
          outcome: {
            recIndex: 0,
            status: "purchased",
            token: "token-0",
            provider: "imitation",
            service: "disk",
            commitment: { id: "order-1", state: "Succeeded", settled: true },
            price: { amount: "24", currency: "GBP" },
          },
        },
      },
      {
        type: "execution.complete",
        timestamp: "2026-11-22T00:00:00.000Z",
        data: { ...about, size: 1, needsPerson: [], totals: [{ amount: "24", currency: "GBP" }], atRisk: [] },
      },
    ]);
    expect(receiver.received[0]?.text).toContain("\\u202e");
  });
});

describe("an endpoint that does not take it", () => {
  test("answers 500 for an hour: some thirty requests, then all of them, under the ids and with the bodies that they had", async () => {
    const { environment, ledger } = virtual();
    const well = environment.now() + hour;
    await using receiver = await startReceiver((response) => {
      response.writeHead(environment.now() < well ? 500 : 204).end();
    });
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], environment });
    await decideSome(ledger, 20);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    await delivery.drain();
    const ids = receiver.received.map(idOf);
    expect(new Set(ids).size).toBe(40);
    expect(ids.length).toBeLessThan(40 + 30);
    const bodies = Map.groupBy(receiver.received, idOf);
    for (const own of bodies.values()) expect(new Set(own.map(({ text }) => text)).size).toBe(1);
    expect(await waiting(ledger)).toMatchObject({ failures: 0, givenUp: 0 });
  });

  test("is dead for more than a week: what waits is given up and counted, and holds nothing up afterwards", async () => {
    const { environment, ledger } = virtual();
    await using receiver = await startReceiver(status(503));
    const delivery = await startWebhooks({
      ledger,
      endpoints: [endpointAt(receiver)],
      environment,
      pollInterval: 60_000,
    });
    await decideSome(ledger, 1);
    await until(async () => (await waiting(ledger))?.givenUp === 2);
    receiver.answer = status(204);
    await decideSome(ledger, 1, 1);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    await delivery.drain();
    expect(receiver.received.at(-1)?.body.data["executionId"]).toBe("execution-1");
  });

  test("wants nothing more (410): nothing is sent until a person enables it", async () => {
    await using receiver = await startReceiver(status(410));
    const ledger = createMemoryLedger();
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], concurrency: 1, ...quick });
    await decideSome(ledger, 3);
    await until(async () => (await waiting(ledger))?.disabledAt !== undefined);
    expect(receiver.received.length).toBe(1);
    receiver.answer = status(204);
    await ledger.enableWebhook("finance");
    await until(async () => (await waiting(ledger))?.waiting === 0);
    await delivery.drain();
    expect(new Set(receiver.received.map(idOf)).size).toBe(6);
    expect(receiver.received.length).toBe(7);
  });

  test.each([301, 302, 307, 308])("redirects (%i): the other address gets nothing", async (code) => {
    await using other = await startReceiver();
    await using receiver = await startReceiver(status(code, { location: other.url }));
    const ledger = createMemoryLedger();
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], ...quick });
    await decideSome(ledger);
    await until(async () => (await waiting(ledger))?.failures === 1);
    await delivery.drain();
    expect(other.received).toEqual([]);
    expect(await waiting(ledger)).toMatchObject({
      waiting: 2,
      lastAnswer: { text: `answered ${code}: redirects are not followed` },
    });
  });

  test.each([
    ["says nothing", () => undefined, "no answer within 0.1 seconds"],
    ["hangs up", (_: unknown, request: { socket: { destroy: () => void } }) => request.socket.destroy(), "hang up"],
    [
      "does not speak HTTP",
      (_: unknown, request: { socket: { end: (text: string) => void } }) => request.socket.end("220 mail\r\n\r\n"),
      "not delivered",
    ],
    [
      "answers with headers without end",
      (_: unknown, request: { socket: { write: (text: string) => void } }) =>
        request.socket.write(`HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}`),
      "overflow",
    ],
    [
      "announces an answer for ever",
      (_: unknown, request: { socket: { write: (text: string) => void } }) =>
        request.socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000)),
      "no answer within 0.1 seconds",
    ],
  ])("%s", async (_title, answer, said) => {
    await using receiver = await startReceiver((response, request) => answer(response, request));
    const ledger = createMemoryLedger();
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], timeout: 100, ...quick });
    await decideSome(ledger);
    await until(async () => (await waiting(ledger))?.failures === 1);
    await delivery.drain();
    expect((await waiting(ledger))?.lastAnswer?.text).toContain(said);
    expect(await waiting(ledger)).toMatchObject({ waiting: 2 });
  });

  test("sends a gigabyte: the status counts, the rest is not read", async () => {
    let [written, isCut] = [0, false];
    await using receiver = await startReceiver((response) => {
      response.writeHead(200, { "content-length": "1000000000" });
      response.on("close", () => (isCut = true));
      const chunk = Buffer.alloc(64_000);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    const ledger = createMemoryLedger();
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], ...quick });
    await decideSome(ledger);
    await until(async () => (await waiting(ledger))?.waiting === 0 && isCut);
    await delivery.drain();
    expect(written).toBeLessThan(100_000_000);
  });

  test("changes the protocol (101): it is tried again, takes what comes then, and a server that ends is not held up", async () => {
    const switches = (response: ServerResponse) =>
      response.socket?.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    await using receiver = await startReceiver(switches);
    const { environment, ledger } = virtual();
    const delivery = await startWebhooks({ ledger, environment, endpoints: [endpointAt(receiver)] });
    await decideSome(ledger);
    const fails = async () => ((await waiting(ledger))?.failures ?? 0) > 0;
    await until(fails);
    expect((await waiting(ledger))?.lastAnswer?.text).toBe("answered 101");
    receiver.answer = status(204);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    receiver.answer = switches;
    await decideSome(ledger, 1, 1);
    await until(fails);
    await delivery.drain();
  });

  test("holds up no other one", async () => {
    await using dead = await startReceiver(() => undefined);
    await using receiver = await startReceiver();
    const ledger = createMemoryLedger();
    const endpoints = [endpointAt(dead, "dead"), endpointAt(receiver)];
    const delivery = await startWebhooks({ ledger, endpoints, timeout: 3_600_000, ...quick });
    await decideSome(ledger, 20);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    expect(dead.received.length).toBe(4);
    expect(await waiting(ledger, "dead")).toMatchObject({ waiting: 40 });
    const drained = delivery.drain();
    await using _end = { [Symbol.asyncDispose]: () => drained };
    await dead[Symbol.asyncDispose]();
  });
});

describe("servers that deliver", () => {
  test("share the messages of one ledger: each is sent once, at most so many at once by each, those of an execution in order", async () => {
    await using receiver = await startReceiver((response) => setTimeout(() => response.writeHead(204).end(), 2));
    const ledger = createMemoryLedger();
    const start = () => startWebhooks({ ledger, endpoints: [endpointAt(receiver)], concurrency: 3, ...quick });
    const deliveries = [await start(), await start(), await start()];
    await decideSome(ledger, 100);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    for (const delivery of deliveries) await delivery.drain();
    expect(receiver.received.length).toBe(200);
    expect(new Set(receiver.received.map(idOf)).size).toBe(200);
    expect(receiver.most()).toBeLessThanOrEqual(9);
    for (const own of Map.groupBy(receiver.received, ({ body }) => body.data["executionId"]).values()) {
      expect(own.map(({ body }) => body.type)).toEqual(["recommendation.decided", "execution.complete"]);
    }
  });

  test("let what is under way end when they are drained, and send nothing more", async () => {
    const held = Promise.withResolvers<void>();
    await using receiver = await startReceiver(
      (response) => void held.promise.then(() => response.writeHead(204).end()),
    );
    const ledger = createMemoryLedger();
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], concurrency: 1, ...quick });
    await decideSome(ledger, 3);
    await until(() => receiver.received.length === 1);
    const drained = delivery.drain();
    held.resolve();
    await drained;
    expect(receiver.received.length).toBe(1);
    expect(await waiting(ledger)).toMatchObject({ waiting: 5, failures: 0 });
  });

  test("go on after the ledger failed, and say so", async () => {
    await using receiver = await startReceiver();
    const ledger = createMemoryLedger();
    const said: string[] = [];
    let fails = 3;
    const broken = {
      ...ledger,
      takeMessages: (...given: Parameters<Ledger["takeMessages"]>) => {
        fails -= 1;
        return fails < 0 ? ledger.takeMessages(...given) : Promise.reject(new Error("the ledger is gone"));
      },
    };
    const onError = (error: unknown, about: string) => void said.push(`${about}: ${String(error)}`);
    const endpoints = [endpointAt(receiver)];
    const delivery = await startWebhooks({ ledger: broken, endpoints, onError, ...quick });
    await decideSome(ledger);
    await until(async () => (await waiting(ledger))?.waiting === 0);
    await delivery.drain();
    expect(said).toEqual(Array.from({ length: 3 }, () => "the delivery to finance: Error: the ledger is gone"));
  });

  test("sign with the time of the sending, not of the decision", async () => {
    await using receiver = await startReceiver();
    const ledger = createMemoryLedger({ clock: () => 1_795_305_600_000 });
    const environment = { ...systemEnvironment, now: () => 1_795_399_999_999 };
    const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], environment, ...quick });
    await decideSome(ledger);
    await until(() => receiver.received.length === 2);
    await delivery.drain();
    expect(receiver.received[0]?.headers["webhook-timestamp"]).toBe("1795399999");
    expect(receiver.received[0]?.body.timestamp).toBe("2026-11-22T00:00:00.000Z");
  });
});
