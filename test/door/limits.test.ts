import { afterEach, describe, expect, test } from "vitest";
import { systemEnvironment } from "../../src/contract/environment.ts";
import { createByteBudget } from "../../src/door/byte-budget.ts";
import type { DoorLimits, HandlerOptions } from "../../src/door/door-parts.ts";
import { createRequestLimits } from "../../src/door/request-limits.ts";
import { createSeats } from "../../src/door/seats.ts";
import { createTokenBuckets } from "../../src/door/token-buckets.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { bearerOf, callersNamed } from "./caller-world.ts";
import { startWorld, type World } from "./door-world.ts";

/** Milliseconds since 1970. */
let now = 1_800_000_000_000;
const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function worldWith(limits: DoorLimits, more: Partial<HandlerOptions> = {}): Promise<World> {
  const environment = { ...systemEnvironment, now: () => now };
  const world = await startWorld(() => ({
    authenticate: callersNamed("engine", "other"),
    environment,
    limits,
    ...more,
  }));
  worlds.push(world);
  return world;
}

interface Asked {
  readonly by?: string;
  readonly address?: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ReadableStream;
}

/** Asks a handler, from an address. */
async function ask(world: World, { by = "engine", address = "192.0.2.1", method = "GET", ...more }: Asked = {}) {
  const { path = "/v1/executions", headers = {}, body } = more;
  const request = new Request(`http://127.0.0.1${path}`, {
    method,
    headers: { host: "127.0.0.1", ...bearerOf(by), ...headers },
    ...(body === undefined ? {} : { body, duplex: "half" }),
  });
  const response = await world.handler(request, { address });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: text.startsWith("{") ? JSON.parse(text) : text };
}

const statuses = async (world: World, times: number, asked: Asked = {}) => {
  const all: number[] = [];
  for (let time = 0; time < times; time += 1) all.push((await ask(world, asked)).status);
  return all;
};

describe("the rate of one caller", () => {
  test("what is above it is 429 with the time after which it goes on; others are not kept waiting", async () => {
    const world = await worldWith({ ratePerCaller: 2 });
    expect(new Set(await statuses(world, 20))).toEqual(new Set([200]));
    const said = await ask(world);
    expect(said).toMatchObject({ status: 429, json: { code: "too-many-requests", retryable: true, retryAfter: 500 } });
    expect(said.headers.get("retry-after")).toBe("1");
    expect(await statuses(world, 2, { by: "other" })).toEqual([200, 200]);
    now += 499;
    expect(await statuses(world, 1)).toEqual([429]);
    now += 1;
    expect(await statuses(world, 2)).toEqual([200, 429]);
    now += 3_600_000;
    expect(await statuses(world, 21)).toEqual([...Array.from({ length: 20 }, () => 200), 429]);
    now -= 3_600_000;
    expect(await statuses(world, 1)).toEqual([429]);
  });

  test("it holds for a submission too, of which nothing is recorded", async () => {
    const world = await worldWith({ ratePerCaller: 1 });
    await statuses(world, 10);
    const body = JSON.stringify({ ...executionOf(ec2), executionId: "engine-1" });
    const headers = { "content-type": "application/json" };
    const said = await ask(world, { method: "PUT", path: "/v1/executions/engine-1", headers, body });
    expect(said.status).toBe(429);
    expect(await world.ledger.recorded("engine-1")).toBeUndefined();
  });

  test("where nobody is asked, there is none", async () => {
    const world = await worldWith({ ratePerCaller: 1 }, { authenticate: "nobody-is-asked" });
    expect(new Set(await statuses(world, 40))).toEqual(new Set([200]));
  });
});

