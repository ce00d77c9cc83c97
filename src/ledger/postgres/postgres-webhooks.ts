import type { ExecutionRecord } from "../../contract/execution-record.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { OutboxMessage, WebhookEndpoint } from "../../contract/webhook-ledger.ts";
import { withRestored } from "../execution-rules.ts";
import {
  type AnnouncingTransaction,
  type EndpointTransaction,
  placeOf,
  toldToOthers,
  type WebhookStore,
  wholeExecution,
} from "../webhook-store.ts";
import type { Query, Row } from "./postgres-session.ts";
import { restoredIn, type TransactionParts } from "./postgres-transaction.ts";
import type { Transact } from "./transact.ts";

/** What announcing works with: `write` writes what was changed before. `row`: the one that began the transaction. */
interface AnnouncingParts extends Pick<TransactionParts, "query" | "sql" | "parse"> {
  readonly write: () => Promise<void>;
  readonly row: Row | undefined;
}

/** The part of a transaction that writes messages: two statements more, where an endpoint is registered. */
export function announcingIn({ query, sql, parse, write, row }: AnnouncingParts): AnnouncingTransaction {
  return {
    announcing: async (executionId, places) => {
      if (row?.["announces"] !== "true") return undefined;
      await write();
      const [found] = await query(sql.announcing, executionId, JSON.stringify([...places, wholeExecution]));
      if (found === undefined) return undefined;
      return {
        execution: withRestored(parse<ExecutionRecord>(found["record"]), restoredIn(found)),
        number: Number(found["number"]),
        standings: new Map(
          parse<[number, string][]>(found["standings"]).map(([place, standing]) => [placeOf(place), standing]),
        ),
        hasUnfinished: found["unfinished"] === "true",
        hasSent: async () => (await query(sql.hasSent, executionId))[0]?.["sent"] === "true",
        records: async () => (await query(sql.recordsOf, executionId)).map((one) => parse<TokenRecord>(one["record"])),
      };
    },
    announce: async (executionId, announcements) => {
      const all = announcements.map(({ recIndex = wholeExecution, standing, message }) => {
        const written = message && { at: message.at, message: JSON.stringify(message) };
        return { rec_index: recIndex, standing, ...written };
      });
      await query(sql.announce, executionId, JSON.stringify(all));
    },
  };
}

/** What the store does with endpoints: each is a transaction of its own, under the lock of the endpoint's row. */
export function postgresWebhooks({
  transact,
  sql,
  parse,
  clock,
}: Pick<TransactionParts, "sql" | "parse"> & {
  readonly transact: Transact;
  readonly clock: (() => number) | undefined;
}): WebhookStore {
  return {
    endpoint: (name, run) =>
      transact.write(async (query) => {
        const [row] = await query(sql.lockEndpoint, name);
        const now = clock?.() ?? Number(row?.["now"]);
        return run(endpointOf({ query, sql, parse }, name, { record: row?.["record"], now }));
      }),
    removeStray: () => transact.write(async (query) => void (await query(sql.removeStray))),
    webhooks: async () =>
      (await transact.read((query) => query(sql.allEndpoints))).map((row) => ({
        ...parse<WebhookEndpoint>(row["record"]),
        waiting: Number(row["waiting"]),
        ...(row["oldest"] === null ? {} : { oldestAt: Number(row["oldest"]) }),
      })),
  };
}

function endpointOf(
  { query, sql, parse }: Pick<TransactionParts, "sql" | "parse"> & { readonly query: Query },
  name: string,
  { record, now }: { readonly record: unknown; readonly now: number },
): EndpointTransaction {
  const run = async (statement: string, ...values: readonly string[]) => void (await query(statement, ...values));
  return {
    now,
    endpoint: typeof record === "string" ? parse<WebhookEndpoint>(record) : undefined,
    put: (endpoint) => run(sql.putEndpoint, name, JSON.stringify(endpoint)),
    begin: async () => {
      await run(sql.removeMessages, name);
      await run(sql.tellAgain, toldToOthers);
    },
    remove: async () => {
      await run(sql.removeEndpoint, name);
      await run(sql.removeMessages, name);
    },
    due: async (limit) =>
      (await query(sql.due, name, String(now), String(limit))).map((row) => ({
        ...parse<OutboxMessage>(row["message"]),
        sequence: Number(row["sequence"]),
        attempts: Number(row["attempts"]),
      })),
    hold: (sequences, until) => run(sql.hold, JSON.stringify(sequences), String(until)),
    attemptsOf: async (sequence) => {
      const [row] = await query(sql.attempts, String(sequence));
      return row && Number(row["attempts"]);
    },
    postpone: (sequence, until) => run(sql.postpone, String(sequence), String(until)),
    done: (sequence) => run(sql.done, String(sequence)),
    allDue: () => run(sql.allDue, name, String(now)),
    expire: async (before) => {
      const [row] = await query(sql.expire, name, String(before));
      return Number(row?.["n"]);
    },
  };
}
