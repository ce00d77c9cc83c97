import { Client } from "pg";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { planned } from "../../src/testing/ledger-values.ts";
import { moveClock } from "../end-to-end/moved-clock.ts";
import { decideSome } from "../webhooks/receiver.ts";
import { grantedClaim, usePostgres } from "./postgres-fixture.ts";

const postgres = usePostgres();
const { connectionString, rows } = postgres;
let schema: string;
beforeEach(() => {
  schema = postgres.newSchema();
  // What is tried again is so after a hundredth of the wait.
  onTestFinished(moveClock(0));
});
const open = (settings: Parameters<typeof postgres.open>[0] = {}) => postgres.open({ schema, ...settings });

/** The address with another user, password or database. */
function address(changes: { username?: string; password?: string; pathname?: string; port?: string }): string {
  return Object.assign(new URL(connectionString()), changes).href;
}

async function newUser(name: string, rights = ""): Promise<string> {
  await rows(`CREATE ROLE ${name} LOGIN PASSWORD 'imitation' ${rights}`);
  return address({ username: name });
}

describe("a PostgreSQL server that cannot be used", () => {
  test("wrong password", async () => {
    const wrong = open({ address: address({ password: "hunter2" }) });
    await expect(wrong).rejects.toMatchObject({ code: "ledger-unavailable", retryable: false });
    await expect(wrong).rejects.toThrow(/password authentication failed.*Check the user/s);
    await expect(wrong).rejects.not.toThrow(/hunter2/);
  });

  test("no such database", async () => {
    const missing = open({ address: address({ pathname: "/no_such_database" }) });
    await expect(missing).rejects.toMatchObject({ code: "ledger-unavailable", retryable: false });
  });

  test("nobody listens", async () => {
    const refused = open({ address: address({ port: "1" }) });
    await expect(refused).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(refused).rejects.toThrow(/127\.0\.0\.1:1\/postgres.*ECONNREFUSED/);
  });

  test("a user without the right to make the schema; with the tables made by another one, it may drive", async () => {
    const url = await newUser("driver_only");
    const forbidden = open({ address: url });
    await expect(forbidden).rejects.toMatchObject({ code: "ledger-read-only" });
    await expect(forbidden).rejects.toThrow(/permission denied.*USAGE on the schema/);
    expect(await rows(`SELECT 1 FROM pg_namespace WHERE nspname = '${schema}'`)).toEqual([]);
    await open();
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO driver_only`);
    await rows(`GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ${schema} TO driver_only`);
    const ledger = await open({ address: url });
    await ledger.submit(await grantedClaim(ledger), planned());
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  test("a user without DELETE is told so when an endpoint is registered; with it on the tables of webhooks, it does all that a delivery does", async () => {
    const url = await newUser("deliverer");
    await open();
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO deliverer`);
    await rows(`GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA ${schema} TO deliverer`);
    const ledger = await open({ address: url });
    const hook = { name: "finance", url: "https://finance.example" };
    await expect(ledger.registerWebhook(hook)).rejects.toThrow(/DELETE on those of the webhooks/);
    await rows(`GRANT DELETE ON ${schema}.webhook_message, ${schema}.webhook_endpoint TO deliverer`);
    await ledger.registerWebhook(hook);
    await decideSome(ledger);
    const { messages } = await ledger.takeMessages("finance", { limit: 1, hold: 1000 });
    for (const { sequence } of messages) {
      await ledger.settleMessage("finance", sequence, { kind: "delivered", text: "answered 204" }, 0);
    }
    await ledger.expireMessages(0);
    expect(await ledger.webhooks()).toMatchObject([{ waiting: 1 }]);
    expect(await ledger.removeWebhook("finance")).toBe(true);
  });

  test("a user who may only read: reads, and is told what is missing when it writes", async () => {
    const url = await newUser("reader");
    await grantedClaim(await open());
    await rows(`GRANT USAGE ON SCHEMA ${schema} TO reader`);
    await rows(`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO reader`);
    const ledger = await open({ address: url });
    expect(await ledger.recordsOf("execution-1")).toHaveLength(4);
    await expect(grantedClaim(ledger, 1)).rejects.toMatchObject({ code: "ledger-read-only" });
  });

  test("read-only: an existing ledger can be read, not written", async () => {
    await grantedClaim(await open());
    const url = await newUser("standby", "SUPERUSER");
    await rows("ALTER ROLE standby SET default_transaction_read_only = on");
    const ledger = await open({ address: url });
    expect(await ledger.recordsOf("execution-1")).toHaveLength(4);
    await expect(grantedClaim(ledger, 1)).rejects.toMatchObject({
      code: "ledger-read-only",
      message: expect.stringContaining("primary server"),
    });
    schema = "not_there_yet";
    await expect(open({ address: url })).rejects.toMatchObject({ code: "ledger-read-only" });
  });

  test("no connection left: waits a little, then says so", async () => {
    await open();
    const url = await newUser("limited", "SUPERUSER");
    await rows("ALTER ROLE limited NOSUPERUSER CONNECTION LIMIT 1");
    const holder = new Client(url);
    await holder.connect();
    const full = open({ address: url });
    await expect(full).rejects.toMatchObject({ code: "ledger-unavailable", retryable: true });
    await expect(full).rejects.toThrow(/too many connections.*no connection left/);
    await holder.end();
  });

  test.each([
    ["53100", "ledger-full", false],
    ["XX001", "ledger-corrupt", false],
    ["57014", "ledger-locked", true],
    ["22012", "ledger-unavailable", false],
  ])("an error %s of the server is %s, and nothing of the transaction stays", async (state, code, retryable) => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    await raiseOnWrite(state);
    await expect(ledger.submit(claim, planned())).rejects.toMatchObject({ code, retryable });
    await rows(`DROP TRIGGER fail ON ${schema}.token_record`);
    expect((await ledger.recordsOf("execution-1"))[0]?.state).toBe("claimed");
    expect(await ledger.history("token-0")).toHaveLength(1);
    await ledger.submit(claim, planned());
  });

  test("what may succeed at once is tried again, a limited number of times", async () => {
    const ledger = await open();
    const claim = await grantedClaim(ledger);
    const attempts = await raiseOnWrite("40P01");
    await expect(ledger.submit(claim, planned())).rejects.toMatchObject({ code: "ledger-locked" });
    expect(await attempts()).toBe(7);
    await rows(`DROP TRIGGER fail ON ${schema}.token_record; DROP SEQUENCE ${schema}.attempts`);
    const twice = await raiseOnWrite("40001", 2);
    expect((await ledger.submit(claim, planned())).attempt).toBe(1);
    expect(await twice()).toBe(3);
    expect(await ledger.history("token-0")).toHaveLength(2);
  });

  /** Makes the server fail writes of records with an error, the first `times` ones; returns how many were tried. */
  async function raiseOnWrite(state: string, times = 1000) {
    await rows(`
      CREATE SEQUENCE ${schema}.attempts;
      CREATE OR REPLACE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('${schema}.attempts') <= ${times} THEN RAISE EXCEPTION 'imitation' USING ERRCODE = '${state}'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fail BEFORE UPDATE ON ${schema}.token_record FOR EACH ROW EXECUTE FUNCTION ${schema}.fail()`);
    return async () => Number((await rows(`SELECT last_value FROM ${schema}.attempts`))[0]?.["last_value"]);
  }
});
