import { auditScope } from "../../src/audit/audit-scope.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { Listed } from "../../src/contract/listed.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { readCanaries } from "../../src/drive/check-canary.ts";
import { findUnfinished } from "../../src/drive/redrive-unfinished.ts";
import { pendingIn } from "../../src/drive/watch-pending.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import type { StatusFilter } from "../../src/inspect/status-filters.ts";

/** `buyonce status`. */
export const showStatus = (ledger: Ledger, state?: StatusFilter) => ledgerStatus(ledger, { state });

/** What `buyonce settle` finds to do. */
export const settling = (ledger: Ledger) => pendingIn(ledger, undefined);

/** What `buyonce redrive` finds to do. */
export const findWork = (ledger: Ledger) =>
  findUnfinished(ledger, { olderThan: 0, limit: 100, refused: false, parked: false }, () => true);

/** What a drive reads of a scope before its listing. */
export const readCanariesOf = (ledger: Ledger, key: string) =>
  readCanaries(ledger, { key, label: key }, () => undefined);

/** An audit of a scope whose listing shows what the ledger knows of it, and answers at once. */
export async function auditOf(ledger: Ledger, scopeKey: string): Promise<() => Promise<unknown>> {
  const listed = await listingOf(ledger, scopeKey);
  return () => auditListed(ledger, scopeKey, listed);
}

/** The same, where something carries a token, of which a part is shown, that the ledger does not know. */
export async function partAudit(ledger: Ledger, scopeKey: string): Promise<() => Promise<unknown>> {
  const token = deriveIdempotencyToken("nobody's", 0).slice(0, 32);
  const commitment = { id: "strange", state: "Succeeded", standing: "live", settled: true, marked: true } as const;
  const strange: Listed = { commitment, marks: [{ text: token, whole: false }], facts: {} };
  const listed = [...(await listingOf(ledger, scopeKey)), strange];
  return () => auditListed(ledger, scopeKey, listed);
}

async function listingOf(ledger: Ledger, scopeKey: string): Promise<readonly Listed[]> {
  const bought = await ledger.purchasedIn(scopeKey);
  return bought.flatMap(({ token, commitment }) =>
    commitment === undefined ? [] : { commitment, marks: [{ text: token, whole: true }], facts: {} },
  );
}

async function auditListed(ledger: Ledger, key: string, listed: readonly Listed[]): Promise<void> {
  const executor = {
    inventory: {
      list: async function* () {
        yield listed;
      },
      read: async () => undefined,
    },
  } satisfies Partial<ServiceExecutor>;
  const { signal } = new AbortController();
  const parts = { ledger, environment: systemEnvironment, signal };
  // An audit asks of an executor what it lists and nothing else.
  await auditScope(executor as unknown as ServiceExecutor, { key, label: key }, parts);
}
