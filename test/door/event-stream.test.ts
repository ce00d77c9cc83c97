import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import type { NumberedEntry } from "../../src/contract/execution-record.ts";
import { createHandler } from "../../src/door/create-handler.ts";
import { startServer } from "../../src/door/start-server.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";
import { readEvents } from "./event-client.ts";
import { createHandClock, type HandClock } from "./hand-clock.ts";

let world: World;
let clock: HandClock;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await world.close();
  // Whoever is gone waits for nothing.
  expect(clock.waiting()).toBe(0);
});

/** A door whose time is moved by hand. */
async function start(options: Parameters<typeof startWorld>[0] = () => ({})): Promise<void> {
  clock = createHandClock();
  world = await startWorld((parts) => ({ environment: clock.environment, ...options(parts) }));
}

const body = { ...executionOf(ec2), executionId: "engine-1" };
const own = "/v1/executions/engine-1";
const events = `${own}/events`;
const put = (query = "") => ask(world.url, "PUT", `${own}${query}`, { body, headers: { prefer: "wait=30" } });
const read = async (path = events, headers = {}) => {
  const reading = await readEvents(`${world.url}${path}`, headers);
  ends.push(reading.drop);
  return reading;
};
const history = async () => (await world.ledger.historySince("engine-1", 0, 1000)).map(({ number }) => number);

test("all of a complete execution, numbered, as the history says it; then an event `end`, and who reconnects is told to stop", async () => {
  await start();
  await put();
  const reading = await read();
  expect(reading).toMatchObject({ status: 200, headers: { "content-type": "text/event-stream" } });
  expect(reading.headers["cache-control"]).toContain("no-store");
  expect(await reading.ended).toBe(true);
  expect(reading.text()).toMatch(/^retry: 2000\n\n/);
  const all = reading.events();
  const last = all.at(-1);
  expect(last).toEqual({ event: "end", data: { kind: "end", executionId: "engine-1", state: "complete" } });
  expect(all.slice(0, -1).map(({ id }) => id)).toEqual(await history());
  expect(all.slice(0, -1).map(({ id, data }) => data.number === id)).not.toContain(false);
  expect(all[0]?.data).toMatchObject({ kind: "execution", number: 1, event: "record", termsVersion: 1 });
  const own0 = all.filter(({ data }) => data.recIndex === 0).map(({ data }) => data);
  const told = await ask(world.url, "GET", `${own}/recommendations/0/history`);
  expect(own0.map(({ kind: _k, number: _n, recIndex: _r, token: _t, ...line }) => line)).toEqual(told.json.history);
  expect(new Set(own0.map(({ token }) => token))).toEqual(new Set([told.json.token]));

  const number = String(all.length - 1);
  expect(await read(events, { "last-event-id": number })).toMatchObject({ status: 204 });
  const queried = await read(`${events}?after=${number}`);
  expect(await queried.ended).toBe(true);
  expect(queried.events()).toEqual([last]);
  const later = await read(events, { "last-event-id": String(all.length - 2) });
  await later.ended;
  expect(later.events().map(({ id }) => id)).toEqual([all.length - 1, undefined]);
  const head = await fetch(`${world.url}${events}`, { method: "HEAD" });
  expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
});

