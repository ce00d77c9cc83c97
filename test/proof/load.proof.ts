import { afterAll, beforeAll, test } from "vitest";
import { type PostgresServer, startPostgresServer } from "../ledger/postgres-server.ts";
import { checkedLoad } from "./checked-load.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.remove());

test("sixty executions from ten clients over two servers, three times one of them is killed: each is bought once", async () => {
  await checkedLoad(await server.connectionString("load"), { executions: 60, clients: 10, kills: [10, 25, 40] });
});
