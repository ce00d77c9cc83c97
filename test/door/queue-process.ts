// A server or a worker in a process of its own, on a PostgreSQL ledger with its queue. It kills itself at a point, once.
import process from "node:process";
import { createAws } from "../../providers/aws/index.ts";
import { createHandler, createWorker, openJobQueue } from "../../src/door/index.ts";
import { startServer } from "../../src/door/start-server.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";

const [, , role = "", connectionString = "", endpoint = "", settings = "{}"] = process.argv;
const {
  point,
  sweepInterval = 300,
  executionsAtOnce = 16,
  takes = true,
} = JSON.parse(settings) as {
  readonly point?: string;
  readonly sweepInterval?: number;
  readonly executionsAtOnce?: number;
  /** False: it takes no job, and leaves them to the others. */
  readonly takes?: boolean;
};

function killAt(here: string): void {
  if (point === here) process.kill(process.pid, "SIGKILL");
}

const queue = await openJobQueue({ connectionString });
const ledger = await openPostgresLedger({ connectionString, jobs: queue });
const purchaser = createPurchaser({ ledger, providers: [createAws({ endpoint })], leaseLength: 1000 });
const parts = {
  purchaser: {
    ...purchaser,
    submit: async (...given: Parameters<typeof purchaser.submit>) => {
      const submitted = await purchaser.submit(...given);
      killAt("after the record");
      return submitted;
    },
    askRedrive: async (...given: Parameters<typeof purchaser.askRedrive>) => {
      const asked = await purchaser.askRedrive(...given);
      killAt("after a redrive was asked");
      return asked;
    },
    redriveUnfinished: async (...given: Parameters<typeof purchaser.redriveUnfinished>) => {
      killAt("before a drive");
      const reports = await purchaser.redriveUnfinished(...given);
      killAt("after a drive");
      return reports;
    },
  },
  ledger,
  queue: takes ? queue : { ...queue, take: async () => [] },
  sweepInterval,
  executionsAtOnce,
  onError: (error: unknown, about: string) => process.stderr.write(`${about}: ${String(error)}\n`),
};

async function end(drain: () => Promise<void>): Promise<void> {
  await drain();
  await queue.close();
  await ledger.close();
}
if (role === "worker") {
  const worker = createWorker(parts);
  worker.start();
  process.once("SIGTERM", () => void end(worker.drain));
  process.stdout.write("works\n");
} else {
  const handler = await createHandler({ ...parts, authenticate: "nobody-is-asked" });
  const server = await startServer(handler, 0);
  process.once("SIGTERM", () => void end(server.close));
  process.stdout.write(`${server.url}\n`);
}
