import { startPostgresServer } from "../../test/ledger/postgres-server.ts";
import { megabytes, ratio, seconds, shortTime, table, whole } from "../bench-table.ts";
import type { Parameters } from "../parameters.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { type CloudReport, type ServerReport, startLoadProcess } from "./load-processes.ts";
import { type Load, type LoadResult, runLoad, smallOrder } from "./run-load.ts";

/** What a worker and a server use unless they are told otherwise, in milliseconds. */
const times = { leaseLength: 30_000, sweepInterval: 30_000 };

/** Two servers on one PostgreSQL under many clients, killed in turn and not; and what accepting an execution costs. */
export async function measureLoad({ load }: Parameters): Promise<string> {
  const server = await startPostgresServer();
  try {
    const rows = [];
    for (const [name, kills] of [
      ["nobody is killed", "none"],
      [`one is killed every ${seconds(load.killEvery)}`, { every: load.killEvery }],
    ] as const) {
      const ledger = await server.connectionString(`load_${rows.length}`);
      const given: Load = { ledger, executions: load.executions, clients: load.clients, kills, ...times };
      rows.push(row(name, await runLoad(given)));
    }
    using folder = temporaryFolder();
    const places = [
      ["SQLite", folder.file("ledger.db")],
      ["PostgreSQL", await server.connectionString("accept")],
    ] as const;
    const accepts = [];
    for (const [name, ledger] of places) accepts.push(await acceptRow(name, ledger, load.accepts));
    return [
      `### ${whole(load.executions)} executions from ${whole(load.clients)} clients over two servers and one PostgreSQL`,
      "",
      table(loadColumns, rows),
      "",
      "One purchase each, of a cloud in a process of its own; all on this machine. Accepted and decided: p50 / p99, from the",
      "first try of a client, which asks once a second. Memory: the larger server, the most in each quarter of the run.",
      "",
      `### Accepting an execution of ${whole(acceptedPlaces)} recommendations`,
      "",
      table(["ledger", "CPU", "transactions"], accepts),
    ].join("\n");
  } finally {
    await server.remove();
  }
}

const loadColumns = ["two servers", "kills", "bought", "of a name of its own", "time", "accepted", "decided", "memory"];

function row(name: string, { time, kills, accepts, decided, bought, distinct, resident }: LoadResult) {
  const both = (values: readonly number[]) => `${shortTime(share(values, 0.5))} / ${shortTime(share(values, 0.99))}`;
  const counts = [whole(kills), whole(bought), whole(distinct)];
  return [name, ...counts, seconds(time), both(accepts), both(decided), resident.map(megabytes).join(", ")];
}

/** The value that so much of the others are below. */
function share(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

const acceptedPlaces = 100;

/** Accepts one execution after the other, on a server that drives none. */
async function acceptRow(name: string, ledger: string, accepts: number) {
  const cloud = await startLoadProcess<CloudReport>({ role: "cloud" });
  const order = { role: "server", ledger, endpoint: cloud.url, port: 0, drives: false, ...times } as const;
  const server = await startLoadProcess<ServerReport>(order);
  try {
    const accept = async (from: number, to: number) => {
      for (let index = from; index < to; index += 1) {
        const response = await fetch(`${server.url}/v1/executions/accept-${index}`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(smallOrder(index, acceptedPlaces)),
        });
        await response.text();
        if (response.status !== 202) throw new Error(`The answer was ${response.status}.`);
      }
      return (await server.report()) ?? { cpu: 0, transactions: 0 };
    };
    // What is run first is compiled first.
    const before = await accept(0, accepts);
    const after = await accept(accepts, 2 * accepts);
    const each = (key: "cpu" | "transactions") => (after[key] - before[key]) / accepts;
    return [name, shortTime(each("cpu")), ratio(each("transactions"))];
  } finally {
    await server.kill();
    await cloud.kill();
  }
}
