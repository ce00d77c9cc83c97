// A server in a process of its own, which kills itself at a point of the first request that records something.
import process from "node:process";
import { createAws } from "../../providers/aws/index.ts";
import { createHandler } from "../../src/door/create-handler.ts";
import { startServer } from "../../src/door/start-server.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";

const [, , file = "", endpoint = "", point = "never"] = process.argv;

function killAt(here: string): void {
  if (point === here) process.kill(process.pid, "SIGKILL");
}

const ledger = await openSqliteLedger({ file });
const purchaser = createPurchaser({ ledger, providers: [createAws({ endpoint })], leaseLength: 1000 });
const handler = await createHandler({
  authenticate: "nobody-is-asked",
  purchaser: {
    ...purchaser,
    submit: async (...given) => {
      killAt("before the record");
      const submitted = await purchaser.submit(...given);
      killAt("after the record");
      return submitted;
    },
  },
  ledger,
  sweepInterval: 300,
});
const answering = Object.assign(async (request: Request) => {
  const response = await handler(request);
  if (request.method !== "GET") killAt("before the answer");
  return response;
}, handler);

const server = await startServer(answering, 0);
process.once("SIGTERM", () => {
  void server.close().then(() => ledger.close());
});
process.stdout.write(`${server.url}\n`);
