import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { ask } from "./door-world.ts";
import { databasesOf, orderOf, put, read, useSeveral } from "./queue-world.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";

const several = useSeveral();
/** No sweep comes in the time of a test: what is bought, the queue brought. */
const noSweeps = { sweepInterval: 3_600_000 };
const bought = () => several.cloud().reservedInstances().length + several.cloud().reservations().length;
const purchase = { action: "PurchaseReservedInstancesOffering" };
const purchaseOfDatabases = { action: "PurchaseReservedDBInstancesOffering" };

describe("two servers and a worker on one PostgreSQL", () => {
  test("what one accepts any of them drives, by the queue alone; every server tells how it stands", async () => {
    const accepting = await several.start("server", noSweeps);
    await several.end((await several.start("worker", noSweeps)).child, "SIGTERM");
    const other = await several.start("server", noSweeps);
    await several.start("worker", noSweeps);
    const ids = Array.from({ length: 12 }, (_, index) => `engine-${index}`);
    await Promise.all(ids.map((id, index) => put(accepting.url, id, orderOf(index + 1))));
    for (const id of ids) expect((await read(other.url, id)).json).toMatchObject({ state: "complete" });
    expect(bought()).toBe(12);
  });

  proofTest("a server that ends leaves the rest to the others, at once", async () => {
    several.cloud().addFault({ match: purchase, fault: { kind: "delay", milliseconds: 500 } });
    const one = await several.start("server", { ...noSweeps, executionsAtOnce: 1 });
    const ids = Array.from({ length: 6 }, (_, index) => `engine-${index}`);
    await Promise.all(ids.map((id, index) => put(one.url, id, orderOf(index + 1))));
    const other = await several.start("server", noSweeps);
    await several.end(one.child, "SIGTERM");
    for (const id of ids) expect((await read(other.url, id)).json).toMatchObject({ state: "complete" });
    expect(bought()).toBe(6);
  });

  proofTest("before its time it waits in the queue, and is bought then", async () => {
    const { url } = await several.start("server", noSweeps);
    const notBefore = new Date(Date.now() + 4000).toISOString();
    const accepted = await put(url, "engine-1", { ...orderOf(1), notBefore });
    expect(accepted.json).toMatchObject({ state: "waiting", forbidden: { code: "not-due" } });
    const [job] = await several.sql("SELECT start_after FROM buyonce_queue.job WHERE name = 'drive'");
    expect(job).toEqual({ start_after: new Date(notBefore) });
    await expect.poll(async () => (await read(url, "engine-1", 0)).json.state).toBe("complete");
    expect(bought()).toBe(1);
  });

  proofTest("an approval brings the job; what waits for one has none", async () => {
    const { url } = await several.start("server", noSweeps);
    const body = { body: orderOf(1) };
    await ask(url, "PUT", "/v1/executions/engine-1?requireApproval=true", body);
    expect(await several.sql("SELECT id FROM buyonce_queue.job WHERE name = 'drive'")).toEqual([]);
    const terms = await ask(url, "GET", "/v1/executions/engine-1/terms");
    const headers = { "if-match": terms.headers.get("etag") ?? "", prefer: "wait=60" };
    const said = await ask(url, "POST", "/v1/executions/engine-1/approval", { body: { reason: "yes" }, headers });
    expect(said.json).toMatchObject({ state: "complete" });
  });
});

