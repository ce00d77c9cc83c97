import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { LedgerError } from "../../src/contract/errors.ts";
import { planned } from "../../src/testing/ledger-values.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";
import { readEvents } from "./event-client.ts";
import { createHandClock } from "./hand-clock.ts";
import { samplesIn, valueOf } from "./metrics-samples.ts";

let world: World;
afterEach(() => world.close());

const wait = { prefer: "wait=30" };
const put = (executionId: string, body: object, query = "") =>
  ask(world.url, "PUT", `/v1/executions/${executionId}${query}`, { body: { ...body, executionId }, headers: wait });
const scrape = async (headers = {}) => (await ask(world.url, "GET", "/metrics", { headers })).text;

/** An execution whose purchase was sent, and about which nobody knows more: a person has to decide. */
async function park(executionId: string): Promise<void> {
  await world.purchaser.submit({ ...executionOf(ec2), executionId });
  const [record] = await world.ledger.recordsOf(executionId);
  if (record === undefined) throw new TypeError("It was recorded.");
  const { token, recommendation, scope } = record;
  const [answer] = await world.ledger.claim([record], "driver", 1000);
  if (answer?.kind !== "granted") throw new TypeError("Nobody holds it.");
  const price = { amount: "30.50", currency: "USD" };
  await world.ledger.submit(answer.claim, planned({ token, recommendation, scope, price }));
  await world.ledger.park(answer.claim, { code: "outcome-unknown", message: "Nobody knows." });
}

/** Bought, refused, parked, waiting, and requests that are none. */
async function night(): Promise<void> {
  await put("bought", executionOf(ec2));
  await put("refused", executionOf({ ...ec2, instanceType: "c5.large" }));
  await park("parked");
  await put("waiting", executionOf(ec2), "?requireApproval=true");
  await ask(world.url, "GET", "/v1/executions/nothing");
  await ask(world.url, "GET", "/secret/path/of-a-stranger");
}

test("after a night: what was bought, refused and parked, the requests, and nothing that grows without end", async () => {
  world = await startWorld();
  await night();
  const text = await scrape();
  const labels = { buyonce_provider: "aws", buyonce_service: "ec2", buyonce_account: "123456789012" };
  expect(valueOf(text, "buyonce_outcomes_total", { ...labels, buyonce_status: "purchased" })).toBe(1);
  const refused = { ...labels, buyonce_status: "refused", error_type: "not-offered" };
  expect(valueOf(text, "buyonce_outcomes_total", refused)).toBe(1);
  expect(valueOf(text, "buyonce_sends_total", { ...labels, buyonce_result: "bought" })).toBe(1);
  const states = ["waiting", "working", "needs-person", "stopped"];
  expect(states.map((state) => valueOf(text, "buyonce_executions", { state }))).toEqual([1, 0, 2, 0]);
  const kinds = ["unfinished", "refused", "parked"];
  expect(kinds.map((work) => valueOf(text, "buyonce_recommendations", { work }))).toEqual([1, 1, 1]);
  expect(valueOf(text, "buyonce_money_at_risk", { currency: "USD" })).toBe(30.5);
  expect(valueOf(text, "buyonce_purchases_at_risk")).toBe(1);
  expect(valueOf(text, "buyonce_oldest_unfinished_seconds")).toBe(0);
  expect(valueOf(text, "buyonce_ledger_readable")).toBe(1);
  const route = "/v1/executions/{executionId}";
  expect(valueOf(text, "buyonce_http_requests_total", { method: "PUT", route, status: "200" })).toBe(2);
  expect(valueOf(text, "buyonce_http_requests_total", { method: "GET", route, status: "404" })).toBe(1);
  expect(valueOf(text, "buyonce_http_requests_total", { route: "none", status: "404" })).toBe(1);
  expect(valueOf(text, "buyonce_http_duration_seconds_count", { method: "PUT", route })).toBe(3);
  const [{ token } = { token: "?" }] = await world.ledger.recordsOf("bought");
  for (const unbounded of [token, token.slice(0, 8), "waiting-1", "stranger", "order-1", "nothing"]) {
    expect(text).not.toContain(unbounded);
  }
  const types = new Set([...text.matchAll(/^# TYPE \S+ (\S+)$/gm)].map(([, type]) => type));
  expect(types).toEqual(new Set(["counter", "gauge", "histogram"]));
  expect(world.errors).toEqual([]);
});

test("docs/metrics.md lists each series that a server prints, with its type and labels, and no other", async () => {
  world = await startWorld();
  await night();
  const text = await scrape();
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type = ""]) => [name, type]));
  const printed = [...types].map(([name, type]) => {
    const own = samplesIn(text).filter(
      (one) => one.name.replace(/_(bucket|sum|count)$/, "") === name || one.name === name,
    );
    const labels = new Set(own.flatMap((one) => Object.keys(one.labels)));
    labels.delete("le");
    return { name, type, labels: [...labels].toSorted() };
  });
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/metrics.md"), "utf8");
  const rows = page.matchAll(/^\| `(buyonce_\w+)` +\| (counter|gauge|histogram) +\| ([^|]*)\|[^|]*\|$/gm);
  const listed = [...rows].map(([, name = "", type = "", labels = ""]) => {
    return { name, type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = ""]) => label).toSorted() };
  });
  const byName = (one: { readonly name: string }, other: { readonly name: string }) => (one.name < other.name ? -1 : 1);
  expect(listed.toSorted(byName)).toEqual(printed.toSorted(byName));
  // What is asked of them is asked of what is there.
  const asked = [...page.matchAll(/\bbuyonce_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ""));
  const names = new Set(printed.flatMap(({ name, labels }) => [name, ...labels]));
  expect(asked.filter((name) => !names.has(name))).toEqual([]);
});

