import type { HistoryEntry, Ledger, RecordPlace, RecordsQuery, TokenRecord } from "../contract/ledger.ts";
import { createLedger } from "./create-ledger.ts";
import { createSerializer } from "./serialize.ts";
import { countedPrices } from "../contract/counted-price.ts";
import type { ExecutionEntry, ExecutionRecord, NumberedEntry, SubmittedKey } from "../contract/execution-record.ts";
import { isParked, workLeft } from "../contract/execution-state.ts";
import { boughtAt } from "../contract/twin.ts";
import { withoutRestored, withRestored } from "./execution-rules.ts";
import { type LedgerStore, type LedgerTransaction, occupiedLane, restingSince } from "./ledger-store.ts";
import { keepAnnounced, type KeptWebhooks, memoryWebhooks, noWebhooks } from "./memory-webhooks.ts";
import type { Announcement, AnnouncingTransaction, WebhookStore } from "./webhook-store.ts";

/**
 * A ledger that lives as long as the process: for tests and trials. It protects nobody from a crash.
 *
 * `clock` gives milliseconds since 1970; default the machine's.
 */
export function createMemoryLedger({ clock = Date.now }: { readonly clock?: () => number } = {}): Ledger {
  const kept: Kept = {
    records: new Map(),
    owners: new Map(),
    lanes: new Map(),
    entries: new Map(),
    executions: new Map(),
    numbered: new Map(),
    keys: new Map(),
    webhooks: noWebhooks(),
    restoredAt: undefined,
  };
  const oneByOne = createSerializer();
  return createLedger({
    ...readsOf(kept, clock),
    ...memoryWebhooks(kept.webhooks, clock, oneByOne),
    now: async () => clock(),
    checkPlace: async () => undefined,
    restoredAt: async () => kept.restoredAt,
    markRestored: async () => {
      // Later than all that it holds, also where the clock was ahead when that was recorded.
      const held = [...kept.executions.values()].map(({ updatedAt }) => updatedAt + 1);
      kept.restoredAt = Math.max(clock(), (kept.restoredAt ?? -1) + 1, ...held);
    },
    close: async () => undefined,
    transaction: (_keys, run) =>
      oneByOne(async () => {
        const { transaction, commit } = begin(kept, clock());
        const result = await run(transaction);
        commit();
        return result;
      }),
  });
}

type Happened =
  | { readonly kind: "execution"; readonly entry: ExecutionEntry }
  | { readonly kind: "recommendation"; readonly recIndex: number; readonly entry: HistoryEntry };

/** All that the ledger holds. */
interface Kept {
  readonly records: Map<string, TokenRecord>;
  /** Token by commitment id, by scope. */
  readonly owners: Map<string, Map<string, string>>;
  /** The tokens by the lane that their records occupy, undefined for none. */
  readonly lanes: Map<string | undefined, Set<string>>;
  /** By token. */
  readonly entries: Map<string, HistoryEntry[]>;
  readonly executions: Map<string, ExecutionRecord>;
  /** All that happened, by execution; the first has the number 1. */
  readonly numbered: Map<string, Happened[]>;
  /** By caller and key. */
  readonly keys: Map<string, SubmittedKey>;
  readonly webhooks: KeptWebhooks;
  restoredAt: number | undefined;
}

function executionIn({ executions, restoredAt }: Kept, executionId: string): ExecutionRecord | undefined {
  const stored = executions.get(executionId);
  return stored && withRestored(stored, restoredAt);
}

function recordsIn({ records }: Kept, executionId: string): TokenRecord[] {
  return sorted(records.values(), (record) => record.executionId === executionId);
}

/** The records that are meant, by recIndex. */
function sorted(records: Iterable<TokenRecord>, keep: (record: TokenRecord) => boolean): TokenRecord[] {
  return [...records].filter(keep).toSorted((a, b) => a.recIndex - b.recIndex);
}

function readsOf(
  kept: Kept,
  clock: () => number,
): Omit<
  LedgerStore,
  "now" | "checkPlace" | "close" | "transaction" | "restoredAt" | "markRestored" | keyof WebhookStore
