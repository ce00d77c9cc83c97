import { expect, test } from "vitest";
import type { Claim, Ledger } from "../../src/contract/ledger.ts";
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { bought, claimRequest, newExecution, planned } from "../../src/testing/ledger-values.ts";
import { usePostgres } from "./postgres-fixture.ts";
import { watchedPool } from "./postgres-watched-pool.ts";

const { newSchema, newPool, open, rows } = usePostgres();
const refusal = { code: "price-above-limit", message: "too dear" } as const;
const old = { name: "finance", url: "https://old.example" } as const;

async function claimOf(ledger: Ledger, recIndex: number): Promise<Claim> {
  const [answer] = await ledger.claim([claimRequest(recIndex)], "driver", 30_000);
  return granted(answer).claim;
}

/** A ledger whose endpoint was removed while a writer of a message stood before its COMMIT. */
async function withStray() {
  const schema = newSchema();
  const ledger = await open({ schema });
  await ledger.registerWebhook(old);
  await ledger.recordExecution(newExecution([claimRequest(0)]));
  const claim = await claimOf(ledger, 0);
  const [atCommit, removed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let isHeld = false;
  const pool = newPool();
  const writer = await open({
    schema,
    pool: watchedPool(pool, async ({ text, send }) => {
      if (isHeld && text === "COMMIT") {
        atCommit.resolve();
        await removed.promise;
      }
      return send();
    }),
  });
  isHeld = true;
  const writing = writer.refuse(claim, refusal);
  await atCommit.promise;
  await ledger.removeWebhook("finance");
  isHeld = false;
  removed.resolve();
  await writing;
  const left = async () => {
    const [row] = await rows(`SELECT count(*)::int AS n FROM ${schema}.webhook_message`);
    return row?.["n"];
  };
  expect(await left()).toBeGreaterThan(0);
  return { ledger, left, end: () => pool.end() };
}

test("a message whose endpoint was removed while it was written is removed with those that are too old", async () => {
  const { ledger, left, end } = await withStray();
  await ledger.registerWebhook({ name: "other", url: "https://other.example" });
  await ledger.expireMessages(0);
  expect(await left()).toBe(0);
  await end();
});

test("an endpoint that is registered under the name of a removed one gets none of its messages", async () => {
  const { ledger, left, end } = await withStray();
  await ledger.registerWebhook({ ...old, url: "https://new.example" });
  expect((await ledger.takeMessages("finance", { limit: 10, hold: 1 })).messages).toEqual([]);
  expect(await left()).toBe(0);
  await end();
});

test("the decisions of a stopped execution read all of its records once, not each time", async () => {
  const schema = newSchema();
  let reads = 0;
  const pool = newPool();
  const ledger = await open({
    schema,
    pool: watchedPool(pool, ({ text, send }) => {
      if (/SELECT record FROM \S*token_record\S* WHERE execution_id = \$1/.test(text.replaceAll(/\s+/g, " ")))
        reads += 1;
      return send();
    }),
  });
  await ledger.registerWebhook(old);
  const places = Array.from({ length: 8 }, (_, recIndex) => claimRequest(recIndex));
  await ledger.recordExecution(newExecution(places));
  const claims = await Promise.all(places.map(({ recIndex }) => claimOf(ledger, recIndex)));
  for (const claim of claims) await ledger.submit(claim, planned({ token: claim.token, handle: { id: claim.token } }));
  await ledger.amend("execution-1", { kind: "cancel", person: "ann", reason: "because" });
  reads = 0;
  for (const claim of claims) await ledger.purchase(claim, bought({ id: claim.token }));
  expect(reads).toBe(1);
  await pool.end();
});
