import { setTimeout as delay } from "node:timers/promises";
import { LedgerError } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { answer, orderOfChild } from "../child.ts";
import { claimAll, commitmentOf, requestOf, submissionOf } from "./sample-records.ts";
import type { WorkerOrder, WorkerResult } from "./shared-ledger.ts";

const { location, name, from, until } = orderOfChild<WorkerOrder>();
const ledger = await openPostgresLedger({ connectionString: location });
// PostgreSQL says so where a statement waits for a lock for longer than this: nothing else makes it fail.
const impatient = await openImpatient();

/** Opened one after the other, so this waits too: but not for a claim. */
async function openImpatient(): Promise<Ledger> {
  for (;;) {
    try {
      return await openPostgresLedger({ connectionString: location, lockTimeout: 1 });
    } catch (error) {
      if (!isLocked(error) || Date.now() > from) throw error;
    }
  }
}

function isLocked(error: unknown): boolean {
  return LedgerError.isInstance(error) && error.code === "ledger-locked";
}

async function buy(number: number): Promise<{ readonly waited: boolean }> {
  const request = requestOf(`${name} ${number}`, 0, "scope");
  let waited = false;
  const [claim] = await claimAll(impatient, [request]).catch((error: unknown) => {
    if (!isLocked(error)) throw error;
    waited = true;
    return claimAll(ledger, [request]);
  });
  if (claim === undefined) throw new Error("One was claimed.");
  await ledger.submit(claim, submissionOf(request));
  await ledger.purchase(claim, commitmentOf(request));
  return { waited };
}

// What is run first is compiled and connected first.
await buy(-1);
const late = Date.now() > from;
await delay(Math.max(0, from - Date.now()));
let [bought, waits] = [0, 0];
while (Date.now() < until) {
  if ((await buy(bought)).waited) waits += 1;
  bought += 1;
}
await Promise.all([ledger.close(), impatient.close()]);
if (late) throw new Error("It came after the begin.");
answer({ bought, waits } satisfies WorkerResult);
