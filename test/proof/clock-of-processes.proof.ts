import { usePostgres } from "../ledger/postgres-fixture.ts";
import { declareClockTests } from "./clock-of-processes.ts";

declareClockTests();

const postgres = usePostgres();
let databases = 0;

declareClockTests(async () => {
  const name = `clock_${(databases += 1)}`;
  await postgres.rows(`CREATE DATABASE ${name}`);
  const address = new URL(postgres.connectionString());
  address.pathname = name;
  return address.href;
});
