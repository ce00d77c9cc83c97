import { runChild } from "../child.ts";
import type { Parameters } from "../parameters.ts";
import { megabytes, shortTime, table, whole } from "../bench-table.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { startPostgresServer } from "../../test/ledger/postgres-server.ts";

/** Which ledger a measuring process fills and asks. */
export interface LedgerOrder {
  /** An SQLite file, or the URL of a PostgreSQL database. */
  readonly location: string;
  readonly records: number;
  /** How many tokens are claimed at once, one size after the other. */
  readonly claims: readonly number[];
}

/** Milliseconds. */
export interface LedgerResult {
  /** Of the database. */
  readonly bytes: number;
  /** By number of tokens, as in the order. */
  readonly claims: readonly number[];
  readonly submit: number;
  readonly purchase: number;
  readonly unfinished: number;
  /** The known purchases of a scope that holds {@link purchasesPerScope}. */
  readonly purchasedIn: number;
  /** What a listing is checked by, of a scope that holds {@link purchasesOfLargest}; undefined where the ledger holds none. */
  readonly canaries: number | undefined;
  /** What `buyonce status` reads: the 100 that were worked on last; and those of a state that few are in. */
  readonly status: number;
  readonly statusOfState: number;
  /** What `buyonce settle` and `buyonce redrive` find to do. */
  readonly settle: number;
  readonly redrive: number;
  /** Of a scope that holds {@link purchasesPerScope}, all of them listed; and with one more token that is listed in part. */
  readonly audit: number;
  readonly partAudit: number;
  /** Bytes of memory, the most of the measuring process. */
  readonly resident: number;
}

/** In a filled ledger. */
export const purchasesPerScope = 1000;

/** In the largest scope of a ledger that holds several times as many. */
export const purchasesOfLargest = 20_000;

/** Its key; undefined in a smaller ledger. */
export const largestScope = (records: number) => (records >= 4 * purchasesOfLargest ? "scope-largest" : undefined);

/** What a ledger with many records does to a driver. */
export async function measureLedgers({ ledger }: Parameters): Promise<string> {
  const { claims, sqliteRecords, postgresRecords } = ledger;
  const measured: Measured[] = [];
  const measure = async (name: string, order: LedgerOrder) => {
    // In a process of its own: what filling takes is no memory of the ledger.
    await runChild("ledger/fill-process.ts", order);
    measured.push({ name, order, result: await runChild<LedgerResult>("ledger/ledger-process.ts", order) });
  };
  for (const records of sqliteRecords) {
    using folder = temporaryFolder();
    await measure("SQLite", { location: folder.file("ledger.db"), records, claims });
  }
  if (postgresRecords.length > 0) {
    const server = await startPostgresServer();
    try {
      for (const records of postgresRecords) {
        const location = await server.connectionString(`bench_${records}`);
        await measure("PostgreSQL", { location, records, claims });
      }
    } finally {
      await server.remove();
    }
  }
  return [
    "### One step in a ledger that holds many records",
    "",
    table(
      [
        ...begins,
        ...claims.map((count) => `claim of ${whole(count)}`),
        "submit",
        "purchase",
        "unfinished",
        `${whole(purchasesPerScope)} known in a scope`,
        `${whole(purchasesOfLargest)} canaries`,
      ],
      measured.map(stepRow),
    ),
    "",
    "### A look at a ledger that holds many records",
    "",
    table(
      [
        ...begins,
        "status",
        "status of a state",
        "settle",
        "redrive",
        "audit of a scope",
        "with a part of a token",
        "memory",
      ],
      measured.map(lookRow),
    ),
    "",
    "Medians. All records but the new ones are purchases, settled. PostgreSQL on this machine, over loopback. What finds something",
    "to do reads that too; a part of a token is looked for among all records, once. *Canaries*: what a listing has to show, read before it.",
  ].join("\n");
}

const begins = ["ledger", "records", "size"];

interface Measured {
  readonly name: string;
  readonly order: LedgerOrder;
  readonly result: LedgerResult;
}

const beginOf = ({ name, order, result }: Measured) => [name, whole(order.records), megabytes(result.bytes)];

function stepRow(measured: Measured) {
  const { claims, submit, purchase, unfinished, purchasedIn, canaries } = measured.result;
  const times = [...claims, submit, purchase, unfinished, purchasedIn].map(shortTime);
  return [...beginOf(measured), ...times, canaries === undefined ? "–" : shortTime(canaries)];
}

function lookRow(measured: Measured) {
  const { status, statusOfState, settle, redrive, audit, partAudit, resident } = measured.result;
  const times = [status, statusOfState, settle, redrive, audit, partAudit];
  return [...beginOf(measured), ...times.map(shortTime), megabytes(resident)];
}
