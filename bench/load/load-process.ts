// A process of the load: a server on the shared ledger, or the cloud that it buys from. It answers questions over its channel.
import process from "node:process";
import { createAws } from "../../providers/aws/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createHandler, openJobQueue } from "../../src/door/index.ts";
import { startServer } from "../../src/door/start-server.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { orderOfChild } from "../child.ts";
import type { CloudReport, LoadOrder, ServerReport } from "./load-processes.ts";

const order = orderOfChild<LoadOrder>();
const ask = order.role === "cloud" ? await startCloud() : await startOne(order);

process.on("message", () => process.send?.(ask()));
process.on("disconnect", () => process.exit());

async function startCloud(): Promise<() => CloudReport> {
  const cloud = await startCloudSandbox();
  process.send?.({ url: cloud.url });
  return () => ({ bought: cloud.reservations().map(({ name }) => name) });
}

async function startOne({
  ledger: location,
  endpoint,
  port,
  drives,
  ...times
}: LoadOrder & { readonly role: "server" }) {
  const isPostgres = location.startsWith("postgres://");
  const queue = isPostgres ? await openJobQueue({ connectionString: location }) : undefined;
  const ledger: Ledger = isPostgres
    ? await openPostgresLedger({ connectionString: location, jobs: queue })
    : await openSqliteLedger({ file: location });
  let transactions = 0;
  const counted: Ledger = {
    ...ledger,
    recordSubmitted: (...given) => count(ledger.recordSubmitted(...given)),
    recorded: (...given) => count(ledger.recorded(...given)),
  };
  const purchaser = createPurchaser({
    ledger: counted,
    providers: [createAws({ endpoint })],
    leaseLength: times.leaseLength,
  });
  const handler = await createHandler({
    purchaser: drives ? purchaser : { ...purchaser, redriveUnfinished: async () => [] },
    ledger: counted,
    queue: drives ? queue : queue && { ...queue, take: async () => [] },
    authenticate: "nobody-is-asked",
    sweepInterval: times.sweepInterval,
  });
  const { url } = await startServer(handler, port);
  process.send?.({ url });
  function count<T>(transaction: Promise<T>): Promise<T> {
    transactions += 1;
    return transaction;
  }
  return (): ServerReport => {
    const { user, system } = process.cpuUsage();
    return { cpu: (user + system) / 1000, resident: process.memoryUsage().rss, transactions };
  };
}
