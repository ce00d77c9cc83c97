import { execFile } from "node:child_process";
import { DatabaseSync } from "node:sqlite";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { source } from "../ledger/postgres-fixture.ts";
import { decideSome, startReceiver } from "./receiver.ts";

const url = "http://127.0.0.1:9/hook";

/** The begin of a script for a process of its own, with the ledger that `open` opens; `die` kills it. */
export const beginWith = (open: string) => `
  import { startWebhooks } from ${JSON.stringify(source("src/webhooks/index.ts"))};
  import { decideSome, endpointAt } from ${JSON.stringify(source("test/webhooks/receiver.ts"))};
  const die = () => process.kill(process.pid, "SIGKILL");
  ${open}
`;

/** The same with a ledger in this file. */
export const begin = (file: string) =>
  beginWith(`
  import { DatabaseSync } from "node:sqlite";
  import { openSqliteLedger } from ${JSON.stringify(source("src/ledger/sqlite/index.ts"))};
  const ledger = await openSqliteLedger({ file: ${JSON.stringify(file)} });`);

/** Makes a ledger know where messages go, and closes it. */
export async function recordEndpoint(ledger: Ledger): Promise<void> {
  await ledger.registerWebhook({ name: "finance", url });
  await ledger.close();
}

/** So many messages of so many characters wait in this file; a process that has 64 MB delivers them. Returns how many came. */
export async function deliveredInLittleRoom(file: string, messages: number, length: number): Promise<number> {
  await using receiver = await startReceiver();
  await recordEndpoint(await openSqliteLedger({ file }));
  const ledger = await openSqliteLedger({ file });
  await decideSome(ledger, 1);
  await ledger.close();
  const database = new DatabaseSync(file);
  database.exec("DELETE FROM webhook_message WHERE sequence > 1");
  database.exec(`
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${messages - 1})
  INSERT INTO webhook_message (endpoint, execution_id, written_at, due_at, attempts, message)
  SELECT endpoint, execution_id || i, written_at, due_at, 0,
    json_set(message, '$.id', 'msg_' || i, '$.content.record.error.message', printf('%.*c', ${length}, 'x'))
  FROM webhook_message, n WHERE sequence = 1`);
  database.close();
  const script = `${begin(file)}
  await startWebhooks({ ledger, endpoints: [endpointAt({ url: ${JSON.stringify(receiver.url)} })], concurrency: 16, pollInterval: 5 });
  const look = setInterval(async () => {
    if ((await ledger.webhooks())[0].waiting === 0) process.exit(0);
  }, 50);`;
  const ids = new Set<string | undefined>();
  receiver.answer = (response, _request, { headers }) => {
    ids.add(headers["webhook-id"]);
    // The test has room for some of it, too.
    (receiver.received as unknown[]).length = 0;
    response.writeHead(204).end();
  };
  await new Promise<void>((done, failed) => {
    const options = ["--max-old-space-size=64", "--input-type=module", "--eval", script];
    execFile(process.execPath, options, (error) => (error === null ? done() : failed(error)));
  });
  return ids.size;
}
