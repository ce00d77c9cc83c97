import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, test } from "vitest";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { startWebhooks } from "../../src/webhooks/index.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { source, usePostgres } from "../ledger/postgres-fixture.ts";
import { decideSome, endpointAt, type Receiver, startReceiver, until } from "./receiver.ts";
import { begin, beginWith, deliveredInLittleRoom, recordEndpoint } from "./waiting-messages.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-webhooks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const postgres = usePostgres();

/** A ledger that several processes open, one after the other. */
interface Shared {
  open(clock?: () => number): Promise<Ledger>;
  /** The begin of a script with this ledger. */
  readonly script: string;
  /** Lines of that script: from here on it dies at the commit that would write a message. */
  readonly dieAtCommit: string;
  rowsOf(table: "token_record" | "webhook_message"): Promise<number>;
}

function sharedFile(name: string): Shared {
  const file = join(folder, `${name}.db`);
  return {
    open: (clock) => openSqliteLedger({ file, ...(clock && { clock }) }),
    script: begin(file),
    dieAtCommit: `
      const exec = DatabaseSync.prototype.exec;
      DatabaseSync.prototype.exec = function (text) {
        if (text === "COMMIT" && this.prepare("SELECT count(*) AS n FROM webhook_message").get().n > 0) die();
        return exec.call(this, text);
      };`,
    rowsOf: async (table) => {
      const database = new DatabaseSync(file);
      const row = database.prepare(`SELECT count(*) AS n FROM ${table}`).get();
      database.close();
      return Number(row?.["n"]);
    },
  };
}

function sharedServer(): Shared {
  const schema = postgres.newSchema();
  const place = JSON.stringify({ connectionString: postgres.connectionString() });
  return {
    open: (clock) => postgres.open({ schema, ...(clock && { clock }) }),
    script: beginWith(`
      import { Pool } from ${JSON.stringify(import.meta.resolve("pg"))};
      import { openPostgresLedger } from ${JSON.stringify(source("src/ledger/postgres/index.ts"))};
      import { watchedPool } from ${JSON.stringify(source("test/ledger/postgres-watched-pool.ts"))};
      let [isArmed, hasWritten] = [false, false];
      const pool = watchedPool(new Pool(${place}), ({ text, send }) => {
        if (/INSERT INTO \\S+webhook_message/.test(text)) hasWritten = true;
        if (isArmed && hasWritten && text === "COMMIT") {
          die();
          return new Promise(() => {});
        }
        return send();
      });
      const ledger = await openPostgresLedger({ pool, schema: ${JSON.stringify(schema)} });`),
    dieAtCommit: "isArmed = true;",
    rowsOf: async (table) => {
      const [row] = await postgres.rows(`SELECT count(*)::int AS n FROM ${schema}.${table}`);
      return Number(row?.["n"]);
    },
  };
}

/** Runs a script in a process of its own, which kills itself. */
async function killed(script: string): Promise<void> {
  const [signal, said] = await new Promise<readonly [string | null | undefined, string]>((ended) => {
    execFile(process.execPath, ["--input-type=module", "--eval", script], (error, _, errors) =>
      ended([error?.signal, errors]),
    );
  });
  expect(signal, said).toBe("SIGKILL");
}

/** A script that delivers to a receiver until it is killed, with a method of the ledger of its own. */
const deliveringWith = (method: string, receiver: Receiver) => `
  await startWebhooks({
    ledger: { ...ledger, ${method} },
    endpoints: [endpointAt({ url: ${JSON.stringify(receiver.url)} })],
    pollInterval: 5,
  });
  await new Promise(() => setInterval(() => {}, 1000));`;

const beforeTheSend = `takeMessages: async (...given) => {
  const taken = await ledger.takeMessages(...given);
  if (taken.messages.length > 0) die();
  return taken;
}`;
const afterTheSend = "settleMessage: async () => { die(); await new Promise(() => {}); }";

/** What the next process delivers, after nobody holds anything any more. */
async function delivered({ open }: Shared) {
  await using receiver = await startReceiver();
  const ledger = await open(() => Date.now() + 121_000);
  const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], pollInterval: 5 });
  await until(async () => (await ledger.webhooks())[0]?.waiting === 0);
  await delivery.drain();
  await ledger.close();
  return receiver.received.map(({ headers, body }) => ({
    id: headers["webhook-id"],
    type: body.type,
    executionId: body.data["executionId"],
  }));
}