test("money that is no longer at risk is 0; what was counted is shared for ten seconds", async () => {
  const clock = createHandClock();
  let reads = 0;
  world = await startWorld(({ ledger }) => ({
    environment: clock.environment,
    ledger: {
      ...ledger,
      unfinished: (query) => {
        reads += 1;
        return ledger.unfinished(query);
      },
    },
  }));
  await park("parked");
  const texts = await Promise.all([scrape(), scrape(), scrape()]);
  expect(texts.map((text) => valueOf(text, "buyonce_money_at_risk"))).toEqual([30.5, 30.5, 30.5]);
  expect(reads).toBe(1);
  const [record] = await world.ledger.recordsOf("parked");
  if (record === undefined) throw new TypeError("It was recorded.");
  const [answer] = await world.ledger.claim([record], "person", 1000);
  if (answer?.kind !== "granted") throw new TypeError("Nobody holds it.");
  await world.ledger.dead(answer.claim, { failed: false, detail: "nothing was bought" });
  expect(valueOf(await scrape(), "buyonce_money_at_risk")).toBe(30.5);
  clock.advance(10_000);
  expect(valueOf(await scrape(), "buyonce_money_at_risk", { currency: "USD" })).toBe(0);
  expect(reads).toBe(2);
});

test("the age of what may be bought and is not counts from when it may", async () => {
  const clock = createHandClock();
  let ahead = 0;
  world = await startWorld(({ ledger, purchaser }) => ({
    environment: clock.environment,
    ledger: { ...ledger, now: async () => (await ledger.now()) + ahead },
    // Nothing is driven here.
    purchaser: { ...purchaser, redriveUnfinished: async () => [] },
  }));
  await world.purchaser.submit({ ...executionOf(ec2), executionId: "left" });
  ahead = 600_000;
  const age = valueOf(await scrape(), "buyonce_oldest_unfinished_seconds") ?? 0;
  expect(age).toBeGreaterThanOrEqual(600);
  expect(age).toBeLessThan(660);
});

test("drives, the queue and event streams of this server", async () => {
  const { promise: driven, resolve: release } = Promise.withResolvers<void>();
  world = await startWorld(({ purchaser }) => ({
    executionsAtOnce: 1,
    purchaser: {
      ...purchaser,
      redriveUnfinished: async () => {
        await driven;
        return [];
      },
    },
  }));
  for (const name of ["one", "two", "three"]) {
    await ask(world.url, "PUT", `/v1/executions/${name}`, { body: { ...executionOf(ec2), executionId: name } });
  }
  const stream = await readEvents(`${world.url}/v1/executions/three/events`);
  const text = await scrape();
  const names = ["buyonce_drives", "buyonce_queue", "buyonce_event_streams"];
  expect(names.map((name) => valueOf(text, name))).toEqual([1, 2, 1]);
  expect(valueOf(text, "buyonce_executions", { state: "working" })).toBe(3);
  stream.drop();
  release();
});

