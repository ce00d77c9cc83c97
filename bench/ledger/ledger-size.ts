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
  readonly filling: number;
  /** Of the database. */
  readonly bytes: number;
  /** By number of tokens, as in the order. */
  readonly claims: readonly number[];
  readonly submit: number;
  readonly purchase: number;
  readonly unfinished: number;
  /** The known purchases of a scope that holds {@link purchasesPerScope}. */
  readonly purchasedIn: number;
}

/** In a filled ledger. */
export const purchasesPerScope = 1000;

/** What a ledger with many records does to a driver. */
export async function measureLedgers({ ledger }: Parameters): Promise<string> {
  const { claims, sqliteRecords, postgresRecords } = ledger;
  const rows = [];
  for (const records of sqliteRecords) {
    using folder = temporaryFolder();
    rows.push(await row("SQLite", { location: folder.file("ledger.db"), records, claims }));
  }
  if (postgresRecords.length > 0) {
    const server = await startPostgresServer();
    try {
      for (const records of postgresRecords) {
        const location = await server.connectionString(`bench_${records}`);
        rows.push(await row("PostgreSQL", { location, records, claims }));
      }
    } finally {
      await server.remove();
    }
  }
  const columns = [
    "ledger",
    "records",
    "size",
    ...claims.map((count) => `claim of ${whole(count)}`),
    "submit",
    "purchase",
    "unfinished",
    `${whole(purchasesPerScope)} known in a scope`,
  ];
  return [
    "### One step in a ledger that holds many records",
    "",
    table(columns, rows),
    "",
    "Medians. All records but the new ones are purchases, settled. PostgreSQL on this machine, over loopback.",
  ].join("\n");
}

async function row(name: string, order: LedgerOrder) {
  const result = await runChild<LedgerResult>("ledger/ledger-process.ts", order);
  return [
    name,
    whole(order.records),
    megabytes(result.bytes),
    ...result.claims.map(shortTime),
    shortTime(result.submit),
    shortTime(result.purchase),
    shortTime(result.unfinished),
    shortTime(result.purchasedIn),
  ];
}
