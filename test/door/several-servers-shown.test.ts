import { describe, expect, test } from "vitest";
import { proofTest } from "../standing-for-all.ts";
import { ask } from "./door-world.ts";
import { readEvents, type Reading } from "./event-client.ts";
import { valueOf } from "./metrics-samples.ts";
import { orderOf, put, read, useSeveral } from "./queue-world.ts";

const several = useSeveral();
const noSweeps = { sweepInterval: 3_600_000 };
const purchase = { action: "PurchaseReservedInstancesOffering" };

/** The numbers of the lines that came, without that of the end, which has none. */
const numbersIn = (reading: Reading) => reading.events().flatMap(({ id }) => (id === undefined ? [] : [id]));
const namesIn = (reading: Reading) => reading.events().map(({ event, data }) => event ?? data.event);
const eventsOf = (url: string, headers = {}) => readEvents(`${url}/v1/executions/engine-1/events`, headers);

/** The numbers of the history, as PostgreSQL has them. */
async function history(): Promise<readonly number[]> {
  const from = (table: string) => `SELECT number::int FROM buyonce.${table} WHERE execution_id = 'engine-1'`;
  const rows = await several.sql(`${from("history")} UNION ALL ${from("execution_history")} ORDER BY number`);
  return rows.map(({ number }) => Number(number));
}

async function approve(url: string): Promise<void> {
  const terms = await ask(url, "GET", "/v1/executions/engine-1/terms");
  const headers = { "if-match": terms.headers.get("etag") ?? "", prefer: "wait=60" };
  const said = await ask(url, "POST", "/v1/executions/engine-1/approval", { body: { reason: "yes" }, headers });
  expect(said.json).toMatchObject({ state: "complete" });
}

const submitForApproval = (url: string) =>
  ask(url, "PUT", "/v1/executions/engine-1?requireApproval=true", { body: orderOf(1) });

describe("the event stream of one server, over a PostgreSQL that another one works on", () => {
  proofTest("tells all that the other one does, to the end", async () => {
    const one = await several.start("server", noSweeps);
    const two = await several.start("server", { ...noSweeps, takes: false });
    await submitForApproval(one.url);
    const reading = await eventsOf(two.url);
    await expect.poll(() => namesIn(reading)).toContain("record");
    await approve(one.url);
    expect(await reading.ended).toBe(true);
    expect(namesIn(reading).at(-1)).toBe("end");
    expect(namesIn(reading)).toEqual(expect.arrayContaining(["approve", "purchase"]));
    expect(numbersIn(reading)).toEqual(await history());
  });

  test("its server is killed: at the other one it goes on, without a gap and without a duplicate", async () => {
    const one = await several.start("server", noSweeps);
    const two = await several.start("server", { ...noSweeps, takes: false });
    await submitForApproval(one.url);
    const before = await eventsOf(two.url);
    await expect.poll(() => namesIn(before)).toContain("record");
    await several.end(two.child, "SIGKILL");
    expect(await before.ended).toBe(false);
    await approve(one.url);
    const known = numbersIn(before);
    const after = await eventsOf(one.url, { "last-event-id": String(known.at(-1)) });
    expect(await after.ended).toBe(true);
    expect([...known, ...numbersIn(after)]).toEqual(await history());
  });

  proofTest("PostgreSQL crashes while it is read: whoever comes again reads on without a gap", async () => {
    const { url } = await several.start("server", noSweeps);
    await submitForApproval(url);
    const before = await eventsOf(url);
    await expect.poll(() => namesIn(before)).toContain("record");
    await several.server().stop("immediate");
    await several.server().start();
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    await approve(url);
    await before.ended;
    const known = numbersIn(before);
    const after = await eventsOf(url, { "last-event-id": String(known.at(-1)) });
    await after.ended;
    expect([...known, ...numbersIn(after)]).toEqual(await history());
  });
});

const scrape = async (url: string) => (await ask(url, "GET", "/metrics")).text;
const bought = { buyonce_provider: "aws", buyonce_status: "purchased" };
const states = ["waiting", "working", "needs-person", "stopped"];
const figuresIn = (text: string) => states.map((state) => valueOf(text, "buyonce_executions", { state }));

proofTest(
  "what is counted in the ledger is the same on both, what a server does is its own, and their sum is what was bought",
  async () => {
    const one = await several.start("server", noSweeps);
    const two = await several.start("server", noSweeps);
    await submitForApproval(one.url);
    several.cloud().addFault({ match: purchase, fault: { kind: "delay", milliseconds: 200 } });
    const ids = Array.from({ length: 8 }, (_, index) => `order-${index}`);
    await Promise.all(ids.map((id, index) => put(index % 2 === 0 ? one.url : two.url, id, orderOf(index + 2))));
    for (const id of ids) expect((await read(two.url, id)).json).toMatchObject({ state: "complete" });
    const texts = [await scrape(one.url), await scrape(two.url)];
    for (const text of texts) {
      expect(figuresIn(text)).toEqual([1, 0, 0, 0]);
      expect(valueOf(text, "buyonce_ledger_readable")).toBe(1);
    }
    const counts = texts.map((text) => valueOf(text, "buyonce_outcomes_total", bought) ?? 0);
    expect(counts[0]! + counts[1]!).toBe(8);
    const accepted = { method: "PUT", route: "/v1/executions/{executionId}", status: "202" };
    expect(texts.map((text) => valueOf(text, "buyonce_http_requests_total", accepted))).toEqual([5, 4]);

    await several.end(one.child, "SIGKILL");
    const next = await several.start("server", noSweeps);
    const text = await scrape(next.url);
    expect(figuresIn(text)).toEqual([1, 0, 0, 0]);
    expect(valueOf(text, "buyonce_outcomes_total", bought)).toBeUndefined();
  },
);

proofTest(
  "PostgreSQL is down: both say that the ledger is not readable and print no figure of it; afterwards the right ones",
  async () => {
    const servers = [await several.start("server", noSweeps), await several.start("server", noSweeps)];
    await submitForApproval(servers[0]!.url);
    await several.server().stop("immediate");
    try {
      for (const { url } of servers) {
        const text = await scrape(url);
        expect(valueOf(text, "buyonce_ledger_readable")).toBe(0);
        expect(figuresIn(text)).toEqual(states.map(() => undefined));
        expect(valueOf(text, "buyonce_http_requests_total") === undefined).toBe(url !== servers[0]!.url);
      }
    } finally {
      await several.server().start();
    }
    for (const { url } of servers) {
      await expect.poll(async () => valueOf(await scrape(url), "buyonce_ledger_readable")).toBe(1);
      expect(figuresIn(await scrape(url))).toEqual([1, 0, 0, 0]);
    }
  },
);
