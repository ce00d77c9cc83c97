import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { createClient, type EventsOptions } from "../../src/client/index.ts";
import { readEventStream } from "../../src/client/read-event-stream.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server whose streams are as given, one for each connection, the last for all further ones. */
async function streaming(...answers: readonly Answer[]) {
  const asked: (string | undefined)[] = [];
  server = createServer((request, response) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    answers[Math.min(asked.length, answers.length) - 1]?.(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const collect = async (options?: EventsOptions) => {
    const events = [];
    for await (const event of client.events("engine-1", options)) events.push(event);
    return events;
  };
  return { asked, client, collect };
}

const head = { "content-type": "text/event-stream; charset=utf-8" };
const says =
  (text: string): Answer =>
  (response) =>
    response.writeHead(200, head).end(text);
const event = (id: number, name = "changed") => `id: ${id}\nevent: ${name}\ndata: {"recIndex":${id}}\n\n`;
const end = 'event: end\ndata: {"state":"complete"}\n\n';
const told = (id: number) => ({ id: String(id), event: "changed", data: { recIndex: id } });
const last = { id: undefined, event: "end", data: { state: "complete" } };

test("events in every form of the standard, in pieces of any size", async () => {
  const text =
    ': here\n\nretry: 1\r\nid:1\r\nevent: a\r\ndata: {"a":\r\ndata:"ä"}\r\n\r\nid: 2\revent: b\rdata: no JSON\r\rdata\n\n' +
    end;
  const { collect } = await streaming((response) => {
    response.writeHead(200, head);
    const bytes = [...Buffer.from(text)];
    const next = () => {
      const byte = bytes.shift();
      if (byte === undefined) response.end();
      else response.write(Buffer.of(byte), () => setImmediate(next));
    };
    next();
  });
  expect(await collect()).toEqual([
    { id: "1", event: "a", data: { a: "ä" } },
    { id: "2", event: "b", data: "no JSON" },
    { id: undefined, event: "message", data: "" },
    last,
  ]);
});

test("a stream that is cut, closed or falls silent is opened anew after the last event; nothing is told twice", async () => {
  const { asked, collect } = await streaming(
    (response) => {
      response.writeHead(200, head).write(event(1) + event(2) + "id: 3\nevent: changed\nda", () => response.destroy());
    },
    says(event(2) + event(3)),
    (response) => void response.writeHead(200, head).write(event(4)),
    (response) => response.destroy(),
    (response) => response.writeHead(503, { "content-type": "text/plain" }).end(),
    says(event(5) + end),
  );
  expect(await collect({ idleTimeout: 1000 })).toEqual([1, 2, 3, 4, 5].map(told).concat(last as never));
  expect(asked).toEqual([undefined, "2", "3", "4", "4", "4"]);
});

test("a server that has nothing more says so", async () => {
  const { asked, collect } = await streaming(says(event(1)), (response) => response.writeHead(204).end());
  expect(await collect()).toEqual([told(1)]);
  expect(asked).toEqual([undefined, "1"]);
});

test("it begins after the event that the caller knows", async () => {
  const { asked, collect } = await streaming(says(event(7) + event(8) + end));
  expect(await collect({ after: "7" })).toEqual([told(8), last]);
  expect(asked).toEqual(["7"]);
});

test("a refusal is thrown at once, and what fails for too long as well", async () => {
  const document = { code: "not-found", detail: "There is no such execution.", retryable: false };
  const refused = await streaming((response) => {
    response.writeHead(404, { "content-type": "application/problem+json" }).end(JSON.stringify(document));
  });
  await expect(refused.collect()).rejects.toMatchObject({ code: "not-found", status: 404 });
  expect(refused.asked).toHaveLength(1);
  server?.close();
  const dead = await streaming((response) => response.destroy());
  await expect(dead.collect({ timeout: 1 })).rejects.toMatchObject({ code: "no-answer", retryable: true });
});

test("leaving the loop and the signal both close the connection", async () => {
  let closed = 0;
  const open: Answer = (response) => {
    response.writeHead(200, head).write(event(1));
    response.on("close", () => (closed += 1));
  };
  const { client } = await streaming(open);
  for await (const { id } of client.events("engine-1")) {
    expect(id).toBe("1");
    break;
  }
  await expect.poll(() => closed).toBe(1);
  const stop = new AbortController();
  const reason = new Error("the user left");
  const reading = (async () => {
    for await (const { id } of client.events("engine-1", { signal: stop.signal })) {
      expect(id).toBe("1");
      stop.abort(reason);
    }
  })();
  await expect(reading).rejects.toBe(reason);
  await expect.poll(() => closed).toBe(2);
});

test("a line in many pieces is searched once; one without end is none", async () => {
  const piece = Buffer.from("x".repeat(1000));
  async function* chunks(pieces: number, last: string) {
    yield Buffer.from("data: ");
    for (let sent = 0; sent < pieces; sent += 1) yield piece;
    yield Buffer.from(last);
  }
  const searched = vi.spyOn(RegExp.prototype, Symbol.split);
  const parts = [];
  for await (const part of readEventStream(chunks(1000, "\r\n\r\n"))) parts.push(part);
  const length = searched.mock.calls.reduce((sum, [text]) => sum + text.length, 0);
  searched.mockRestore();
  expect(parts.at(-1)?.event?.data).toHaveLength(1_000_000);
  expect(length).toBeLessThan(1_001_000);
  const endless = async () => {
    for await (const part of readEventStream(chunks(20_000, ""))) parts.push(part);
  };
  await expect(endless()).rejects.toThrow("no end");
});
