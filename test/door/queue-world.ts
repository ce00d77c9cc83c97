import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { ec2 } from "../end-to-end/recommendations.ts";
import { type PostgresServer, startPostgresServer } from "../ledger/postgres-server.ts";
import { ask, type Said } from "./door-world.ts";
import { program } from "../test-programs.ts";

/** A server or a worker that runs. */
export interface QueueProcess {
  readonly child: ChildProcess;
  /** Empty for a worker. */
  readonly url: string;
  /** What it wrote to standard error. */
  readonly errors: () => string;
}

/** One PostgreSQL for the tests of a file; for each test a database, an imitation of the clouds, and processes on both. */
export function useSeveral() {
  let server: PostgresServer;
  let [sandbox, connectionString, count]: [CloudSandbox | undefined, string, number] = [undefined, "", 0];
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    sandbox = await startCloudSandbox();
    connectionString = await server.connectionString(`several_${(count += 1)}`);
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map((child) => end(child, "SIGKILL")));
    await sandbox?.close();
  });

  async function start(role: "server" | "worker", settings: object = {}): Promise<QueueProcess> {
    const args = [program("test/door/queue-process.ts"), role, connectionString, cloud().url, JSON.stringify(settings)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const said = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => undefined)]);
    if (said === undefined) throw new Error(`The ${role} did not start: ${errors}`);
    const text = String((said as [Buffer])[0]).trim();
    return { child, url: role === "server" ? text : "", errors: () => errors };
  }
  const cloud = () => {
    if (sandbox === undefined) throw new TypeError("A test has its imitation.");
    return sandbox;
  };
  return {
    start,
    end,
    cloud,
    server: () => server,
    connectionString: () => connectionString,
    /** Runs a statement as the superuser. */
    sql: async (text: string) => {
      const client = new Client(connectionString);
      await client.connect();
      try {
        return (await client.query(text)).rows as Record<string, unknown>[];
      } finally {
        await client.end();
      }
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Instances of a number of their own: no two executions buy the same, so none waits for another. Settled once it is bought. */
export function orderOf(quantity: number) {
  return { source: "test", recommendations: [{ ...ec2, quantity }] };
}

/** Database instances: what was sent for them is found by its name, at once; they are pending for a while. */
export function databasesOf(quantity: number) {
  const own = { service: "rds", instanceClass: "db.r6g.large", productDescription: "postgresql", multiAz: false };
  const { accountId, region, payment, term } = ec2;
  const recommendation = { provider: "aws", ...own, accountId, region, payment, term, quantity };
  return { source: "test", recommendations: [recommendation] };
}

/** Submits an execution under an id; `wait` in seconds. */
export function put(url: string, executionId: string, body: object, wait = 0): Promise<Said> {
  return ask(url, "PUT", `/v1/executions/${executionId}`, { body, headers: { prefer: `wait=${wait}` } });
}

/** How an execution stands, after at most so many seconds. */
export function read(url: string, executionId: string, wait = 60): Promise<Said> {
  return ask(url, "GET", `/v1/executions/${executionId}`, { headers: { prefer: `wait=${wait}` } });
}