describe("who guesses tokens", () => {
  test("is made to wait, by address; who was answered before from there is still answered", async () => {
    const world = await worldWith({ failuresPerMinute: 6 });
    expect(await statuses(world, 1)).toEqual([200]);
    expect(await statuses(world, 7, { by: "guess" })).toEqual([401, 401, 401, 401, 401, 401, 429]);
    const right = await ask(world, { by: "other" });
    expect(right).toMatchObject({ status: 429, json: { code: "too-many-requests", retryAfter: 10_000 } });
    expect(await statuses(world, 3)).toEqual([200, 200, 200]);
    expect(await statuses(world, 1, { by: "other", address: "192.0.2.2" })).toEqual([200]);
    expect(await statuses(world, 1, { by: "other" })).toEqual([200]);
    now += 10_000;
    expect(await statuses(world, 2, { by: "guess" })).toEqual([401, 429]);
  });

  test("many guesses at once are counted all the same", async () => {
    const world = await worldWith({ failuresPerMinute: 6 });
    await Promise.all(Array.from({ length: 40 }, () => ask(world, { by: "guess" })));
    now += 59_000;
    expect(await statuses(world, 1, { by: "guess" })).toEqual([429]);
  });

  test("a request without a token guesses nothing", async () => {
    const world = await worldWith({ failuresPerMinute: 1 });
    for (let time = 0; time < 3; time += 1) {
      const request = new Request("http://127.0.0.1/v1/executions", { headers: { host: "127.0.0.1" } });
      expect((await world.handler(request, { address: "192.0.2.1" })).status).toBe(401);
    }
    expect(await statuses(world, 1)).toEqual([200]);
  });

  test.each([
    ["2001:db8:0:1::1", "2001:DB8::1:ffff:0:0:2", 429],
    ["2001:db8::1", "2001:db8:0:0:9::", 429],
    ["2001:db8:0:1::1", "2001:db8:0:2::1", 401],
    ["::ffff:192.0.2.1", "192.0.2.1", 429],
    ["192.0.2.1", "192.0.2.10", 401],
  ])("from %s, then from %s: %i", async (address, second, status) => {
    const world = await worldWith({ failuresPerMinute: 1 });
    expect(await statuses(world, 1, { by: "guess", address })).toEqual([401]);
    expect(await statuses(world, 1, { by: "guess", address: second })).toEqual([status]);
  });

  test("behind a proxy the header that it writes counts, its last address", async () => {
    const world = await worldWith({ failuresPerMinute: 1 }, { addressHeader: "X-Forwarded-For" });
    const from = (list: string) => ({ by: "guess", headers: { "x-forwarded-for": list } });
    expect(await statuses(world, 1, from("192.0.2.7"))).toEqual([401]);
    expect(await statuses(world, 1, from("192.0.2.99, 192.0.2.7"))).toEqual([429]);
    expect(await statuses(world, 1, from("192.0.2.7, 192.0.2.8"))).toEqual([401]);
    // Its port is none of the client's.
    for (const port of [1001, 1002]) expect(await statuses(world, 1, from(`192.0.2.7:${port}`))).toEqual([429]);
    expect(await statuses(world, 2, from("[2001:db8::1]:80"))).toEqual([401, 429]);
    for (const same of ["[2001:db8::1]:81", "[2001:db8::1]", "2001:db8::1"]) {
      expect(await statuses(world, 1, from(same))).toEqual([429]);
    }
  });

  test("on the real server it is the address of the connection", async () => {
    const world = await worldWith({ failuresPerMinute: 2 });
    const guess = async () => (await fetch(`${world.url}/v1/executions`, { headers: bearerOf("guess") })).status;
    expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429]);
    expect((await fetch(`${world.url}/livez`)).status).toBe(200);
  });

  test("so many names are remembered, and no more", () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 1, names: 3, now: () => 0 });
    for (const name of ["a", "b", "c", "a", "d"]) buckets.take(name);
    expect(["a", "b", "c", "d"].map((name) => buckets.wait(name) > 0)).toEqual([true, false, true, true]);
  });

  test("however often, nobody waits longer than for two buckets", () => {
    const buckets = createTokenBuckets({ perSecond: 1, burst: 3, names: 3, now: () => 0 });
    for (let time = 0; time < 100; time += 1) buckets.take("a");
    expect(buckets.wait("a")).toBe(4000);
  });

  test("of tokens that were valid lately a thousand pass; one that is valid no more does not", () => {
    const own = { bodyLimit: 1000, isAlone: false };
    const limits = createRequestLimits({ failuresPerMinute: 1 }, own, { ...systemEnvironment, now: () => 0 });
    const passes = (credential: string) => {
      try {
        limits.checkAddress("192.0.2.1", credential);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: "too-many-requests" });
        return false;
      }
    };
    for (let index = 0; index <= 1000; index += 1) limits.noteValid(`token-${index}`);
    limits.noteFailure("192.0.2.1", "guess");
    expect(["guess", "token-0", "token-1", "token-1000"].map(passes)).toEqual([false, false, true, true]);
    limits.noteFailure("192.0.2.1", "token-1");
    expect(passes("token-1")).toBe(false);
  });
});

