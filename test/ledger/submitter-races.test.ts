import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import type { NewExecution } from "../../src/contract/execution-record.ts";
import type { Claim, Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { bought, claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { source, usePostgres } from "./postgres-fixture.ts";
import { createMeeting } from "./postgres-meeting.ts";
import { watchedPool } from "./postgres-watched-pool.ts";
import { proofTest } from "../standing-for-all.ts";

const postgres = usePostgres();
const meeting = createMeeting(postgres);
const folder = mkdtempSync(join(tmpdir(), "buyonce-ledger-"));
afterAll(() => rmSync(folder, { recursive: true }));

function asked(executionId = "execution-1", changes: Partial<NewExecution> = {}): NewExecution {
  const places = [0, 1].map((recIndex) => {
    return { ...claimRequest(recIndex), executionId, token: `${executionId} ${recIndex}` };
  });
  return newExecution(places, changes);
}

/** What a process does that submits, beside another one: each begins when it is told to. */
const submitting = (location: { readonly kind: string; readonly options: object }) => `
  import { claimRequest, newExecution } from ${JSON.stringify(source("src/testing/ledger-values.ts"))};
  import * as ledgers from ${JSON.stringify(source(`src/ledger/${location.kind}/index.ts`))};
  const open = ledgers.openSqliteLedger ?? ledgers.openPostgresLedger;
  const ledger = await open(${JSON.stringify(location.options)});
  const name = process.argv.at(-1);
  const submit = async (executionId, caller, key) => {
    const places = [0, 1].map((recIndex) => ({ ...claimRequest(recIndex), executionId, token: executionId + recIndex }));
    try {
      const { isNew } = await ledger.recordSubmitted(newExecution(places), { caller, key });
      return isNew ? "new" : "replay";
    } catch (error) {
      return error.code;
    }
  };
  console.log("ready");
  process.stdin.once("data", async () => {
    process.stdin.destroy();
    const answers = { sameCaller: [], sameId: [], sameKey: [] };
    for (let index = 0; index < 15; index += 1) {
      answers.sameCaller.push(await submit("shared-" + index, "ann", name + "-" + index));
      answers.sameId.push(await submit("wanted-" + index, name, "key-" + index));
      answers.sameKey.push(await submit(name + "-" + index, "ann", "one-" + index));
    }
    await ledger.close();
    console.log(JSON.stringify(answers));
  });`;

type Answers = Record<"sameCaller" | "sameId" | "sameKey", readonly string[]>;

async function twoProcesses(script: string): Promise<readonly Answers[]> {
  const children = ["left", "right"].map((name) =>
    spawn(process.execPath, ["--input-type=module", "--eval", script, name], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  await Promise.all(children.map((child) => once(child.stdout, "data")));
  const printed = children.map((child) => text(child.stdout));
  for (const child of children) child.stdin.end("go");
  return (await Promise.all(printed)).map((line) => JSON.parse(line) as Answers);
}

/** One of two first requests was first, by whatever luck; what the ledger holds is what both were told. */
async function check(ledger: Ledger, [left, right]: readonly Answers[]): Promise<void> {
  if (left === undefined || right === undefined) throw new Error("two processes");
  for (let index = 0; index < 15; index += 1) {
    expect([left.sameCaller[index], right.sameCaller[index]].toSorted()).toEqual(["new", "replay"]);
    for (const name of ["left", "right"]) {
      expect(await ledger.executionOfKey("ann", `${name}-${index}`)).toBe(`shared-${index}`);
    }

    expect([left.sameId[index], right.sameId[index]].toSorted()).toEqual(["execution-id-taken", "new"]);
    const [owner, other] = left.sameId[index] === "new" ? ["left", "right"] : ["right", "left"];
    expect(await ledger.submitterOf(`wanted-${index}`)).toBe(owner);
    expect(await ledger.executionOfKey(owner ?? "", `key-${index}`)).toBe(`wanted-${index}`);
    expect(await ledger.executionOfKey(other ?? "", `key-${index}`)).toBeUndefined();

    expect([left.sameKey[index], right.sameKey[index]].toSorted()).toEqual(["execution-changed", "new"]);
    const [kept, lost] = left.sameKey[index] === "new" ? ["left", "right"] : ["right", "left"];
    expect(await ledger.executionOfKey("ann", `one-${index}`)).toBe(`${kept}-${index}`);
    expect(await ledger.recorded(`${lost}-${index}`)).toBeUndefined();
  }
  expect(await ledger.executions({ limit: 999 })).toHaveLength(45);
}

describe("two processes that submit at once", () => {
  test("to one SQLite file: one execution for each id, every key names one, nothing is stored of what is refused", async () => {
    const file = join(folder, "races.db");
    const ledger = await openSqliteLedger({ file });
    await check(ledger, await twoProcesses(submitting({ kind: "sqlite", options: { file, lockTimeout: 30_000 } })));
    await ledger.close();
  });

  test("to one PostgreSQL schema: likewise", async () => {
    const schema = postgres.newSchema();
    const ledger = await postgres.open({ schema });
    const options = { connectionString: postgres.connectionString(), schema };
    await check(ledger, await twoProcesses(submitting({ kind: "postgres", options })));
  });
});

describe("two connections to PostgreSQL that meet at a statement", () => {
  test.each(["FOR UPDATE", "submitted_key", "is_new"])(
    "different keys, one execution, at %s: one records it, both keys replay it",
    async (statement) => {
      const { ledgers: pair, failures } = await meeting((sent) => sent.includes(statement));
      const answers = await Promise.all(
        pair.map((ledger, index) => ledger.recordSubmitted(asked(), { caller: "ann", key: `key-${index}` })),
      );
      expect(answers.map(({ isNew }) => isNew).toSorted()).toEqual([false, true]);
      expect(answers[0]?.execution).toEqual(answers[1]?.execution);
      for (const key of ["key-0", "key-1"]) expect(await pair[0].executionOfKey("ann", key)).toBe("execution-1");
      expect(await pair[0].historySince("execution-1", 0, 99)).toHaveLength(1);
      expect(failures).not.toContain("40P01");
    },
  );

  // The second does not come further than the key, where it waits for the first.
  test.each(["FOR UPDATE", "submitted_key"])(
    "one key, two executions, at %s: one is recorded; the other is refused, and nothing is stored of it",
    async (statement) => {
      const { ledgers: pair, failures } = await meeting((sent) => sent.includes(statement));
      const attempts = pair.map((ledger, index) =>
        ledger.recordSubmitted(asked(`execution-${index}`), { caller: "ann", key: "key" }),
      );
      const results = await Promise.allSettled(attempts);
      const lost = results.findIndex(({ status }) => status === "rejected");
      expect(results[lost]).toMatchObject({ reason: { code: "execution-changed" } });
      expect(results[1 - lost]).toMatchObject({ value: { isNew: true } });
      expect(await pair[0].executionOfKey("ann", "key")).toBe(`execution-${1 - lost}`);
      expect(await pair[0].recorded(`execution-${lost}`)).toBeUndefined();
      expect(await pair[0].historySince(`execution-${lost}`, 0, 9)).toEqual([]);
      expect(failures).not.toContain("40P01");
    },
  );

  test.each(["FOR UPDATE", "submitted_key", "is_new"])("two callers, one id, at %s: it is one's", async (statement) => {
    const { ledgers: pair, failures } = await meeting((sent) => sent.includes(statement));
    const attempts = pair.map((ledger, index) =>
      ledger.recordSubmitted(asked(), { caller: `caller-${index}`, key: "key" }),
    );
    const results = await Promise.allSettled(attempts);
    const lost = results.findIndex(({ status }) => status === "rejected");
    expect(results[lost]).toMatchObject({ reason: { code: "execution-id-taken", retryable: false } });
    expect(await pair[0].submitterOf("execution-1")).toBe(`caller-${1 - lost}`);
    expect(await pair[0].executionOfKey(`caller-${lost}`, "key")).toBeUndefined();
    expect(failures).not.toContain("40P01");
  });

  test("a submitter and a drive, one id: it is the submitter's, or nobody's", async () => {
    const { ledgers: pair } = await meeting((sent) => sent.includes("is_new"));
    const [door, drive] = pair;
    const [submitted, driven] = await Promise.allSettled([
      door.recordSubmitted(asked(), { caller: "ann", key: "key" }),
      drive.recordExecution(asked()),
    ]);
    const isAnns = submitted.status === "fulfilled";
    if (!isAnns) expect(submitted.reason).toMatchObject({ code: "execution-id-taken" });
    expect(driven).toMatchObject({ value: { isNew: !isAnns } });
    expect(await door.submitterOf("execution-1")).toBe(isAnns ? "ann" : undefined);
    expect(await door.executionOfKey("ann", "key")).toBe(isAnns ? "execution-1" : undefined);
  });
});

describe("the numbers of what happens, on PostgreSQL", () => {
  /** An execution of so many places, each of which is sent. */
  async function sent(ledger: Ledger, size: number): Promise<readonly Claim[]> {
    const places = Array.from({ length: size }, (_, recIndex) => claimRequest(recIndex));
    await ledger.recordExecution(newExecution(places));
    const claims = (await ledger.claim(places, "driver-1", 30_000)).map((answer) => granted(answer).claim);
    for (const claim of claims) await ledger.submit(claim, planned({ token: claim.token }));
    return claims;
  }

  test("a line that is written and not yet committed holds back those after it: none is read before it", async () => {
    const schema = postgres.newSchema();
    const second = await postgres.open({ schema });
    const { promise: isWritten, resolve: written } = Promise.withResolvers<void>();
    const { promise: mayCommit, resolve: commit } = Promise.withResolvers<void>();
    let isHeld = false;
    const held = watchedPool(postgres.admin(), async ({ text: statement, client, send }) => {
      // The server waits for this transaction for as long as the test needs.
      const idle = /idle_in_transaction_session_timeout = \d+/;
      if (idle.test(statement)) return client.query(statement.replace(idle, "idle_in_transaction_session_timeout = 0"));
      if (isHeld && statement === "COMMIT") {
        written();
        await mayCommit;
      }
      return send();
    });
    const first = await postgres.open({ schema, pool: held });
    const [left, right] = await sent(first, 2);
    if (left === undefined || right === undefined) throw new Error("two places");
    const before = await second.historySince("execution-1", 0, 99);
    isHeld = true;
    const purchased = first.purchase(left, bought());
    await isWritten;
    const further = second.purchase(right, bought({ id: "order-2" }));
    const waiting = () => postgres.rows("SELECT 1 FROM pg_locks WHERE NOT granted");
    await expect.poll(waiting, { interval: 20 }).not.toHaveLength(0);
    expect(await second.historySince("execution-1", 0, 99)).toEqual(before);
    commit();
    await Promise.all([purchased, further]);
    const after = await second.historySince("execution-1", before.length, 99);
    expect(after.map(({ number, entry }) => [number, entry.event, "token" in entry && entry.token])).toEqual([
      [before.length + 1, "purchase", left.token],
      [before.length + 2, "purchase", right.token],
    ]);
  });

  proofTest(
    "changes of terms and ends of recommendations at once: no deadlock, no number twice, none left out",
    async () => {
      const schema = postgres.newSchema();
      const failures: string[] = [];
      const pool = watchedPool(postgres.admin(), ({ send }) =>
        send().catch((error: { code: string }) => {
          failures.push(error.code);
          throw error;
        }),
      );
      const [drive, person] = [await postgres.open({ schema, pool }), await postgres.open({ schema, pool })];
      const claims = await sent(drive, 30);
      const limit = (index: number) =>
        person.amend("execution-1", {
          kind: "limits",
          maxPrices: { [index]: { amount: String(index + 1), currency: "GBP" } },
          person: "ann",
          reason: "because",
        });
      await Promise.all(
        claims.flatMap((claim, index) => [
          drive.purchase(claim, bought({ id: `order-${index}`, price: { amount: "1", currency: "GBP" } })),
          ...(index % 3 === 0 ? [limit(29 - index)] : []),
        ]),
      );
      // The record; claims, submissions, purchases; ten changes, each a line of the execution and one of its recommendation.
      const numbers = (await drive.historySince("execution-1", 0, 999)).map(({ number }) => number);
      expect(numbers).toEqual(Array.from({ length: 1 + 3 * 30 + 2 * 10 }, (_, index) => index + 1));
      expect(failures).toEqual([]);
    },
  );
});
