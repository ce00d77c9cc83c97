import type { DatabaseSync } from "node:sqlite";
import type { ExecutionRecord } from "../../contract/execution-record.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { OutboxMessage, WebhookEndpoint } from "../../contract/webhook-ledger.ts";
import {
  type AnnouncingTransaction,
  type EndpointTransaction,
  placeOf,
  toldToOthers,
  type WebhookStore,
  wholeExecution,
} from "../webhook-store.ts";

type Row = Readonly<Record<string, unknown>>;
type Parse = <T>(json: string) => T;

/** The statements on endpoints and messages. */
export type WebhookStatements = ReturnType<typeof webhookStatements>;

/** Prepares them. */
export function webhookStatements(database: DatabaseSync) {
  return {
    isWanted: database.prepare("SELECT EXISTS (SELECT 1 FROM webhook_endpoint) AS wanted"),
    lastNumber: database.prepare(
      `SELECT max(
         coalesce((SELECT max(number) FROM history WHERE execution_id = ?1), 0),
         coalesce((SELECT max(number) FROM execution_history WHERE execution_id = ?1), 0)) AS n`,
    ),
    hasUnfinished: database.prepare(
      "SELECT EXISTS (SELECT 1 FROM token_record WHERE execution_id = ? AND work_left = 'unfinished') AS n",
    ),
    hasSent: database.prepare(
      `SELECT EXISTS (SELECT 1 FROM token_record WHERE execution_id = ? AND work_left = 'unfinished'
         AND state IN ('submitted', 'unknown') AND json_extract(record, '$.parkedAt') IS NULL) AS n`,
    ),
    tellAgain: database.prepare(
      `UPDATE announced SET standing = standing || ?1
       WHERE NOT EXISTS (SELECT 1 FROM webhook_endpoint) AND substr(standing, -length(?1)) <> ?1`,
    ),
    standing: database.prepare("SELECT standing FROM announced WHERE execution_id = ? AND rec_index = ?"),
    keepStanding: database.prepare(
      `INSERT INTO announced (execution_id, rec_index, standing) VALUES (?, ?, ?)
       ON CONFLICT (execution_id, rec_index) DO UPDATE SET standing = excluded.standing`,
    ),
    write: database.prepare(
      `INSERT INTO webhook_message (endpoint, execution_id, written_at, due_at, attempts, message)
       SELECT name, ?1, ?2, ?2, 0, ?3 FROM webhook_endpoint ORDER BY name`,
    ),
    endpoint: database.prepare("SELECT record FROM webhook_endpoint WHERE name = ?"),
    putEndpoint: database.prepare(
      `INSERT INTO webhook_endpoint (name, record) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET record = excluded.record`,
    ),
    removeEndpoint: database.prepare("DELETE FROM webhook_endpoint WHERE name = ?"),
    removeMessages: database.prepare("DELETE FROM webhook_message WHERE endpoint = ?"),
    all: database.prepare(
      `SELECT record, count(m.sequence) AS waiting, min(m.written_at) AS oldest
       FROM webhook_endpoint AS e LEFT JOIN webhook_message AS m ON m.endpoint = e.name GROUP BY e.name ORDER BY e.name`,
    ),
    due: database.prepare(
      `SELECT sequence, attempts, message FROM webhook_message AS m
       WHERE endpoint = ?1 AND due_at <= ?2 AND NOT EXISTS (
         SELECT 1 FROM webhook_message AS earlier
         WHERE earlier.endpoint = ?1 AND earlier.execution_id = m.execution_id AND earlier.sequence < m.sequence
           AND earlier.attempts = 0)
       ORDER BY due_at, sequence LIMIT ?3`,
    ),
    hold: database.prepare("UPDATE webhook_message SET due_at = ? WHERE sequence = ?"),
    attempts: database.prepare("SELECT attempts FROM webhook_message WHERE sequence = ?"),
    postpone: database.prepare("UPDATE webhook_message SET due_at = ?, attempts = attempts + 1 WHERE sequence = ?"),
    done: database.prepare("DELETE FROM webhook_message WHERE sequence = ?"),
    allDue: database.prepare("UPDATE webhook_message SET due_at = ?2 WHERE endpoint = ?1 AND attempts > 0"),
    expire: database.prepare("DELETE FROM webhook_message WHERE endpoint = ? AND written_at < ?"),
  };
}

