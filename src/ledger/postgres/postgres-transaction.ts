import { LedgerError } from "../../contract/errors.ts";
import type { DriveJobs } from "../../contract/drive-jobs.ts";
import { readCount, storedCount } from "../../contract/counted-price.ts";
import type { ExecutionEntry, ExecutionRecord } from "../../contract/execution-record.ts";
import { workLeft } from "../../contract/execution-state.ts";
import type { HistoryEntry, TokenRecord } from "../../contract/ledger.ts";
import { boughtAt } from "../../contract/twin.ts";
import {
  keyIn,
  type LedgerTransaction,
  mostAsked,
  occupiedLane,
  restingSince,
  type TransactionKeys,
} from "../ledger-store.ts";
import { withoutRestored, withRestored } from "../execution-rules.ts";
import type { Query, Row } from "./postgres-session.ts";
import { announcingIn } from "./postgres-webhooks.ts";
import { tellerOf } from "./send-job.ts";
import type { statements } from "./statements.ts";

/** What a transaction works with. */
export interface TransactionParts {
  readonly query: Query;
  readonly sql: ReturnType<typeof statements>;
  /** The ledger's time, from a row that holds the server's. */
  readonly time: (row: Row | undefined) => number;
  readonly parse: <T>(json: unknown) => T;
  /** Told what may be driven; undefined: nobody. */
  readonly jobs?: DriveJobs | undefined;
}

/** Locks and reads the executions, then the tokens, in one statement; `write` writes what was changed since. */
export async function beginTransaction(
  { query, sql, time, parse, jobs }: TransactionParts,
  { tokens, executions: executionIds = [] }: TransactionKeys,
): Promise<{ readonly transaction: LedgerTransaction; readonly write: () => Promise<void> }> {
  const [row] = await query(sql.lock, JSON.stringify([...new Set(tokens)]), JSON.stringify(executionIds));
  const executions = lockedExecutions({ query, sql, parse }, executionIds, row);
  const found = parse<string[]>(row?.["records"]).map((json) => parse<TokenRecord>(json));
  const records = createLockedRecords(tokens, found, parse);
  const stored = new Set(found.map(({ token }) => token));
  /** What is to be written: by token, as JSON. */
  const changed = new Map<string, string>();
  let entries: HistoryEntry[] = [];

  async function write(): Promise<void> {
    await executions.write();
    if (changed.size === 0) return;
    const rows = [...changed].flatMap(([token, json]) => recordRow(records.asPut(token), json, !stored.has(token)));
    const lines = entries.map((entry) => {
      const executionId = records.asPut(entry.token)?.executionId;
      return { execution_id: executionId, token: entry.token, entry: JSON.stringify(entry) };
    });
    await query(sql.write, JSON.stringify(rows), JSON.stringify(lines));
    for (const token of changed.keys()) stored.add(token);
    changed.clear();
    entries = [];
  }
  function touch(record: TokenRecord): void {
    const json = JSON.stringify(record);
    records.put(record, json);
    changed.set(record.token, json);
  }
  async function lockRecordsOf(executionId: string): Promise<readonly TokenRecord[]> {
    await executions.get(executionId);
    const [locked] = await query(sql.lockRecordsOf, executionId);
    const all = parse<string[]>(locked?.["records"]).map((json) => parse<TokenRecord>(json));
    records.add(all);
    for (const { token } of all) stored.add(token);
    return all;
  }

  const transaction: LedgerTransaction = {
    now: time(row),
    get: async (token) => records.get(token),
    put: async (record, entry) => {
      touch(record);
      entries.push(entry);
    },
    touch: async (record) => touch(record),
    inLane: async (lane, exceptToken) => {
      await write();
      return (await query(sql.inLane, lane, exceptToken)).map((other) => String(other["token"]));
    },
    boughtAlike: async (fingerprint, since, exceptToken) => {
      await write();
      await query(sql.lockAlike, `buyonce alike ${fingerprint}`);
      const fingerprints = JSON.stringify([fingerprint]);
      const rows = await query(sql.boughtAlike, fingerprints, String(since), exceptToken, "", String(mostAsked));
      return rows.map((alike) => parse<TokenRecord>(alike["record"]));
    },
    execution: executions.get,
    putExecution: executions.put,
    recordsOf: lockRecordsOf,
    counted: async (executionId, exceptToken) => {
      await write();
      return (await query(sql.counted, executionId, exceptToken)).flatMap((counted) =>
        readCount(String(counted["counted"])),
      );
    },
    ...atOnce({ query, sql, jobs }, time(row)),
    ...announcingIn({ query, sql, parse, write, row }),
  };
  return { transaction, write };
}

