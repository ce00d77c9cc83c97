import { LedgerError } from "../../contract/errors.ts";
import type { HistoryEntry, TokenRecord } from "../../contract/ledger.ts";
import { type LedgerStore, type LedgerTransaction, occupiedLane, restingSince, workLeft } from "../ledger-store.ts";
import type { Query, Row } from "./postgres-session.ts";
import { statements } from "./statements.ts";
import type { Transact } from "./transact.ts";

/** What a store is made of. */
export interface PostgresStoreOptions {
  readonly transact: Transact;
  readonly schema: string;
  /** Names the ledger in messages. */
  readonly ledger: string;
  /** Instead of the server's clock. */
  readonly clock: (() => number) | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Records in PostgreSQL. A transaction locks and reads all its tokens in one statement, and writes all of them in
 * another one: how many there are makes no difference to the number of round trips.
 */
export function createPostgresStore({ transact, schema, ledger, clock, close }: PostgresStoreOptions): LedgerStore {
  const sql = statements(`"${schema}"`);

  function parse<T>(json: unknown): T {
    try {
      return JSON.parse(String(json)) as T;
    } catch (cause) {
      throw new LedgerError({
        code: "ledger-corrupt",
        message: `The ledger in ${ledger} holds a record that is not JSON. Restore it from a backup.`,
        cause,
      });
    }
  }
  const time = (row: Row | undefined) => clock?.() ?? Number(row?.["now"]);

  async function begin(query: Query, tokens: readonly string[]) {
    const [row] = await query(sql.lock, JSON.stringify([...new Set(tokens)]));
    const records = new Map<string, TokenRecord | undefined>(tokens.map((token) => [token, undefined]));
    for (const json of parse<string[]>(row?.["records"])) {
      const record = parse<TokenRecord>(json);
      records.set(record.token, record);
    }
    const stored = new Set([...records].flatMap(([token, record]) => (record ? [token] : [])));
    const changed = new Set<string>();
    let entries: HistoryEntry[] = [];

    async function write(): Promise<void> {
      if (changed.size === 0) return;
      const rows = [...changed].flatMap((token) => recordRow(records.get(token), !stored.has(token)));
      const lines = entries.map((entry) => ({ token: entry.token, entry: JSON.stringify(entry) }));
      await query(sql.write, JSON.stringify(rows), JSON.stringify(lines));
      for (const token of changed) stored.add(token);
      changed.clear();
      entries = [];
    }
    function touch(record: TokenRecord): void {
      lockedOnly(record.token);
      // As it will be read again.
      records.set(record.token, parse(JSON.stringify(record)));
      changed.add(record.token);
    }
    function lockedOnly(token: string): void {
      if (!records.has(token)) throw new TypeError("A transaction reads and writes only the tokens that it locked.");
    }

    const transaction: LedgerTransaction = {
      now: time(row),
      get: async (token) => {
        lockedOnly(token);
        return records.get(token);
      },
      put: async (record, entry) => {
        touch(record);
        entries.push(entry);
      },
      touch: async (record) => touch(record),
      inLane: async (lane, exceptToken) => {
        await write();
        return (await query(sql.inLane, lane, exceptToken)).map((found) => String(found["token"]));
      },
      own: async (scopeKey, ids, token) => {
        const owners = await query(sql.own, scopeKey, JSON.stringify(ids), token);
        return owners.filter((owner) => owner["token"] !== token).map((owner) => String(owner["commitment_id"]));
      },
    };
    return { transaction, write };
  }

  return {
    close,
    now: async () => {
      const [row] = clock ? [] : await transact.read((query) => query(sql.now));
      return time(row);
    },
    transaction: (tokens, run) =>
      transact.write(async (query) => {
        const { transaction, write } = await begin(query, tokens);
        const result = await run(transaction);
        await write();
        return result;
      }),
    purchasedIn: async (scopeKey, page) => {
      const rows = await transact.read((query) =>
        page === undefined
          ? query(sql.purchasedIn, scopeKey)
          : query(sql.purchasedPage, scopeKey, page.after ?? "", String(page.limit)),
      );
      return rows.map((row) => parse(row["record"]));
    },
    owners: async (scopeKey) => {
      const rows = await transact.read((query) => query(sql.owners, scopeKey));
      return rows.map((row) => [String(row["commitment_id"]), String(row["token"])] as const);
    },
    ownerCount: async (scopeKey) => {
      const [row] = await transact.read((query) => query(sql.ownerCount, scopeKey));
      return Number(row?.["n"]);
    },
    withWork: async (kinds, restingBefore, limit) =>
      (
        await transact.read((query) => query(sql.withWork, JSON.stringify(kinds), String(restingBefore), String(limit)))
      ).map((row) => parse(row["record"])),
    records: async ({ states, held, work, tokens, oldestAfter, limit }) => {
      const narrow = (value: unknown) => (value === undefined ? "" : JSON.stringify(value));
      const after = oldestAfter === "beginning" ? undefined : oldestAfter;
      const place = after ? [String(restingSince(after)), after.executionId, String(after.recIndex)] : ["", "", ""];
      const parameters = [narrow(states), narrow(held), narrow(clock?.()), work ?? "", narrow(tokens), ...place];
      const statement = sql.records(oldestAfter === undefined ? "DESC" : "ASC");
      const rows = await transact.read((query) => query(statement, ...parameters, String(limit)));
      return rows.map((row) => parse(row["record"]));
    },
    execution: async (executionId) =>
      (await transact.read((query) => query(sql.execution, executionId))).map((row) => parse(row["record"])),
    history: async (token) =>
      (await transact.read((query) => query(sql.history, token))).map((row) => parse(row["entry"])),
  };
}

function recordRow(record: TokenRecord | undefined, isNew: boolean) {
  if (record === undefined) return [];
  const { token, executionId, recIndex, scope, state } = record;
  return [
    {
      token,
      execution_id: executionId,
      rec_index: recIndex,
      scope_key: scope.key,
      state,
      lane: occupiedLane(record) ?? null,
      work_left: workLeft(record) ?? null,
      resting_since: restingSince(record),
      record: JSON.stringify(record),
      is_new: isNew,
    },
  ];
}
