import { createPurchaser, type Report } from "buyonce";
import { createAzure } from "buyonce/azure";
import { openPostgresLedger } from "buyonce/postgres";
import { startCloudSandbox } from "buyonce/sandbox";
import { PgBoss } from "pg-boss";

// Workers that take executions from a queue in PostgreSQL, beside the ledger in the same database. The queue hands a job out
// at least once: to a second worker when the first one dies, or is slow. The ledger makes it once.
//
//   DATABASE_URL=postgres://user:password@host/database node workers.ts
const connectionString = process.env["DATABASE_URL"] ?? "postgres://127.0.0.1/buyonce";

const queue = "executions";
/** Seconds after which the queue takes a worker for dead, and hands its job to another one. */
const expireInSeconds = 900;
/** Milliseconds in which a drive has reported, well before that. */
const longestDrive = 600_000;

/** One worker, with connections of its own; in earnest a process of its own, on any machine. */
async function startWorker(name: string, endpoint: string, onReport: (report: Report) => void) {
  const ledger = await openPostgresLedger({ connectionString });
  const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint })] });
  const boss = new PgBoss({ connectionString });
  boss.on("error", (error) => console.error(name, error.message));
  await boss.start();
  await boss.work(queue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
    const execution = purchaser.validate(job?.data);
    const result = await purchaser.drive(execution, { deadline: Date.now() + longestDrive, wait: true });
    onReport(result);
    // What may still be found out, or tried again as it is, goes back into the queue.
    const again = result.outcomes.filter(({ error }) => error?.retryable);
    if (again.length > 0) throw new Error(`to be driven again: ${again.map(({ recIndex }) => recIndex).join(", ")}`);
  });
  return {
    stop: async () => {
      // Waits for what is under way: a purchase is never cut off.
      await boss.stop({ graceful: true, timeout: longestDrive });
      await ledger.close();
    },
  };
}

// The sandbox stands in for Azure.
const sandbox = await startCloudSandbox();
const reports: Report[] = [];
const done = Promise.withResolvers<void>();
const executions = ["night-1", "night-2", "night-3"].map((executionId) => ({
  executionId,
  source: "my-engine",
  recommendations: [1, 2].map((quantity) => ({
    provider: "azure",
    service: "compute",
    subscriptionId: "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d",
    region: "westus",
    sku: "Standard_B1ls",
    quantity,
    term: "P1Y",
    billingPlan: "Upfront",
    appliedScope: { type: "Shared" },
    instanceFlexibility: "On",
    maxPrice: { amount: "60.00", currency: "GBP" },
  })),
}));
// Every execution is queued twice, as an engine does that crashed after it had queued them.
const jobs = [...executions, ...executions];

const feeder = new PgBoss({ connectionString });
feeder.on("error", (error) => console.error("feeder", error.message));
await feeder.start();
await feeder.createQueue(queue, { retryLimit: 10, retryDelay: 60, retryBackoff: true, expireInSeconds });
await feeder.insert(
  queue,
  jobs.map((data) => ({ data })),
);

const workers = await Promise.all(
  ["worker 1", "worker 2", "worker 3"].map((name) =>
    startWorker(name, sandbox.url, (report) => {
      reports.push(report);
      if (reports.length === jobs.length) done.resolve();
    }),
  ),
);
await done.promise;
await Promise.all(workers.map((worker) => worker.stop()));
await feeder.stop();

const statuses = reports.flatMap((report) => report.outcomes.map(({ status }) => status));
const count = (status: string) => statuses.filter((each) => each === status).length;
console.log(`jobs ${reports.length}, purchased ${count("purchased")}, already-purchased ${count("already-purchased")}`);
console.log(`orders: ${sandbox.orders().length}`);
await sandbox.close();
