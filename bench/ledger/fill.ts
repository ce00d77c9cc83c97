import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { Ledger } from "../../src/contract/ledger.ts";
import { claimAll, commitmentOf, requestOf, submissionOf } from "./sample-records.ts";
import { largestScope, purchasesOfLargest, purchasesPerScope } from "./ledger-size.ts";

/** The columns of a record, without its own texts. */
const recordColumns =
  "token, execution_id, rec_index, scope_key, fingerprint, state, lane, work_left, resting_since, counted, bought_at, record";
/** Two hash functions of the databases' own, for 64 hex digits that are as scattered as those of a token. */
const sqliteHex = "lower(hex(randomblob(32)))";
const postgresHex = "md5(n::text) || md5((n + 1000000000)::text)";

/** Buys one, as a pattern for the others. */
async function pattern(
  ledger: Ledger,
): Promise<{ readonly token: string; readonly id: string; readonly updatedAt: number }> {
  const request = requestOf("pattern", 0, "scope");
  const [claim] = await claimAll(ledger, [request]);
  if (claim === undefined) throw new Error("One was claimed.");
  await ledger.submit(claim, submissionOf(request));
  const { updatedAt } = await ledger.purchase(claim, commitmentOf(request));
  return { token: request.token, id: commitmentOf(request).id, updatedAt };
}

/**
 * Fills a ledger with settled purchases, each with its three lines of history: copies of one that was really made, under
 * other tokens, ids and scopes, made by the database itself.
 */
export async function fill(ledger: Ledger, location: string, records: number): Promise<void> {
  const { token, id, updatedAt } = await pattern(ledger);
  const copied = (text: string) => `replace(replace(${text}, '${token}', hex), '${id}', hex)`;
  // One millisecond after the other, as nobody works on many at once.
  const moment = (text: string) => `replace(${text}, '"updatedAt":${updatedAt}', '"updatedAt":' || (${updatedAt} - n))`;
  const largest = largestScope(records);
  const scope =
    largest === undefined
      ? `'scope-' || (n / ${purchasesPerScope})`
      : `CASE WHEN n >= ${records - purchasesOfLargest} THEN '${largest}' ELSE 'scope-' || (n / ${purchasesPerScope}) END`;
  const statements = (numbers: string) => [
    `CREATE TEMPORARY TABLE bench_token AS ${numbers}`,
    `INSERT INTO token_record (${recordColumns})
     SELECT hex, 'filled-' || n, 0, ${scope}, fingerprint, state, lane, work_left, resting_since - n, counted, bought_at,
       ${moment(copied("record"))}
     FROM bench_token, token_record WHERE token = '${token}' ORDER BY hex`,
    `INSERT INTO history (token, execution_id, number, entry)
     SELECT hex, 'filled-' || n, number, ${copied("entry")} FROM bench_token, history WHERE token = '${token}'`,
    `INSERT INTO commitment_owner (scope_key, commitment_id, token) SELECT ${scope}, hex, hex FROM bench_token`,
    `DROP TABLE bench_token`,
  ];
  if (location.startsWith("postgres://")) {
    const client = new Client(location);
    await client.connect();
    const numbers = `SELECT n, ${postgresHex} AS hex FROM generate_series(0, ${records - 1}) AS n`;
    await client.query("SET search_path = buyonce, public");
    for (const statement of statements(numbers)) await client.query(statement);
    await client.query("ANALYZE");
    await client.end();
    return;
  }
  const database = new DatabaseSync(location);
  const numbers = `WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number LIMIT ${records}) SELECT n, ${sqliteHex} AS hex FROM number`;
  // Nothing of this has to outlive a crash of the machine.
  database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -500000; PRAGMA temp_store = MEMORY; BEGIN");
  for (const statement of statements(numbers)) database.exec(statement);
  database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}
