import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, expect, test } from "vitest";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { startWebhooks } from "../../src/webhooks/index.ts";
import { decideSome, endpointAt, startReceiver, until } from "./receiver.ts";
import { begin, deliveredInLittleRoom, recordOne } from "./waiting-messages.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-webhooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a script in a process of its own, which kills itself. */
async function killed(script: string): Promise<void> {
  const signal = await new Promise<string | null | undefined>((ended) => {
    execFile(process.execPath, ["--input-type=module", "--eval", script], (error) => ended(error?.signal));
  });
  expect(signal).toBe("SIGKILL");
}

/** What the next process delivers, after nobody holds anything any more. */
async function delivered(file: string): Promise<readonly { readonly id: string | undefined; readonly type: string }[]> {
  await using receiver = await startReceiver();
  const ledger = await openSqliteLedger({ file, clock: () => Date.now() + 121_000 });
  const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], pollInterval: 5 });
  await until(async () => (await ledger.webhooks())[0]?.waiting === 0);
  await delivery.drain();
  await ledger.close();
  return receiver.received.map(({ headers, body }) => ({ id: headers["webhook-id"], type: body.type }));
}

const both = ["recommendation.decided", "execution.complete"];

test("killed before the commit that decides: nothing is announced; decided again, it is once", async () => {
  const file = join(folder, "before.db");
  await recordOne(file);
  await killed(`${begin(file)}
    const exec = DatabaseSync.prototype.exec;
    DatabaseSync.prototype.exec = function (text) {
      if (text === "COMMIT" && this.prepare("SELECT count(*) AS n FROM webhook_message").get().n > 0) die();
      return exec.call(this, text);
    };
    await decideSome(ledger);`);
  const database = new DatabaseSync(file);
  expect(database.prepare("SELECT count(*) AS n FROM token_record").get()).toEqual({ n: 1 });
  expect(database.prepare("SELECT count(*) AS n FROM webhook_message").get()).toEqual({ n: 0 });
  database.close();
  const ledger = await openSqliteLedger({ file });
  await decideSome(ledger);
  await ledger.close();
  expect((await delivered(file)).map(({ type }) => type)).toEqual(both);
});

test("killed after the commit: the next process delivers it", async () => {
  const file = join(folder, "after.db");
  await recordOne(file);
  await killed(`${begin(file)} await decideSome(ledger); die();`);
  expect((await delivered(file)).map(({ type }) => type)).toEqual(both);
});

test.each([
  [
    "before the send",
    "takeMessages: async (...given) => { const taken = await ledger.takeMessages(...given); if (taken.messages.length > 0) die(); return taken; }",
  ],
  ["after the send and before its mark", "settleMessage: async () => { die(); await new Promise(() => {}); }"],
])("killed %s: the next process delivers it, under the same id", async (when, method) => {
  await using receiver = await startReceiver();
  const file = join(folder, `${when.replaceAll(" ", "-")}.db`);
  await recordOne(file);
  await killed(`${begin(file)}
    await decideSome(ledger);
    await startWebhooks({ ledger: { ...ledger, ${method} }, endpoints: [endpointAt({ url: ${JSON.stringify(receiver.url)} })], pollInterval: 5 });
    await new Promise(() => setInterval(() => {}, 1000));`);
  const before = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(before).toHaveLength(when === "before the send" ? 0 : 1);
  const after = await delivered(file);
  expect(after.map(({ type }) => type)).toEqual(both);
  if (before.length > 0) expect(after[0]?.id).toBe(before[0]);
});

/** `npm run proof` has many more of a usual size. */
test("600 waiting messages of 200 kB are delivered by a process that has no room for them at once", async () => {
  expect(await deliveredInLittleRoom(join(folder, "many.db"), 600, 200_000)).toBe(600);
});