/** What announcing reads of an execution. */
interface ExecutionReads {
  readonly execution: (executionId: string) => ExecutionRecord | undefined;
  readonly records: (executionId: string) => readonly TokenRecord[];
}

/** The part of a transaction that writes messages. */
export function announcingIn(sql: WebhookStatements, reads: ExecutionReads): AnnouncingTransaction {
  return {
    announcing: async (executionId, places) => {
      if (sql.isWanted.get()?.["wanted"] !== 1) return undefined;
      const execution = reads.execution(executionId);
      if (execution === undefined) return undefined;
      const standings = new Map<number | undefined, string>();
      for (const place of [...places, wholeExecution]) {
        const row = sql.standing.get(executionId, place);
        if (row !== undefined) standings.set(placeOf(place), String(row["standing"]));
      }
      return {
        execution,
        number: Number(sql.lastNumber.get(executionId)?.["n"]),
        standings,
        hasUnfinished: sql.hasUnfinished.get(executionId)?.["n"] === 1,
        hasSent: async () => sql.hasSent.get(executionId)?.["n"] === 1,
        records: async () => reads.records(executionId),
      };
    },
    announce: async (executionId, announcements) => {
      for (const { recIndex = wholeExecution, standing, message } of announcements) {
        sql.keepStanding.run(executionId, recIndex, standing);
        if (message !== undefined) sql.write.run(executionId, message.at, JSON.stringify(message));
      }
    },
  };
}

/** What the store does with endpoints: each is a transaction of its own. */
export function sqliteWebhooks(parts: {
  readonly sql: WebhookStatements;
  readonly parse: Parse;
  readonly clock: () => number;
  readonly read: <T>(run: () => T) => Promise<T>;
  readonly write: <T>(run: () => Promise<T>) => Promise<T>;
}): WebhookStore {
  const { sql, parse, clock, read, write } = parts;
  return {
    endpoint: (name, run) => write(() => run(endpointOf(sql, parse, name, clock()))),
    // One transaction after another: no message is written beside the removal of its endpoint.
    removeStray: async () => {},
    webhooks: () =>
      read(() =>
        sql.all.all().map((row) => ({
          ...parse<WebhookEndpoint>(String(row["record"])),
          waiting: Number(row["waiting"]),
          ...(row["oldest"] === null ? {} : { oldestAt: Number(row["oldest"]) }),
        })),
      ),
  };
}

function endpointOf(sql: WebhookStatements, parse: Parse, name: string, now: number): EndpointTransaction {
  const row = sql.endpoint.get(name);
  const message = (found: Row) => ({
    ...parse<OutboxMessage>(String(found["message"])),
    sequence: Number(found["sequence"]),
    attempts: Number(found["attempts"]),
  });
  return {
    now,
    endpoint: row && parse<WebhookEndpoint>(String(row["record"])),
    put: async (endpoint) => void sql.putEndpoint.run(name, JSON.stringify(endpoint)),
    begin: async () => {
      sql.removeMessages.run(name);
      sql.tellAgain.run(toldToOthers);
    },
    remove: async () => {
      sql.removeEndpoint.run(name);
      sql.removeMessages.run(name);
    },
    due: async (limit) => sql.due.all(name, now, limit).map(message),
    hold: async (sequences, until) => {
      for (const sequence of sequences) sql.hold.run(until, sequence);
    },
    attemptsOf: async (sequence) => {
      const found = sql.attempts.get(sequence);
      return found && Number(found["attempts"]);
    },
    postpone: async (sequence, until) => void sql.postpone.run(until, sequence),
    done: async (sequence) => void sql.done.run(sequence),
    allDue: async () => void sql.allDue.run(name, now),
    expire: async (before) => Number(sql.expire.run(name, before).changes),
  };
}