describe("killed, lost, twice: each is bought once, and nothing is left", () => {
  const points = ["after the record", "before a drive", "after a drive"];
  test.each(standingForAll(points, (point) => point === "after the record"))(
    "the server is killed %s",
    async (point) => {
      const first = await several.start("server", { point });
      const killed = once(first.child, "exit");
      const sent = put(first.url, "engine-1", orderOf(1), 60).catch(() => undefined);
      await killed;
      await sent;
      const { url } = await several.start("server");
      expect((await put(url, "engine-1", orderOf(1), 60)).json).toMatchObject({ state: "complete" });
      expect(bought()).toBe(1);
    },
  );

  test("a worker is killed while it buys: another one finds what was bought", async () => {
    several.cloud().addFault({ match: purchaseOfDatabases, fault: { kind: "hang", when: "after" } });
    const worker = await several.start("worker");
    const { url } = await several.start("server", { ...noSweeps, takes: false });
    await put(url, "engine-1", databasesOf(1));
    await expect.poll(bought).toBe(1);
    await several.end(worker.child, "SIGKILL");
    expect((await read(url, "engine-1", 0)).headers.get("retry-after")).toBe("2");
    await several.start("worker");
    await expect.poll(async () => (await read(url, "engine-1", 1)).json.outcomes[0].status).toBe("purchased");
    expect(bought()).toBe(1);
  });

  proofTest("its jobs are deleted: the next look into the ledger sends them again", async () => {
    const { url, child } = await several.start("server", { point: "before a drive" });
    const killed = once(child, "exit");
    await put(url, "engine-1", orderOf(1)).catch(() => undefined);
    await killed;
    await several.sql("DELETE FROM buyonce_queue.job");
    const next = await several.start("server");
    expect((await read(next.url, "engine-1")).json).toMatchObject({ state: "complete" });
    expect(bought()).toBe(1);
  });

  proofTest(
    "the whole queue is dropped: what is submitted is accepted and bought all the same, and the queue is made anew",
    async () => {
      const { url, errors } = await several.start("server");
      await several.sql("DROP SCHEMA buyonce_queue CASCADE");
      const said = await put(url, "engine-1", orderOf(1), 60);
      expect(said).toMatchObject({ status: 200, json: { state: "complete" } });
      await expect.poll(() => several.sql("SELECT name FROM buyonce_queue.queue").catch(() => [])).not.toEqual([]);
      expect((await put(url, "engine-2", orderOf(2), 60)).json).toMatchObject({ state: "complete" });
      expect(bought()).toBe(2);
      expect(errors()).toContain("the queue beside the ledger");
    },
  );

  proofTest("a job is delivered twice, and one for what is cancelled: nothing more happens", async () => {
    const one = await several.start("server");
    const two = await several.start("server");
    await ask(one.url, "PUT", "/v1/executions/engine-2?requireApproval=true", { body: orderOf(2) });
    await ask(one.url, "POST", "/v1/executions/engine-2/cancellation", { body: { reason: "wrong" } });
    await put(one.url, "engine-1", orderOf(1));
    const again = ["engine-1", "engine-1", "engine-2", "engine-2", "unknown"];
    await several.sql(`
      INSERT INTO buyonce_queue.job (name, data, policy)
      SELECT 'drive', json_build_object('executionId', id), 'standard' FROM unnest(ARRAY['${again.join("','")}']) AS id`);
    expect((await read(two.url, "engine-1")).json).toMatchObject({ state: "complete" });
    const waiting = "SELECT id FROM buyonce_queue.job WHERE state IN ('created', 'active')";
    await expect.poll(() => several.sql(waiting)).toEqual([]);
    expect(bought()).toBe(1);
    expect((await read(two.url, "engine-2", 0)).json).toMatchObject({ state: "stopped" });
  });

  test("PostgreSQL is restarted while they work", async () => {
    several.cloud().addFault({ match: purchaseOfDatabases, fault: { kind: "delay", milliseconds: 300 } });
    const { url } = await several.start("server");
    await several.start("worker");
    const ids = Array.from({ length: 10 }, (_, index) => `engine-${index}`);
    for (const [index, id] of ids.entries()) await put(url, id, databasesOf(index + 1));
    await several.server().stop("immediate");
    await several.server().start();
    for (const id of ids) {
      await expect.poll(async () => (await read(url, id, 1)).json.outcomes?.[0].status).toBe("purchased");
    }
    expect(bought()).toBe(10);
  });
});

describe("a redrive that is asked for", () => {
  async function refused(url: string) {
    several.cloud().addFault({
      match: { action: "DescribeReservedInstancesOfferings" },
      // However often it is asked, on a machine that is busy.
      times: 100,
      fault: { kind: "status", status: 403, when: "before" },
    });
    const said = await put(url, "engine-1", orderOf(1), 60);
    several.cloud().clearFaults();
    expect(said.json).toMatchObject({ state: "needs-person", outcomes: [{ status: "refused" }] });
  }

  test("the server is killed once it is recorded: it is done all the same, once", async () => {
    const first = await several.start("server", { ...noSweeps, point: "after a redrive was asked" });
    await refused(first.url);
    const killed = once(first.child, "exit");
    await ask(first.url, "POST", "/v1/executions/engine-1/redrive").catch(() => undefined);
    await killed;
    const { url } = await several.start("server", noSweeps);
    expect((await read(url, "engine-1")).json).toMatchObject({ state: "complete" });
    expect(bought()).toBe(1);
  });

  proofTest("every server says that it is not done yet, and answers who waits once it is", async () => {
    const one = await several.start("server", noSweeps);
    const two = await several.start("server", noSweeps);
    await refused(one.url);
    several.cloud().addFault({ match: purchase, fault: { kind: "delay", milliseconds: 2000 } });
    const asked = await ask(one.url, "POST", "/v1/executions/engine-1/redrive");
    expect(asked).toMatchObject({ status: 202, json: { state: "working" } });
    const open = await read(two.url, "engine-1", 0);
    expect(open.json).toMatchObject({ state: "working", outcomes: [{ status: "in-progress" }] });
    expect(open.headers.get("retry-after")).toBe("2");
    expect((await read(two.url, "engine-1")).json).toMatchObject({ state: "complete" });
  });
});