/** What is written at once: what belongs to whoever came first, and jobs. */
function atOnce(
  { query, sql, jobs }: Pick<TransactionParts, "query" | "sql" | "jobs">,
  now: number,
): Pick<LedgerTransaction, "takeKey" | "own" | "drivable"> {
  return {
    ...tellerOf(jobs, now, query),
    takeKey: async ({ caller, key, executionId, termsHash, at }) => {
      const [taken] = await query(sql.takeKey, caller, key, executionId, termsHash, String(at));
      const [held] = taken === undefined ? await query(sql.key, caller, key) : [];
      return held && keyIn(held, { caller, key });
    },
    own: async (scopeKey, ids, token) => {
      const owners = await query(sql.own, scopeKey, JSON.stringify(ids), token);
      return owners.filter((owner) => owner["token"] !== token).map((owner) => String(owner["commitment_id"]));
    },
  };
}

/** The records that a transaction is about. What is put is made of its JSON only once it is read: most of it never is. */
function createLockedRecords(
  tokens: readonly string[],
  found: readonly TokenRecord[],
  parse: TransactionParts["parse"],
) {
  const known = new Map<string, TokenRecord | undefined>(tokens.map((token) => [token, undefined]));
  /** What was put and not read since, as JSON. */
  const unread = new Map<string, string>();
  const add = (read: readonly TokenRecord[]) => {
    for (const record of read) {
      known.set(record.token, record);
      unread.delete(record.token);
    }
  };
  add(found);
  return {
    add,
    put: (record: TokenRecord, json: string) => {
      checkLocked(known, record.token);
      known.set(record.token, record);
      unread.set(record.token, json);
    },
    /** As it was put, or read. */
    asPut: (token: string) => known.get(token),
    /** As its row will hold it. */
    get: (token: string): TokenRecord | undefined => {
      checkLocked(known, token);
      const json = unread.get(token);
      if (json !== undefined) add([parse<TokenRecord>(json)]);
      return known.get(token);
    },
  };
}

function checkLocked(locked: ReadonlyMap<string, unknown>, key: string): void {
  if (!locked.has(key)) throw new TypeError("A transaction reads and writes only what it locked.");
}

/** The executions that a transaction is about, as the row holds them that locked them. */
function lockedExecutions(
  { query, sql, parse }: Pick<TransactionParts, "query" | "sql" | "parse">,
  executionIds: readonly string[],
  row: Row | undefined,
) {
  const known = new Map<string, ExecutionRecord | undefined>(executionIds.map((id) => [id, undefined]));
  for (const json of parse<string[]>(row?.["executions"])) {
    const execution = withRestored(parse<ExecutionRecord>(json), restoredIn(row));
    known.set(execution.executionId, execution);
  }
  const stored = new Set([...known].flatMap(([id, execution]) => (execution ? [id] : [])));
  const changed = new Set<string>();
  let entries: ExecutionEntry[] = [];
  return {
    get: async (executionId: string) => {
      checkLocked(known, executionId);
      return known.get(executionId);
    },
    put: async (execution: ExecutionRecord, entry: ExecutionEntry) => {
      checkLocked(known, execution.executionId);
      known.set(execution.executionId, parse(JSON.stringify(execution)));
      changed.add(execution.executionId);
      entries.push(entry);
    },
    write: async () => {
      if (changed.size === 0) return;
      const rows = [...changed].map((id) => {
        const execution = known.get(id);
        const record = JSON.stringify(execution && withoutRestored(execution));
        const { owner, updatedAt } = execution ?? {};
        return { execution_id: id, caller: owner?.caller, updated_at: updatedAt, record, is_new: !stored.has(id) };
      });
      const lines = entries.map((entry) => ({ execution_id: entry.executionId, entry: JSON.stringify(entry) }));
      await query(sql.writeExecutions, JSON.stringify(rows), JSON.stringify(lines));
      for (const id of changed) stored.add(id);
      changed.clear();
      entries = [];
    },
  };
}

/** When the ledger was last restored, as a row holds it. */
export function restoredIn(row: Row | undefined): number | undefined {
  return typeof row?.["restored"] === "string" ? Number(row["restored"]) : undefined;
}

/** Reads what columns hold; throws a LedgerError `ledger-corrupt` for what is not JSON. `ledger` names it in the message. */
export function parserOf(ledger: string): <T>(json: unknown) => T {
  return <T>(json: unknown) => {
    try {
      return JSON.parse(String(json)) as T;
    } catch (cause) {
      throw new LedgerError({
        code: "ledger-corrupt",
        message: `The ledger in ${ledger} holds a record that is not JSON. Restore it from a backup.`,
        cause,
      });
    }
  };
}

function recordRow(record: TokenRecord | undefined, json: string, isNew: boolean) {
  if (record === undefined) return [];
  const { token, executionId, recIndex, scope, fingerprint, state } = record;
  return [
    {
      token,
      execution_id: executionId,
      rec_index: recIndex,
      scope_key: scope.key,
      fingerprint,
      state,
      lane: occupiedLane(record) ?? null,
      work_left: workLeft(record) ?? null,
      resting_since: restingSince(record),
      counted: storedCount(record),
      bought_at: boughtAt(record) ?? null,
      record: json,
      is_new: isNew,
    },
  ];
}