test("a ledger that cannot be read: the rest is printed all the same, and its errors are counted", async () => {
  world = await startWorld(({ ledger }) => ({
    ledger: {
      ...ledger,
      unfinished: () => Promise.reject(new LedgerError({ code: "ledger-locked", message: "Locked." })),
    },
  }));
  const text = await scrape();
  expect(valueOf(text, "buyonce_ledger_readable")).toBe(0);
  expect(valueOf(text, "buyonce_executions")).toBeUndefined();
  expect(valueOf(text, "buyonce_drives")).toBe(0);
  expect(valueOf(await scrape(), "buyonce_ledger_errors_total", { code: "ledger-locked" })).toBeGreaterThan(0);
});

test("with tokens it needs the scope metrics, and that scope shows nothing else", async () => {
  world = await startWorld(() => ({
    authenticate: ({ headers }) => {
      const [, name] = /^Bearer (.+)$/.exec(headers.get("authorization") ?? "") ?? [];
      if (name === undefined) return undefined;
      return { name, scopes: name === "prometheus" ? ["metrics"] : ["read", "write", "all"] };
    },
  }));
  const as = (name: string, path: string) =>
    ask(world.url, "GET", path, { headers: { authorization: `Bearer ${name}` } });
  expect(await ask(world.url, "GET", "/metrics")).toMatchObject({ status: 401 });
  expect(await as("engine", "/metrics")).toMatchObject({ status: 403, json: { code: "not-permitted" } });
  const said = await as("prometheus", "/metrics");
  expect(said.status).toBe(200);
  expect(said.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(await as("prometheus", "/v1/executions")).toMatchObject({ status: 403 });
});

test("without the packages everything else is answered, and /metrics names what to install", async () => {
  const source = (path: string) => JSON.stringify(pathToFileURL(resolve(import.meta.dirname, "../..", path)).href);
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({
      resolve: (name, context, next) => {
        if (name !== process.argv[1]) return next(name, context);
        throw Object.assign(new Error("Cannot find package '" + name + "' imported from a file"), { code: "ERR_MODULE_NOT_FOUND" });
      },
    });
    const { createHandler } = await import(${source("src/door/create-handler.ts")});
    const handler = await createHandler({ purchaser: {}, ledger: {}, authenticate: "nobody-is-asked" });
    const ask = async (path) => {
      const answer = await handler(new Request("http://localhost" + path, { headers: { host: "localhost" } }));
      return [answer.status, await answer.text()];
    };
    console.log(JSON.stringify([await ask("/livez"), await ask("/metrics")]));
  `;
  for (const name of ["@opentelemetry/api", "@opentelemetry/sdk-metrics", "@opentelemetry/exporter-prometheus"]) {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script, name]);
    const [alive, metrics] = JSON.parse(stdout) as [[number, string], [number, string]];
    expect(alive).toEqual([200, "ok\n"]);
    expect(metrics[0]).toBe(500);
    expect(JSON.parse(metrics[1])).toMatchObject({
      code: "invalid-configuration",
      detail: expect.stringContaining(`npm install ${name}`),
    });
  }
  world = await startWorld();
});

test("a form of the console is one request: what its page asks the door is not counted once more", async () => {
  world = await startWorld();
  await put("waiting", executionOf(ec2), "?requireApproval=true");
  const { headers } = await ask(world.url, "GET", "/v1/executions/waiting/terms");
  const answer = await fetch(`${world.url}/executions/waiting/cancel`, {
    method: "POST",
    headers: { origin: world.url },
    body: new URLSearchParams({ terms: headers.get("etag") ?? "", reason: "ordered twice" }),
    redirect: "manual",
  });
  expect(answer.status).toBe(303);
  const posts = samplesIn(await scrape()).filter(
    ({ name, labels }) => name === "buyonce_http_requests_total" && labels["method"] === "POST",
  );
  expect(posts).toMatchObject([{ labels: { route: "/executions/{executionId}/cancel", status: "303" }, value: 1 }]);
});
