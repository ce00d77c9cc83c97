import { statSync } from "node:fs";
import { Client } from "pg";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { answer, orderOfChild } from "../child.ts";
import { median } from "../median.ts";
import { fill } from "./fill.ts";
import type { LedgerOrder, LedgerResult } from "./ledger-size.ts";
import { claimAll, commitmentOf, requestOf, submissionOf } from "./sample-records.ts";

const { location, records, claims } = orderOfChild<LedgerOrder>();
const isPostgres = location.startsWith("postgres://");

/** How often each step is measured. */
const times = 15;

async function timed<T>(run: () => Promise<T>): Promise<{ readonly took: number; readonly result: T }> {
  const begun = performance.now();
  const result = await run();
  return { took: performance.now() - begun, result };
}

async function size(): Promise<number> {
  if (!isPostgres) return statSync(location).size;
  const client = new Client(location);
  await client.connect();
  const { rows } = await client.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size");
  await client.end();
  return Number(rows[0]?.size);
}

const ledger = await (isPostgres
  ? openPostgresLedger({ connectionString: location })
  : openSqliteLedger({ file: location }));
const filling = records === 0 ? 0 : (await timed(() => fill(ledger, location, records))).took;

const claimTimes = [];
for (const count of claims) {
  const taken = [];
  for (let time = 0; time < times; time += 1) {
    const requests = Array.from({ length: count }, (_, at) => requestOf(`claim ${count} ${time}`, at, "scope"));
    taken.push((await timed(() => claimAll(ledger, requests))).took);
  }
  claimTimes.push(median(taken));
}

const [submits, purchases, unfinished, known]: [number[], number[], number[], number[]] = [[], [], [], []];
for (let time = 0; time < times; time += 1) {
  const request = requestOf(`buy ${time}`, 0, "scope");
  const [claim] = await claimAll(ledger, [request]);
  if (claim === undefined) throw new Error("One was claimed.");
  submits.push((await timed(() => ledger.submit(claim, submissionOf(request)))).took);
  purchases.push((await timed(() => ledger.purchase(claim, commitmentOf(request)))).took);
  unfinished.push(
    (await timed(() => ledger.unfinished({ olderThan: 0, limit: 100, refused: false, parked: false }))).took,
  );
  known.push((await timed(() => ledger.purchasedIn("scope-0"))).took);
}
const bytes = await size();
await ledger.close();
answer({
  filling,
  bytes,
  claims: claimTimes,
  submit: median(submits),
  purchase: median(purchases),
  unfinished: median(unfinished),
  purchasedIn: median(known),
} satisfies LedgerResult);
