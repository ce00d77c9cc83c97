import { afterAll, beforeAll, test } from "vitest";
import { type PostgresServer, startPostgresServer } from "../ledger/postgres-server.ts";
import { checkedLoad } from "./checked-load.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.remove());

/** `npm run proof` puts more on them. */
test("twelve executions from four clients over two servers, once one of them is killed: each is bought once", async () => {
  await checkedLoad(await server.connectionString("load"), { executions: 12, clients: 4, kills: [5] });
});
