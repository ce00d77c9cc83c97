import { afterAll, beforeAll, expect, test } from "vitest";
import { runLoad } from "../../bench/load/run-load.ts";
import { type PostgresServer, startPostgresServer } from "../ledger/postgres-server.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.remove());

test("sixty executions from ten clients over two servers, three times one of them is killed: each is bought once", async () => {
  const { accepts, decided, bought, distinct, kills } = await runLoad({
    ledger: await server.connectionString("load"),
    executions: 60,
    clients: 10,
    kills: { accepted: [10, 25, 40] },
    leaseLength: 1000,
    sweepInterval: 300,
  });
  expect({ kills, accepted: accepts.length, decided: decided.length }).toEqual({ kills: 3, accepted: 60, decided: 60 });
  expect({ bought, distinct }).toEqual({ bought: 60, distinct: 60 });
});