> {
  const { records, owners, entries, executions, numbered, keys } = kept;
  const happenedTo = (executionId: string) => numbered.get(executionId) ?? [];
  return {
    purchasedIn: async (scopeKey, { after, limit } = { after: undefined, limit: Infinity }) => {
      const isMeant = (record: TokenRecord) => record.state === "purchased" && record.scope.key === scopeKey;
      if (limit === Infinity) return sorted(records.values(), isMeant);
      const all = [...records.values()];
      // From 0 on where there is none before it.
      const begin = all.findIndex(({ token }) => token === after) + 1;
      return all.slice(begin).filter(isMeant).slice(0, limit);
    },
    boughtAlike: async ({ fingerprints, since, exceptExecution }, limit) =>
      alike(records, fingerprints, since, ({ executionId }) => executionId !== exceptExecution).slice(0, limit),
    owners: async (scopeKey) => [...(owners.get(scopeKey) ?? [])],
    ownerCount: async (scopeKey) => owners.get(scopeKey)?.size ?? 0,
    recordsOf: async (executionId) => recordsIn(kept, executionId),
    execution: async (executionId) => executionIn(kept, executionId),
    recorded: async (executionId) => {
      const execution = executionIn(kept, executionId);
      return execution && { execution, records: recordsIn(kept, executionId), at: clock() };
    },
    executions: async ({ caller, after, limit }) =>
      [...executions.values()]
        .filter(({ owner }) => caller === undefined || owner?.caller === caller)
        .toSorted(byLastChange)
        .filter((execution) => after === undefined || byLastChange(execution, after) > 0)
        .slice(0, limit)
        .map((execution) => withRestored(execution, kept.restoredAt)),
    executionHistory: async (executionId) =>
      happenedTo(executionId).flatMap(({ kind, entry }) => (kind === "execution" ? [entry] : [])),
    historySince: async (executionId, after, limit) =>
      happenedTo(executionId)
        .slice(after, after + limit)
        .map((happened, index): NumberedEntry => ({ number: after + index + 1, ...happened })),
    executionOfKey: async (caller, key) => keys.get(nameOf({ caller, key }))?.executionId,
    withWork: async (kinds, before, limit, after) =>
      [...records.values()]
        .filter((record) => kinds.some((kind) => kind === workLeft(record)) && restingSince(record) <= before)
        .filter((record) => after === undefined || byAge(record, after) > 0)
        .toSorted(byAge)
        .slice(0, limit),
    records: async (query) => {
      const { tokens } = query;
      const all = tokens === undefined ? [...records.values()] : tokens.flatMap((token) => records.get(token) ?? []);
      return select(all, query, clock());
    },
    history: async (token) => [...(entries.get(token) ?? [])],
  };
}

/** Those with one of these fingerprints that were bought since a time, the latest first. */
function alike(
  records: Kept["records"],
  fingerprints: readonly string[],
  since: number,
  keep: (record: TokenRecord) => boolean,
): TokenRecord[] {
  const wanted = new Set(fingerprints);
  const time = (record: TokenRecord) => boughtAt(record) ?? -Infinity;
  return [...records.values()]
    .filter((record) => wanted.has(record.fingerprint) && time(record) >= since && keep(record))
    .toSorted((a, b) => time(b) - time(a));
}

function select(
  all: readonly TokenRecord[],
  { states, held, work, oldestAfter, limit }: RecordsQuery,
  now: number,
): readonly TokenRecord[] {
  return all
    .filter((record) => states?.includes(record.state) ?? true)
    .filter((record) => held === undefined || held === restingSince(record) > now)
    .filter((record) => work === undefined || work === workLeft(record) || (work === "parked" && isParked(record)))
    .toSorted((a, b) => (oldestAfter === undefined ? restingSince(b) - restingSince(a) : 0) || byAge(a, b))
    .filter((record) => oldestAfter === undefined || oldestAfter === "beginning" || byAge(record, oldestAfter) > 0)
    .slice(0, limit);
}

