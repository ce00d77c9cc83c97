import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask } from "./door-world.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { program } from "../test-programs.ts";

const server = program("test/door/server-process.ts");
const execution = { ...executionOf(ec2), executionId: "engine-1" };
const rds = {
  provider: "aws",
  service: "rds",
  accountId: ec2["accountId"],
  region: "us-east-1",
  instanceClass: "db.r6g.large",
  productDescription: "postgresql",
  multiAz: false,
  payment: "no-upfront",
  term: "P1Y",
  quantity: 1,
};
const wait = { prefer: "wait=60" };

let folder: string;
let sandbox: CloudSandbox;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-killed-"));
  sandbox = await startCloudSandbox();
});
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, "SIGKILL");
  await sandbox.close();
  await rm(folder, { recursive: true });
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Starts a server that kills itself at a point. */
async function start(point = "never") {
  const child = spawn(process.execPath, [server, join(folder, "ledger.db"), sandbox.url, point], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [url] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: url.toString().trim() };
}

const requests = {
  PUT: (url: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(url, "PUT", "/v1/executions/engine-1", { body: execution, headers }),
  POST: (url: string, headers: Readonly<Record<string, string>> = {}) =>
    ask(url, "POST", "/v1/executions", { body: execution, headers: { "idempotency-key": "order-1", ...headers } }),
};

describe("the server is killed, and the caller sends the same again: one execution, the same answer", () => {
  const points = ["before the record", "after the record", "before the answer"];
  const kills = points.flatMap((point) => (["PUT", "POST"] as const).map((method) => ({ point, method })));
  test.each(standingForAll(kills, ({ point, method }) => point === "after the record" && method === "POST"))(
    "$method, killed $point",
    async ({ point, method }) => {
      const first = await start(point);
      const killed = once(first.child, "exit");
      await expect(requests[method](first.url, wait)).rejects.toThrow("fetch failed");
      await killed;
      const { url } = await start();
      const again = await requests[method](url, wait);
      expect(again).toMatchObject({ status: 200, json: { executionId: "engine-1", state: "complete" } });
      expect(again.headers.get("idempotency-replayed")).toBe(point === "before the record" ? null : "true");
      expect((await requests[method](url)).text).toBe(again.text);
      expect(sandbox.reservedInstances()).toHaveLength(1);
    },
  );

  proofTest("nobody sends it again: the next server's look into the ledger has it bought all the same", async () => {
    const first = await start("after the record");
    await expect(requests.PUT(first.url)).rejects.toThrow("fetch failed");
    const { url } = await start();
    const said = await ask(url, "GET", "/v1/executions/engine-1", { headers: wait });
    expect(said).toMatchObject({ status: 200, json: { state: "complete" } });
    expect(sandbox.reservedInstances()).toHaveLength(1);
  });

  test("killed while the purchase is under way: it is found, and not bought again", async () => {
    const match = { action: "PurchaseReservedDBInstancesOffering" };
    sandbox.addFault({ match, fault: { kind: "hang", when: "after" } });
    const body = { ...execution, recommendations: [rds] };
    const submit = (at: string) => ask(at, "PUT", "/v1/executions/engine-1", { body });
    const first = await start();
    expect((await submit(first.url)).status).toBe(202);
    await expect.poll(() => sandbox.purchaseRequests().length).toBe(1);
    await end(first.child, "SIGKILL");
    const { url } = await start();
    expect((await submit(url)).headers.get("idempotency-replayed")).toBe("true");
    await expect.poll(async () => (await submit(url)).json.outcomes[0].status).toBe("purchased");
    expect(sandbox.purchaseRequests()).toHaveLength(1);
  });

  proofTest("two servers on one ledger, the same sent to both at once: one execution, one answer", async () => {
    const [one, two] = [await start(), await start()];
    const said = await Promise.all(
      Array.from({ length: 20 }, (_, index) => requests.PUT(index % 2 === 0 ? one.url : two.url, wait)),
    );
    expect(new Set(said.map(({ text }) => text)).size).toBe(1);
    expect(said.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(sandbox.reservedInstances()).toHaveLength(1);
  });
});

describe("the server is told to end", () => {
  test("it finishes the purchase under way, refuses what is new, answers who waits, and ends", async () => {
    const match = { action: "PurchaseReservedInstancesOffering" };
    sandbox.addFault({ match, fault: { kind: "delay", milliseconds: 2000 } });
    const { child, url } = await start();
    const waiting = requests.PUT(url, wait);
    await expect.poll(() => sandbox.purchaseRequests().length).toBe(1);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await expect.poll(async () => (await ask(url, "GET", "/readyz")).status).toBe(503);
    const refused = await ask(url, "PUT", "/v1/executions/engine-2", {
      body: { ...execution, executionId: "engine-2" },
    });
    expect(refused).toMatchObject({ status: 503, json: { code: "shutting-down", retryable: true } });
    expect(refused.headers.get("retry-after")).toBe("5");
    expect((await ask(url, "GET", "/v1/executions/engine-1")).status).toBe(200);
    expect(await waiting).toMatchObject({ status: 202, json: { state: "working" } });
    expect((await ended)[0]).toBe(0);
    const next = await start();
    const said = await ask(next.url, "GET", "/v1/executions/engine-1");
    expect(said.json.outcomes).toMatchObject([{ status: "purchased" }]);
    // Its tag was still to be stamped.
    const later = await ask(next.url, "GET", "/v1/executions/engine-1", { headers: wait });
    expect(later).toMatchObject({ status: 200, json: { state: "complete" } });
    expect(sandbox.purchaseRequests()).toHaveLength(1);
  });
});