test("what this server does shows at once, without a look at the ledger from time to time; who says it and why is in it", async () => {
  await start();
  await put("?requireApproval=true");
  const reading = await read();
  await expect.poll(() => reading.events().length).toBeGreaterThan(0);
  await expect.poll(() => clock.waiting()).toBe(1);
  const terms = await ask(world.url, "GET", `${own}/terms`);
  const headers = { "if-match": terms.headers.get("etag") ?? "" };
  await ask(world.url, "POST", `${own}/approval`, { body: { reason: "in the budget" }, headers });
  const names = () => reading.events().map(({ data }) => data.event);
  for (let passed = 0; passed < 900 && !names().includes("approve"); passed += 50) {
    clock.advance(50);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const approval = reading.events().find(({ data }) => data.event === "approve");
  expect(approval?.data).toMatchObject({ kind: "execution", person: "local", reason: "in the budget" });
  await expect
    .poll(() => {
      clock.advance(20);
      return names();
    })
    .toContain("purchase");
});

test("a connection that is lost goes on without a gap and without a duplicate, wherever it broke", async () => {
  await start();
  await put("?requireApproval=true");
  const known: number[] = [];
  const take = (reading: Awaited<ReturnType<typeof read>>) => {
    for (const { id } of reading.events()) if (id !== undefined) known.push(id);
  };
  const after = () => (known.length === 0 ? {} : { "last-event-id": String(known.at(-1)) });
  let isOver = false;
  let changes = 0;
  while (!isOver) {
    const reading = await read(events, after());
    const before = await history();
    await expect
      .poll(() => {
        clock.advance(1000);
        return (
          reading.events().some(({ id, event }) => event === "end" || id === before.at(-1)) ||
          known.at(-1) === before.at(-1)
        );
      })
      .toBe(true);
    // Changed while it is read, and cut at once: what was on its way is lost.
    if (changes < 4) await world.purchaser.setSource("engine-1", { person: "p", reason: "r", source: `s${changes}` });
    if (changes === 4) {
      const { termsHash } = await world.purchaser.execution("engine-1");
      await world.purchaser.approve("engine-1", { person: "p", reason: "r", termsHash });
      await world.purchaser.redrive("engine-1");
    }
    changes += 1;
    reading.drop();
    await reading.ended;
    take(reading);
    isOver = reading.status === 204 || reading.events().some(({ event }) => event === "end");
  }
  expect(changes).toBeGreaterThan(5);
  expect(known).toEqual(await history());
});

test("two servers on one ledger: what the other one does shows within a look at the ledger", async () => {
  await start();
  await put("?requireApproval=true");
  const ledger = await openSqliteLedger({ file: join(world.folder, "ledger.db") });
  const purchaser = createPurchaser({ ledger, providers: [createAws({ endpoint: world.sandbox.url })] });
  const handler = await createHandler({ purchaser, ledger, authenticate: "nobody-is-asked", sweepInterval: 3_600_000 });
  const other = await startServer(handler, 0);
  ends.push(async () => {
    await other.close();
    await ledger.close();
  });
  const reading = await read();
  await expect.poll(() => reading.events().length).toBeGreaterThan(0);
  await expect.poll(() => clock.waiting()).toBe(1);
  const headers = {
    "if-match": (await ask(other.url, "GET", `${own}/terms`)).headers.get("etag") ?? "",
    prefer: "wait=30",
  };
  await ask(other.url, "POST", `${own}/approval`, { body: { reason: "r" }, headers });
  expect(reading.events().map(({ data }) => data.event)).not.toContain("approve");
  clock.advance(1000);
  expect(await reading.ended).toBe(true);
  expect(reading.events().map(({ id }) => id)).toEqual([...(await history()), undefined]);
});

test("another caller's execution, and one that is not there, are 404; a place that is none is 400", async () => {
  await start(() => ({
    authenticate: ({ headers }) => ({ name: headers.get("authorization") ?? "", scopes: ["read", "write"] }),
  }));
  const asking = (name: string, path = events, more = {}) =>
    ask(world.url, "GET", path, { headers: { authorization: name, ...more } });
  await ask(world.url, "PUT", own, { body, headers: { authorization: "one", prefer: "wait=30" } });
  expect(await asking("two")).toMatchObject({ status: 404, json: { code: "not-found" } });
  expect(await asking("one", "/v1/executions/nothing/events")).toMatchObject({ status: 404 });
  for (const text of ["x", "-1", "01", "1.5", "9".repeat(16), "1e3"]) {
    const problems = { json: { problems: [{ parameter: "Last-Event-ID" }] } };
    expect(await asking("one", events, { "last-event-id": text })).toMatchObject({ status: 400, ...problems });
    expect(await asking("one", `${events}?after=${text}`)).toMatchObject({ status: 400 });
  }
  // A ledger that was restored has fewer of them.
  expect(await asking("one", events, { "last-event-id": "1000" })).toMatchObject({ status: 400 });
  expect(await asking("one", `${events}?since=1`)).toMatchObject({ status: 400 });
});

test("a comment comes every 15 seconds where nothing happens; after an hour the client is asked to come again", async () => {
  await start();
  await put("?requireApproval=true");
  const reading = await read();
  const beats = () => reading.text().split(": nothing new\n\n").length - 1;
  await expect.poll(() => reading.events().length).toBeGreaterThan(0);
  const pass = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 1000) {
      await expect.poll(() => clock.waiting()).toBe(1);
      clock.advance(1000);
    }
  };
  await pass(14_000);
  await expect.poll(() => clock.waiting()).toBe(1);
  expect(beats()).toBe(0);
  await pass(1000);
  await expect.poll(beats).toBe(1);
  await pass(15_000);
  await expect.poll(beats).toBe(2);
  clock.advance(3_600_000);
  expect(await reading.ended).toBe(true);
  expect(reading.events().some(({ event }) => event === "end")).toBe(false);
});