test("seats: so many in all and so many of one; each is given back once", () => {
  const seats = createSeats(3, 2);
  const [one, two] = [seats.take("a"), seats.take("a")];
  expect(seats.take("a")).toBeUndefined();
  expect(seats.take("b")).toBeDefined();
  expect(seats.take("c")).toBeUndefined();
  one?.();
  one?.();
  expect(seats.take("c")).toBeDefined();
  expect(seats.take("d")).toBeUndefined();
  two?.();
  expect(seats.take("a")).toBeDefined();
});

test("where there is one caller, it has all seats", () => {
  const own = { bodyLimit: 1000, isAlone: true };
  const limits = createRequestLimits({ requestsAtOnce: 2, waitersAtOnce: 2 }, own, systemEnvironment);
  for (const _ of [1, 2]) {
    limits.enter("local");
    expect(limits.waiters.take("local")).toBeDefined();
  }
  expect(() => limits.enter("local")).toThrow(/Nothing was recorded/);
  expect(limits.waiters.take("local")).toBeUndefined();
});

test("bytes are given back once; behind one whose turn does not come goes on what fits; a thousand wait at most", async () => {
  const late: (() => void)[] = [];
  const budget = createByteBudget(400_000, () => new Promise((resolve) => late.push(resolve)));
  const { signal } = new AbortController();
  const giveBack = await budget.take(200_000, signal);
  const [first, second] = [budget.take(200_000, signal), budget.take(100_000, signal)];
  late[0]?.();
  await expect(first).rejects.toMatchObject({ code: "server-busy" });
  await second;
  giveBack();
  giveBack();
  await budget.take(200_000, signal);
  for (let waiting = 0; waiting < 1000; waiting += 1) void budget.take(100_000, signal);
  expect(late).toHaveLength(1002);
  await expect(budget.take(100_000, signal)).rejects.toMatchObject({ code: "server-busy", retryAfter: 2000 });
});

