import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, expect, test } from "vitest";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { claimRequest, newExecution } from "../../src/testing/ledger-values.ts";
import { proofTest } from "../standing-for-all.ts";
import { source, usePostgres } from "./postgres-fixture.ts";

const postgres = usePostgres();
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

const asked = newExecution([claimRequest(0), claimRequest(1)]);
const submitter = { caller: "ann", key: "key" };

/** How a process opens its ledger. */
interface Opening {
  readonly imports: string;
  readonly openLedger: string;
}
const sqlite = `import { openSqliteLedger } from ${JSON.stringify(source("src/ledger/sqlite/index.ts"))};`;
const watchedPostgres = `
  import { Pool } from "pg";
  import { openPostgresLedger } from ${JSON.stringify(source("src/ledger/postgres/index.ts"))};
  import { watchedPool } from ${JSON.stringify(source("test/ledger/postgres-watched-pool.ts"))};`;

/** A process that submits, and is killed before its statement of this number, or ends. */
const dying = ({ imports, openLedger }: Opening, statement: number) => `
  import { DatabaseSync, StatementSync } from "node:sqlite";
  import { claimRequest, newExecution } from ${JSON.stringify(source("src/testing/ledger-values.ts"))};
  ${imports}
  let left = Infinity;
  const count = () => {
    if (left === 0) process.kill(process.pid, "SIGKILL");
    left -= 1;
  };
  const around = ({ send }) => {
    count();
    return left >= 0 ? send() : new Promise(() => undefined);
  };
  for (const [prototype, name] of [[DatabaseSync.prototype, "exec"], ...["run", "get", "all"].map((each) => [StatementSync.prototype, each])]) {
    const original = prototype[name];
    prototype[name] = function (...parameters) {
      count();
      return Reflect.apply(original, this, parameters);
    };
  }
  const ledger = await ${openLedger};
  left = ${statement};
  await ledger.recordSubmitted(newExecution([claimRequest(0), claimRequest(1)]), ${JSON.stringify(submitter)});
  count();
  console.log("answered");
  process.exit();`;

/** Runs it; returns whether it came to its answer. */
async function runDying(script: string): Promise<boolean> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [printed, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect([code, signal]).toEqual(printed === "" ? [null, "SIGKILL"] : [0, null]);
  return printed !== "";
}

/** All of it is there, or nothing; and it can be submitted again. Returns whether it was there. */
async function checkWhole(ledger: Ledger): Promise<boolean> {
  const recorded = await ledger.recorded("execution-1");
  const isThere = recorded !== undefined;
  expect({
    owner: await ledger.submitterOf("execution-1"),
    keyOf: await ledger.executionOfKey("ann", "key"),
    places: recorded?.records.map(({ state }) => state),
    history: (await ledger.historySince("execution-1", 0, 9)).map(({ number, entry }) => [number, entry.event]),
    listed: (await ledger.executions({ caller: "ann", limit: 9 })).length,
  }).toEqual(
    isThere
      ? { owner: "ann", keyOf: "execution-1", places: ["planned", "planned"], history: [[1, "record"]], listed: 1 }
      : { owner: undefined, keyOf: undefined, places: undefined, history: [], listed: 0 },
  );
  const again = await ledger.recordSubmitted(asked, submitter);
  expect(again.isNew).toBe(!isThere);
  expect(await ledger.historySince("execution-1", 0, 9)).toHaveLength(1);
  return isThere;
}

/** Kills it before each of its statements, in turn, until it ends; returns whether all of it was there after each. */
async function killAtEach(open: (attempt: number) => Promise<Opening & { readonly ledger: Ledger }>) {
  const there: boolean[] = [];
  for (let attempt = 0; ; attempt += 1) {
    const { ledger, ...opening } = await open(attempt);
    const isAnswered = await runDying(dying(opening, attempt));
    there.push(await checkWhole(ledger));
    await ledger.close();
    if (isAnswered) return there;
  }
}

/** Nothing of it until it was committed, and all of it from then on. */
function checkTurn(there: readonly boolean[], statements: number): void {
  expect(there.length).toBeGreaterThan(statements);
  const turn = there.indexOf(true);
  expect(there.slice(turn)).toEqual(there.slice(turn).map(() => true));
  // It was killed after the commit, before its answer, at least once.
  expect(there.length - turn).toBeGreaterThan(1);
}

test("a process that is killed before any statement of a submission to SQLite leaves all of it, or nothing", async () => {
  const there = await killAtEach(async (attempt) => {
    const options = { file: join(folder, `killed-${attempt}.db`) };
    const openLedger = `openSqliteLedger(${JSON.stringify(options)})`;
    return { ledger: await openSqliteLedger(options), imports: sqlite, openLedger };
  });
  checkTurn(there, 10);
});

proofTest(
  "a process that is killed before any statement of a submission to PostgreSQL leaves all of it, or nothing",
  async () => {
    const there = await killAtEach(async () => {
      const schema = postgres.newSchema();
      const pool = `new Pool(${JSON.stringify({ connectionString: postgres.connectionString() })})`;
      const openLedger = `openPostgresLedger({ pool: watchedPool(${pool}, around), schema: ${JSON.stringify(schema)} })`;
      return { ledger: await postgres.open({ schema }), imports: watchedPostgres, openLedger };
    });
    checkTurn(there, 5);
  },
);