const both = ["recommendation.decided", "execution.complete"];

const places = [
  ["a file", sharedFile],
  ["PostgreSQL", sharedServer],
] as const;

describe.each(standingForAll(places, ([where]) => where === "a file"))(
  "a ledger in %s: the process is killed",
  (_title, shared) => {
    test("before the commit that decides: nothing is announced; decided again, it is once", async () => {
      const place = shared("before");
      await recordEndpoint(await place.open());
      await killed(`${place.script} ${place.dieAtCommit} await decideSome(ledger);`);
      expect([await place.rowsOf("token_record"), await place.rowsOf("webhook_message")]).toEqual([1, 0]);
      const ledger = await place.open();
      await decideSome(ledger);
      await ledger.close();
      expect((await delivered(place)).map(({ type }) => type)).toEqual(both);
    });

    test("after the commit: the next process delivers it", async () => {
      const place = shared("after");
      await recordEndpoint(await place.open());
      await killed(`${place.script} await decideSome(ledger); die();`);
      expect((await delivered(place)).map(({ type }) => type)).toEqual(both);
    });

    test.each([
      ["before the send", beforeTheSend, 0],
      ["after the send and before its mark", afterTheSend, 1],
    ])("%s: the next process delivers it, under the same id", async (when, method, sent) => {
      await using receiver = await startReceiver();
      const place = shared(when.replaceAll(" ", "-"));
      await recordEndpoint(await place.open());
      await killed(`${place.script} await decideSome(ledger); ${deliveringWith(method, receiver)}`);
      const before = receiver.received.map(({ headers }) => headers["webhook-id"]);
      expect(before).toHaveLength(sent);
      const after = await delivered(place);
      expect(after.map(({ type }) => type)).toEqual(both);
      expect(after.slice(0, sent).map(({ id }) => id)).toEqual(before);
    });

    test("with messages in its hands, and the endpoint is removed and registered anew: none of them comes, what is decided then does", async () => {
      await using receiver = await startReceiver();
      const place = shared("anew");
      await recordEndpoint(await place.open());
      await killed(`${place.script} await decideSome(ledger); ${deliveringWith(beforeTheSend, receiver)}`);
      const ledger = await place.open();
      const [held] = await ledger.webhooks();
      expect(held).toMatchObject({ name: "finance", waiting: 2 });
      await ledger.removeWebhook("finance");
      await ledger.registerWebhook({ name: "finance", url: receiver.url });
      await decideSome(ledger, 1, 1);
      await ledger.close();
      const after = await delivered(place);
      expect(after.map(({ type, executionId }) => [type, executionId])).toEqual(
        both.map((type) => [type, "execution-1"]),
      );
    });
  },
);

proofTest(
  "processes are killed while they deliver, and the PostgreSQL server crashes between: each message comes, and again only what was under way",
  async () => {
    const place = sharedServer();
    await using receiver = await startReceiver();
    await recordEndpoint(await place.open());
    const many = 30;
    const writer = await place.open();
    await decideSome(writer, many);
    await writer.close();
    const settled = `settleMessage: async (...given) => {
    if ((count += 1) > 5) { die(); await new Promise(() => {}); }
    return ledger.settleMessage(...given);
  }`;
    await killed(`${place.script} let count = 0; ${deliveringWith(settled, receiver)}`);
    await postgres.server().stop("immediate");
    await postgres.server().start();
    await killed(`${place.script} let count = 0; ${deliveringWith(settled, receiver)}`);
    const first = receiver.received.map(({ headers }) => headers["webhook-id"]);
    const rest = (await delivered(place)).map(({ id }) => id);
    expect(new Set([...first, ...rest]).size).toBe(2 * many);
    // Each process had at most four under way when it was killed.
    expect(first.length + rest.length).toBeLessThanOrEqual(2 * many + 2 * 4);
  },
);

/** `npm run proof` has many more of a usual size. */
proofTest("600 waiting messages of 200 kB are delivered by a process that has no room for them at once", async () => {
  expect(await deliveredInLittleRoom(join(folder, "many.db"), 600, 200_000)).toBe(600);
});