/** A transaction, and what makes it take effect. */
function begin(kept: Kept, now: number): { readonly transaction: LedgerTransaction; readonly commit: () => void } {
  const { records, owners, lanes, entries, executions, numbered, keys } = kept;
  const written = new Map<string, TokenRecord>();
  const amended = new Map<string, ExecutionRecord>();
  const happened: (Happened & { readonly executionId: string })[] = [];
  const taken = new Map<string, SubmittedKey>();
  const owned: { readonly scopeKey: string; readonly id: string; readonly token: string }[] = [];
  const appended: HistoryEntry[] = [];
  const announced = new Map<string, readonly Announcement[]>();
  const transaction: LedgerTransaction = {
    now,
    get: async (token) => written.get(token) ?? records.get(token),
    put: async (record, entry) => {
      written.set(record.token, stored(record));
      appended.push(stored(entry));
      const { executionId, recIndex } = record;
      happened.push({ executionId, kind: "recommendation", recIndex, entry: stored(entry) });
    },
    touch: async (record) => {
      written.set(record.token, stored(record));
    },
    inLane: async (lane, exceptToken) => [...(lanes.get(lane) ?? [])].filter((token) => token !== exceptToken),
    boughtAlike: async (print, since, own) => alike(records, [print], since, ({ token }) => token !== own),
    execution: async (executionId) => amended.get(executionId) ?? executionIn(kept, executionId),
    putExecution: async (execution, entry) => {
      amended.set(execution.executionId, stored(withoutRestored(execution)));
      happened.push({ executionId: execution.executionId, kind: "execution", entry: stored(entry) });
    },
    recordsOf: async (executionId) => recordsIn(kept, executionId),
    counted: async (executionId, exceptToken) =>
      [...records.values()].flatMap((record) =>
        record.executionId === executionId && record.token !== exceptToken ? countedPrices(record) : [],
      ),
    takeKey: async (key) => {
      const earlier = keys.get(nameOf(key));
      if (earlier === undefined) taken.set(nameOf(key), key);
      return earlier;
    },
    own: async (scopeKey, ids, token) => {
      const taken = ids.filter((id) => (owners.get(scopeKey)?.get(id) ?? token) !== token);
      for (const id of ids) owned.push({ scopeKey, id, token });
      return taken;
    },
    ...announcingIn(kept, announced, {
      execution: (executionId) => amended.get(executionId) ?? executionIn(kept, executionId),
      records: (executionId) => {
        const own = [...records, ...written].filter(([, record]) => record.executionId === executionId);
        return sorted(new Map(own).values(), () => true);
      },
      added: (executionId) => happened.filter((line) => line.executionId === executionId).length,
    }),
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
    addEntries(entries, appended);
    for (const execution of amended.values()) executions.set(execution.executionId, execution);
    for (const [name, key] of taken) keys.set(name, key);
    addLines(numbered, happened);
    for (const [executionId, all] of announced) keepAnnounced(kept.webhooks, executionId, all);
  };
  return { transaction, commit };
}

/** Each in the history of its token. */
function addEntries(entries: Kept["entries"], appended: readonly HistoryEntry[]): void {
  for (const entry of appended) {
    const before = entries.get(entry.token);
    if (before === undefined) entries.set(entry.token, [entry]);
    else before.push(entry);
  }
}

/** Numbers lines by their places. */
function addLines(
  numbered: Kept["numbered"],
  happened: readonly (Happened & { readonly executionId: string })[],
): void {
  for (const { executionId, ...line } of happened) {
    const lines = numbered.get(executionId);
    if (lines === undefined) numbered.set(executionId, [line]);
    else lines.push(line);
  }
}

/** What a transaction has written so far, of one execution. */
interface WrittenSoFar {
  readonly execution: (executionId: string) => ExecutionRecord | undefined;
  readonly records: (executionId: string) => readonly TokenRecord[];
  /** How many lines of history. */
  readonly added: (executionId: string) => number;
}

/** The part of a transaction that writes messages: into `announced`, by execution. */
function announcingIn(
  { webhooks, numbered, restoredAt }: Kept,
  announced: Map<string, readonly Announcement[]>,
  so: WrittenSoFar,
): AnnouncingTransaction {
  return {
    announcing: async (executionId) => {
      const execution = so.execution(executionId);
      if (webhooks.endpoints.size === 0 || execution === undefined) return undefined;
      const records = so.records(executionId);
      return {
        execution: withRestored(execution, restoredAt),
        number: (numbered.get(executionId)?.length ?? 0) + so.added(executionId),
        standings: webhooks.standings.get(executionId) ?? new Map(),
        hasUnfinished: records.some((record) => workLeft(record) === "unfinished"),
        hasSent: async () => records.some(({ state, parkedAt }) => isSent(state) && parkedAt === undefined),
        records: async () => records,
      };
    },
    announce: async (executionId, announcements) => void announced.set(executionId, announcements),
  };
}

const isSent = (state: TokenRecord["state"]) => state === "submitted" || state === "unknown";

function nameOf({ caller, key }: Pick<SubmittedKey, "caller" | "key">): string {
  return JSON.stringify([caller, key]);
}

/** Longest untouched first. */
function byAge(a: RecordPlace, b: RecordPlace): number {
  const executions = a.executionId < b.executionId ? -1 : a.executionId > b.executionId ? 1 : 0;
  return restingSince(a) - restingSince(b) || executions || a.recIndex - b.recIndex;
}

/** Last changed first. */
function byLastChange(
  a: Pick<ExecutionRecord, "executionId" | "updatedAt">,
  b: Pick<ExecutionRecord, "executionId" | "updatedAt">,
): number {
  return b.updatedAt - a.updatedAt || (a.executionId < b.executionId ? -1 : a.executionId > b.executionId ? 1 : 0);
}

/** What a store on disk would give back. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
