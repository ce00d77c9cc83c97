import { expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { startLoopback } from "./support/azure-loopback.ts";
import {
  digestOf,
  fakeEnvironment,
  kindOf,
  order,
  otherToken,
  recommend,
  reservation,
} from "./support/azure-samples.ts";

const executionId = "audited";
const token = deriveIdempotencyToken(executionId, 0);
const ids = ["1", "2", "3", "4"].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
const tagged = (text: string) => ({ tags: { "cudly-idempotency-token": text } });

/** Drives where order 1 carries the token, then shows `later` to an audit. */
async function auditOf(later: readonly unknown[]) {
  let value: readonly unknown[] = [order({ displayName: `vm-${digestOf(token)}` }, { name: ids[0] })];
  await using server = await startLoopback((request) => {
    const shown = kindOf(request) === "list" ? value : [reservation({}, { name: "r-1" })];
    return request.method === "GET" ? { status: 200, body: { value: shown } } : { status: 500 };
  });
  const environment = fakeEnvironment();
  const providers = [createAzure({ endpoint: server.origin, environment, readAttempts: 1 })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers, environment });
  const { outcomes } = await purchaser.drive({ executionId, source: "s", recommendations: [recommend()] });
  expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: ids[0] } }]);
  value = later;
  const { findings } = await purchaser.audit({});
  return findings.map(({ kind, commitments, token: found }) => [kind, commitments.map(({ id }) => id), found]);
}

test("A18: an audit knows an order by the digest in its display name alone", async () => {
  const named = order({ displayName: `vm-${digestOf(token)}` }, { name: ids[0] });
  expect(await auditOf([named])).toEqual([]);
  expect(await auditOf([order({ displayName: "VM" }, { name: ids[0], ...tagged(`${token.toUpperCase()} `) })])).toEqual(
    [],
  );
});

test("A18: an order with the tag and one with the digest alone are duplicates, also of a token that nobody knows", async () => {
  const named = order({ displayName: `vm-${digestOf(token)}` }, { name: ids[0] });
  const twice = order({ displayName: "VM" }, { name: ids[1], ...tagged(token) });
  const strange = order({ displayName: `vm-${digestOf(otherToken)}` }, { name: ids[2] });
  const stranger = order({ displayName: "VM" }, { name: ids[3], ...tagged(otherToken) });
  expect(await auditOf([named, twice, strange, stranger])).toEqual([
    ["duplicate", [ids[0], ids[1]], token],
    ["duplicate", [ids[2], ids[3]], expect.any(String)],
  ]);
});

test("A18: a tag with another token goes before the display name: the recorded order has lost its marker", async () => {
  const taken = order({ displayName: `vm-${digestOf(token)}` }, { name: ids[0], ...tagged(otherToken) });
  expect((await auditOf([taken])).map(([kind]) => kind)).toEqual(["missing-marker"]);
});
