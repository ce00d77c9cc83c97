import type { HistoryEntry, Ledger, RecordPlace, RecordsQuery, TokenRecord } from "../contract/ledger.ts";
import { createLedger } from "./create-ledger.ts";
import { createSerializer } from "./serialize.ts";
import { type LedgerStore, type LedgerTransaction, occupiedLane, restingSince, workLeft } from "./ledger-store.ts";

/**
 * A ledger that lives as long as the process: for tests and trials. It protects nobody from a crash.
 *
 * `clock` gives milliseconds since 1970; default the machine's.
 */
export function createMemoryLedger({ clock = Date.now }: { readonly clock?: () => number } = {}): Ledger {
  const kept: Kept = { records: new Map(), owners: new Map(), lanes: new Map(), entries: [] };
  let restoredAt: number | undefined;
  const oneByOne = createSerializer();
  return createLedger({
    ...readsOf(kept, clock),
    now: async () => clock(),
    checkPlace: async () => undefined,
    restoredAt: async () => restoredAt,
    markRestored: async () => {
      restoredAt = clock();
    },
    close: async () => undefined,
    transaction: (_tokens, run) =>
      oneByOne(async () => {
        const { transaction, commit } = begin(kept, clock());
        const result = await run(transaction);
        commit();
        return result;
      }),
  });
}

/** All that the ledger holds. */
interface Kept {
  readonly records: Map<string, TokenRecord>;
  /** Token by commitment id, by scope. */
  readonly owners: Map<string, Map<string, string>>;
  /** The tokens by the lane that their records occupy, undefined for none. */
  readonly lanes: Map<string | undefined, Set<string>>;
  readonly entries: HistoryEntry[];
}

function readsOf(
  { records, owners, entries }: Kept,
  clock: () => number,
): Omit<LedgerStore, "now" | "checkPlace" | "close" | "transaction" | "restoredAt" | "markRestored"> {
  const sorted = (keep: (record: TokenRecord) => boolean) =>
    [...records.values()].filter(keep).toSorted((a, b) => a.recIndex - b.recIndex);
  return {
    purchasedIn: async (scopeKey, { after, limit } = { after: undefined, limit: Infinity }) => {
      const isMeant = (record: TokenRecord) => record.state === "purchased" && record.scope.key === scopeKey;
      if (limit === Infinity) return sorted(isMeant);
      const all = [...records.values()];
      // From 0 on where there is none before it.
      const begin = all.findIndex(({ token }) => token === after) + 1;
      return all.slice(begin).filter(isMeant).slice(0, limit);
    },
    owners: async (scopeKey) => [...(owners.get(scopeKey) ?? [])],
    ownerCount: async (scopeKey) => owners.get(scopeKey)?.size ?? 0,
    execution: async (executionId) => sorted((record) => record.executionId === executionId),
    withWork: async (kinds, before, limit) =>
      [...records.values()]
        .filter((record) => kinds.some((kind) => kind === workLeft(record)) && restingSince(record) <= before)
        .toSorted((a, b) => restingSince(a) - restingSince(b) || a.recIndex - b.recIndex)
        .slice(0, limit),
    records: async (query) => {
      const { tokens } = query;
      const all = tokens === undefined ? [...records.values()] : tokens.flatMap((token) => records.get(token) ?? []);
      return select(all, query, clock());
    },
    history: async (token) => entries.filter((entry) => entry.token === token),
  };
}

function select(
  all: readonly TokenRecord[],
  { states, held, work, oldestAfter, limit }: RecordsQuery,
  now: number,
): readonly TokenRecord[] {
  return all
    .filter((record) => states?.includes(record.state) ?? true)
    .filter((record) => held === undefined || held === restingSince(record) > now)
    .filter((record) => work === undefined || work === workLeft(record))
    .toSorted((a, b) => (oldestAfter === undefined ? restingSince(b) - restingSince(a) : 0) || byAge(a, b))
    .filter((record) => oldestAfter === undefined || oldestAfter === "beginning" || byAge(record, oldestAfter) > 0)
    .slice(0, limit);
}

/** A transaction, and what makes it take effect. */
function begin(kept: Kept, now: number): { readonly transaction: LedgerTransaction; readonly commit: () => void } {
  const { records, owners, lanes, entries } = kept;
  const written = new Map<string, TokenRecord>();
  const owned: { readonly scopeKey: string; readonly id: string; readonly token: string }[] = [];
  const appended: HistoryEntry[] = [];
  const transaction: LedgerTransaction = {
    now,
    get: async (token) => written.get(token) ?? records.get(token),
    put: async (record, entry) => {
      written.set(record.token, stored(record));
      appended.push(stored(entry));
    },
    touch: async (record) => {
      written.set(record.token, stored(record));
    },
    inLane: async (lane, exceptToken) => [...(lanes.get(lane) ?? [])].filter((token) => token !== exceptToken),
    own: async (scopeKey, ids, token) => {
      const taken = ids.filter((id) => (owners.get(scopeKey)?.get(id) ?? token) !== token);
      for (const id of ids) owned.push({ scopeKey, id, token });
      return taken;
    },
  };
  const commit = () => {
    for (const [token, record] of written) {
      const [before, after] = [records.get(token), record].map((one) => one && occupiedLane(one));
      lanes.get(before)?.delete(token);
      lanes.set(after, (lanes.get(after) ?? new Set()).add(token));
      records.set(token, record);
    }
    for (const { scopeKey, id, token } of owned) {
      owners.set(scopeKey, (owners.get(scopeKey) ?? new Map<string, string>()).set(id, token));
    }
    entries.push(...appended);
  };
  return { transaction, commit };
}

/** Longest untouched first. */
function byAge(a: RecordPlace, b: RecordPlace): number {
  const executions = a.executionId < b.executionId ? -1 : a.executionId > b.executionId ? 1 : 0;
  return restingSince(a) - restingSince(b) || executions || a.recIndex - b.recIndex;
}

/** What a store on disk would give back. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
