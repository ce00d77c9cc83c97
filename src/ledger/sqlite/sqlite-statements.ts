import type { DatabaseSync } from "node:sqlite";
import { webhookStatements } from "./sqlite-webhooks.ts";

/** The statements of the ledger, prepared once. */
export type SqliteStatements = ReturnType<typeof prepareStatements>;

/**
 * Marks the ledger as restored at a time: later than all that it holds, also where the clock by which that was recorded was ahead
 * of this one's.
 */
export const markRestored = `
  UPDATE ledger_file SET restored_at = max(?, coalesce(restored_at + 1, 0), coalesce((SELECT max(updated_at) + 1 FROM execution), 0))`;

/** The number of the next line of all that happens to an execution, its recommendations included. One transaction writes at a time. */
function nextNumber(executionId: string): string {
  const last = (table: string) => `coalesce((SELECT max(number) FROM ${table} WHERE execution_id = ${executionId}), 0)`;
  return `1 + max(${last("history")}, ${last("execution_history")})`;
}

/** Prepares them. */
export function prepareStatements(database: DatabaseSync) {
  return {
    ...executionStatements(database),
    webhooks: webhookStatements(database),
    totalChanges: database.prepare("SELECT total_changes() AS n"),
    countChange: database.prepare("UPDATE ledger_file SET changes = changes + 1"),
    get: database.prepare("SELECT record FROM token_record WHERE token = ?"),
    put: database.prepare(
      `INSERT INTO token_record
         (token, execution_id, rec_index, scope_key, fingerprint, state, lane, work_left, resting_since, counted, bought_at, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (token) DO UPDATE SET state = excluded.state, lane = excluded.lane,
         work_left = excluded.work_left, resting_since = excluded.resting_since,
         counted = excluded.counted, bought_at = excluded.bought_at, record = excluded.record`,
    ),
    append: database.prepare(
      `INSERT INTO history (token, execution_id, number, entry) VALUES (?1, ?2, ${nextNumber("?2")}, ?3)`,
    ),
    boughtAlike: database.prepare(
      `SELECT record FROM token_record
       WHERE fingerprint IN (SELECT value FROM json_each(?)) AND bought_at >= ? AND token <> ? AND execution_id <> ?
       ORDER BY bought_at DESC, token LIMIT ?`,
    ),
    inLane: database.prepare("SELECT token FROM token_record WHERE lane = ? AND token <> ?"),
    withWork: database.prepare(
      `SELECT record FROM token_record
       WHERE work_left IN (SELECT value FROM json_each(:kinds)) AND resting_since <= :before
         AND resting_since >= :since AND (resting_since, execution_id, rec_index) > (:since, :execution, :index)
       ORDER BY resting_since, execution_id, rec_index LIMIT :limit`,
    ),
    owner: database.prepare("SELECT token FROM commitment_owner WHERE scope_key = ? AND commitment_id = ?"),
    own: database.prepare("INSERT OR IGNORE INTO commitment_owner (scope_key, commitment_id, token) VALUES (?, ?, ?)"),
    // The index of the scopes holds the rows of each in the order of their numbers, which they keep.
    purchasedIn: database.prepare(
      `SELECT record FROM token_record WHERE scope_key = ? AND state = 'purchased'
         AND rowid > coalesce((SELECT rowid FROM token_record WHERE token = ?), 0)
       ORDER BY rowid LIMIT ?`,
    ),
    owners: database.prepare("SELECT commitment_id, token FROM commitment_owner WHERE scope_key = ?"),
    ownerCount: database.prepare("SELECT n FROM owner_count WHERE scope_key = ?"),
    recordsOf: database.prepare("SELECT record FROM token_record WHERE execution_id = ? ORDER BY rec_index"),
    counted: database.prepare(
      "SELECT counted FROM token_record WHERE execution_id = ? AND token <> ? AND counted IS NOT NULL",
    ),
    restoredAt: database.prepare("SELECT restored_at FROM ledger_file"),
    markRestored: database.prepare(markRestored),
    history: database.prepare("SELECT entry FROM history WHERE token = ? ORDER BY sequence"),
  };
}

/** Those on the records of executions. */
function executionStatements(database: DatabaseSync) {
  return {
    execution: database.prepare("SELECT record FROM execution WHERE execution_id = ?"),
    executions: database.prepare("SELECT record FROM execution ORDER BY updated_at DESC, execution_id LIMIT :limit"),
    executionsAfter: database.prepare(
      `SELECT record FROM execution WHERE updated_at < :at OR (updated_at = :at AND execution_id > :id)
       ORDER BY updated_at DESC, execution_id LIMIT :limit`,
    ),
    executionsOf: database.prepare(
      "SELECT record FROM execution WHERE caller = :caller ORDER BY updated_at DESC, execution_id LIMIT :limit",
    ),
    executionsOfAfter: database.prepare(
      `SELECT record FROM execution
       WHERE caller = :caller AND (updated_at < :at OR (updated_at = :at AND execution_id > :id))
       ORDER BY updated_at DESC, execution_id LIMIT :limit`,
    ),
    putExecution: database.prepare(
      `INSERT INTO execution (execution_id, caller, updated_at, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (execution_id) DO UPDATE SET updated_at = excluded.updated_at, record = excluded.record`,
    ),
    appendExecution: database.prepare(
      `INSERT INTO execution_history (execution_id, number, entry) VALUES (?1, ${nextNumber("?1")}, ?2)`,
    ),
    historySince: database.prepare(
      `SELECT number, NULL AS rec_index, entry FROM execution_history WHERE execution_id = :id AND number > :after
       UNION ALL
       SELECT h.number, t.rec_index, h.entry FROM history AS h JOIN token_record AS t ON t.token = h.token
       WHERE h.execution_id = :id AND h.number > :after
       ORDER BY number LIMIT :limit`,
    ),
    key: database.prepare("SELECT execution_id, terms_hash, at FROM submitted_key WHERE caller = ? AND key = ?"),
    takeKey: database.prepare(
      "INSERT INTO submitted_key (caller, key, execution_id, terms_hash, at) VALUES (?, ?, ?, ?, ?)",
    ),
    executionHistory: database.prepare("SELECT entry FROM execution_history WHERE execution_id = ? ORDER BY sequence"),
  };
}