describe("what is under way", () => {
  const json = { "content-type": "application/json" };
  const text = (id: string) => JSON.stringify({ ...executionOf(ec2), executionId: id });
  /** A body of which the end comes when it is let go. */
  const heldBody = (id: string) => {
    const [letGo, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const bytes = new TextEncoder().encode(text(id));
    let at = 0;
    const body = new ReadableStream({
      pull: async (controller) => {
        if (at === 0) controller.enqueue(bytes.slice(0, 10));
        else {
          begun.resolve();
          await letGo.promise;
          controller.enqueue(bytes.slice(10));
          controller.close();
        }
        at += 1;
      },
    });
    return { body, begun: begun.promise, letGo: () => letGo.resolve(), length: String(bytes.length) };
  };
  const put = (world: World, id: string, asked: Asked) =>
    ask(world, { method: "PUT", path: `/v1/executions/${id}`, by: id.split("-")[0] ?? "", ...asked });

  test("one caller has half of the seats, all callers all; more are told to come again, and nothing is recorded of them", async () => {
    const world = await worldWith({ requestsAtOnce: 4 });
    const held = ["engine-1", "engine-2", "other-1", "other-2"].map((id) => ({ id, ...heldBody(id) }));
    const answers = [];
    for (const { id, body, length, begun } of held) {
      answers.push(put(world, id, { headers: { ...json, "content-length": length }, body }));
      await begun;
      if (id !== "engine-2") continue;
      const more = await put(world, "engine-3", { headers: json, body: text("engine-3") });
      expect(more).toMatchObject({ status: 503, json: { code: "server-busy", retryable: true, retryAfter: 2000 } });
      expect((await ask(world, { by: "other" })).status).toBe(200);
    }
    expect((await ask(world, { by: "other" })).status).toBe(503);
    expect((await ask(world, { path: "/livez" })).status).toBe(200);
    expect(await world.ledger.recorded("engine-3")).toBeUndefined();
    for (const { letGo } of held) letGo();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([202, 202, 202, 202]);
    expect((await put(world, "engine-3", { headers: json, body: text("engine-3") })).status).toBe(202);
  });

  test("large bodies are read as many bytes at once as are allowed; small ones pass them; who waits too long is told to come again", async () => {
    const sleeps: (() => void)[] = [];
    const environment = {
      ...systemEnvironment,
      sleep: (time: number, signal?: AbortSignal) =>
        time === 10_000 ? new Promise<void>((resolve) => sleeps.push(resolve)) : systemEnvironment.sleep(time, signal),
    };
    const world = await worldWith({ bodyBytesAtOnce: 400_000 }, { bodyLimit: 200_000, environment });
    // Without a length it may be as long as the limit: one fits, two do not.
    const [first, second, third] = [heldBody("engine-1"), heldBody("engine-2"), heldBody("engine-3")];
    const firstAnswer = put(world, "engine-1", { headers: json, body: first.body });
    await first.begun;
    const secondAnswer = put(world, "engine-2", { headers: json, body: second.body });
    await expect.poll(() => sleeps.length).toBe(1);
    const small = text("engine-4");
    const length = String(Buffer.byteLength(small));
    const passed = await put(world, "engine-4", { headers: { ...json, "content-length": length }, body: small });
    expect(passed.status).toBe(202);
    const thirdAnswer = put(world, "engine-3", { headers: json, body: third.body });
    await expect.poll(() => sleeps.length).toBe(2);
    sleeps[0]?.();
    expect(await secondAnswer).toMatchObject({ status: 503, json: { code: "server-busy" } });
    expect(await world.ledger.recorded("engine-2")).toBeUndefined();
    first.letGo();
    third.letGo();
    expect([(await firstAnswer).status, (await thirdAnswer).status]).toEqual([202, 202]);
  });

  test("a client that goes while its body waits for its turn gives up its place", async () => {
    const world = await worldWith({ bodyBytesAtOnce: 400_000 }, { bodyLimit: 200_000 });
    const first = heldBody("engine-1");
    const firstAnswer = put(world, "engine-1", { headers: json, body: first.body });
    await first.begun;
    const gone = new AbortController();
    const request = new Request("http://127.0.0.1/v1/executions/engine-2", {
      method: "PUT",
      headers: { host: "127.0.0.1", ...bearerOf("engine"), ...json },
      body: text("engine-2"),
      signal: gone.signal,
    });
    const second = world.handler(request);
    gone.abort();
    expect((await second).status).toBe(503);
    expect(world.errors).toEqual([]);
    first.letGo();
    expect((await firstAnswer).status).toBe(202);
    expect(await world.ledger.recorded("engine-2")).toBeUndefined();
    expect((await put(world, "engine-2", { headers: json, body: text("engine-2") })).status).toBe(202);
  });

  test("who waits takes no seat of a request; where too many wait, the next is answered at once", async () => {
    const [sent, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const world = await worldWith({ requestsAtOnce: 2, waitersAtOnce: 2 });
    world.sandbox.onRequest = async ({ action }) => {
      if (action !== "PurchaseReservedInstancesOffering") return;
      sent.resolve();
      await letGo.promise;
    };
    const waiting = put(world, "engine-1", { headers: { ...json, prefer: "wait=30" }, body: text("engine-1") });
    await sent.promise;
    const at = { path: "/v1/executions/engine-1", headers: { prefer: "wait=30" } };
    const next = await ask(world, at);
    expect([next.status, next.headers.get("preference-applied"), next.headers.get("retry-after")]).toEqual([
      200,
      null,
      "2",
    ]);
    expect((await ask(world)).status).toBe(200);
    letGo.resolve();
    expect((await waiting).json).toMatchObject({ state: "complete" });
    expect((await ask(world, at)).headers.get("preference-applied")).toBe("wait=30");
  });
});

test.each<[DoorLimits, RegExp]>([
  [{ ratePerCaller: 0 }, /ratePerCaller must be a whole number from 1/],
  [{ failuresPerMinute: 0.5 }, /failuresPerMinute must be a whole number from 1/],
  [{ requestsAtOnce: 1 }, /requestsAtOnce must be a whole number from 2/],
  [{ waitersAtOnce: -1 }, /waitersAtOnce must be a whole number from 0/],
  [{ bodyBytesAtOnce: 10_000_000 }, /bodyBytesAtOnce must be a whole number from 13333334 /],
])("limits that cannot be are refused at the start: %j", async (limits, message) => {
  await expect(worldWith(limits)).rejects.toThrow(message);
});