test("a server that ends lets its streams end, and begins none", async () => {
  await start();
  await put("?requireApproval=true");
  const reading = await read();
  await expect.poll(() => reading.events().length).toBeGreaterThan(0);
  const closing = world.server.close();
  expect(await reading.ended).toBe(true);
  expect(reading.events().some(({ event }) => event === "end")).toBe(false);
  await closing;
});

test("a client that never reads is not waited for: nothing is kept for it, and it is cut after 30 seconds", async () => {
  let pages = 0;
  await start(({ ledger }) => ({
    eventStreams: 4,
    ledger: {
      ...ledger,
      historySince: async (executionId, after, limit) => {
        const [first] = await ledger.historySince(executionId, 0, 1);
        if (first === undefined) return [];
        pages += 1;
        return Array.from({ length: limit }, (_, index): NumberedEntry => {
          const entry = { executionId, at: 0, event: "source", termsVersion: 1, detail: "x".repeat(4000) } as const;
          return { number: after + index + 1, kind: "execution", entry };
        });
      },
    },
  }));
  await put("?requireApproval=true");
  const { hostname, port } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  ends.push(() => socket.destroy());
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.pause();
  socket.write(`GET ${events} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
  // What the kernel takes is taken; then nothing more is made.
  let before = -1;
  await expect
    .poll(
      () => {
        const isQuiet = pages === before && pages > 0;
        before = pages;
        return isQuiet;
      },
      { interval: 400, timeout: 20_000 },
    )
    .toBe(true);
  expect(pages).toBeLessThan(200);
  expect(clock.waiting()).toBe(1);
  expect((await ask(world.url, "GET", events)).status).toBe(429);
  clock.advance(29_999);
  expect((await ask(world.url, "GET", events)).status).toBe(429);
  clock.advance(1);
  socket.resume();
  await gone;
  await expect.poll(() => clock.waiting()).toBe(0);
  const next = await read();
  expect(next.status).toBe(200);
  next.drop();
  await expect.poll(() => clock.waiting()).toBe(0);
});

test("a caller has a quarter of the streams: one more is 429, until one is closed; no timer is left of who is gone", async () => {
  await start(() => ({
    eventStreams: 8,
    authenticate: ({ headers }) => ({ name: headers.get("authorization") ?? "", scopes: ["read", "write", "all"] }),
  }));
  await ask(world.url, "PUT", `${own}?requireApproval=true`, { body, headers: { authorization: "one" } });
  const one = { authorization: "one" };
  const open = [await read(events, one), await read(events, one)];
  const refused = await ask(world.url, "GET", events, { headers: one });
  expect(refused).toMatchObject({ status: 429, json: { code: "too-many-streams", retryable: true } });
  expect(refused.headers.get("retry-after")).toBe("10");
  for (const name of ["two", "two", "three", "three", "four", "four"]) {
    expect((await read(events, { authorization: name })).status).toBe(200);
  }
  expect((await ask(world.url, "GET", events, { headers: { authorization: "five" } })).status).toBe(429);
  open[0]?.drop();
  await expect
    .poll(async () => {
      const again = await readEvents(`${world.url}${events}`, one);
      ends.push(again.drop);
      return again.status;
    })
    .toBe(200);
  for (const end of ends.splice(0)) end();
  await expect.poll(() => clock.waiting()).toBe(0);
});

test("a ledger that fails ends the stream, so that the client comes again; it is told", async () => {
  let isBroken = false;
  await start(({ ledger }) => ({
    ledger: {
      ...ledger,
      historySince: async (...given) => {
        if (isBroken) throw new LedgerError({ code: "ledger-unavailable", message: "The disk is gone." });
        return ledger.historySince(...given);
      },
    },
  }));
  await put("?requireApproval=true");
  const reading = await read();
  await expect.poll(() => clock.waiting()).toBe(1);
  isBroken = true;
  clock.advance(1000);
  expect(await reading.ended).toBe(true);
  expect(reading.events().some(({ event }) => event === "end")).toBe(false);
  expect(world.errors).toEqual([expect.stringContaining('the events of "engine-1"')]);
  const again = await ask(world.url, "GET", `${events}?after=1`);
  expect(again).toMatchObject({ status: 503, json: { code: "ledger-unavailable" } });
});
