import { statSync } from "node:fs";
import process from "node:process";
import { Client } from "pg";
import { answer, orderOfChild } from "../child.ts";
import { median } from "../median.ts";
import { openBenchLedger } from "./open-bench-ledger.ts";
import { largestScope, type LedgerOrder, type LedgerResult } from "./ledger-size.ts";
import { auditOf, findWork, partAudit, readCanariesOf, settling, showStatus } from "./looks.ts";
import { claimAll, commitmentOf, requestOf, submissionOf } from "./sample-records.ts";

const { location, claims, records } = orderOfChild<LedgerOrder>();
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

const ledger = await openBenchLedger(location);

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

/** Each once before it is timed, so that all of them meet warm pages. */
async function look(run: () => Promise<unknown>, often = times): Promise<number> {
  const taken = [];
  if (often > 1) await run();
  for (let time = 0; time < often; time += 1) taken.push((await timed(run)).took);
  return median(taken);
}

const largest = largestScope(records);
const audited = await auditOf(ledger, "scope-0");
const looks = {
  status: await look(() => showStatus(ledger)),
  statusOfState: await look(() => showStatus(ledger, "refused")),
  settle: await look(() => settling(ledger)),
  redrive: await look(() => findWork(ledger)),
  canaries: largest === undefined ? undefined : await look(() => readCanariesOf(ledger, largest)),
  audit: await look(audited),
  partAudit: await look(await partAudit(ledger, "scope-0"), 1),
};
const bytes = await size();
await ledger.close();
answer({
  bytes,
  claims: claimTimes,
  submit: median(submits),
  purchase: median(purchases),
  unfinished: median(unfinished),
  purchasedIn: median(known),
  ...looks,
  resident: process.resourceUsage().maxRSS * 1024,
} satisfies LedgerResult);
