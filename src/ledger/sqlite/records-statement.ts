import type { RecordsQuery } from "../../contract/ledger.ts";
import { allStates, restingSince } from "../ledger-store.ts";

/** A statement and the values of its parameters. */
interface Statement {
  readonly text: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** Also those at which somebody asks for another look. */
const parked = `work_left IN ('parked', 'unfinished') AND (work_left = 'parked' OR
  (state = 'unknown' AND json_extract(record, '$.parkedAt') IS NOT NULL))`;

/**
 * The statement for a query of records, with the conditions that it has and no others, so that SQLite finds the index for
 * them: of tokens, of the work that is left, or of each state. The records, which are long, are read of those only that come
 * out. `now` is the ledger's clock.
 */
export function recordsStatement(query: RecordsQuery, now: number): Statement {
  const { states, held, work, tokens, oldestAfter, limit } = query;
  const after = oldestAfter === "beginning" ? undefined : oldestAfter;
  // The index of a state has no use beside one of the others: the sign keeps SQLite from it.
  const isNarrow = work !== undefined || tokens !== undefined;
  const few = isNarrow || states?.length === 0 ? states : undefined;
  const conditions: readonly (Statement | undefined)[] = [
    few && { text: "+state IN (SELECT value FROM json_each(:states))", values: { states: JSON.stringify(few) } },
    held === undefined ? undefined : { text: `resting_since ${held ? ">" : "<="} :now`, values: { now } },
    work && { text: work === "parked" ? parked : "work_left = :work", values: work === "parked" ? {} : { work } },
    tokens && { text: "token IN (SELECT value FROM json_each(:tokens))", values: { tokens: JSON.stringify(tokens) } },
    after && {
      text: "(resting_since, execution_id, rec_index) > (:since, :execution, :index)",
      values: { since: restingSince(after), execution: after.executionId, index: after.recIndex },
    },
  ];
  const given = conditions.filter((condition) => condition !== undefined);
  const order = `ORDER BY resting_since ${oldestAfter === undefined ? "DESC" : "ASC"}, execution_id, rec_index`;
  const first = (columns: string, all: readonly string[]) =>
    `SELECT ${columns} FROM token_record ${all.length === 0 ? "" : `WHERE ${all.join(" AND ")}`} ${order} LIMIT :limit`;
  const texts = given.map(({ text }) => text);
  const values = Object.assign({ limit }, ...given.map((condition) => condition.values)) as Statement["values"];
  const outer = (rows: string) => `SELECT record FROM token_record WHERE rowid IN (${rows}) ${order}`;
  if (isNarrow || few !== undefined) return { text: outer(first("rowid", texts)), values };
  // In the order of the index of each state no more are read of it than may come out.
  const each = [...new Set(states ?? allStates)].map((state, index) => ({
    rows: `SELECT * FROM (${first("rowid, resting_since, execution_id, rec_index", [`state = :state${index}`, ...texts])})`,
    values: { [`state${index}`]: state },
  }));
  const together = `SELECT rowid FROM (${each.map(({ rows }) => rows).join(" UNION ALL ")}) ${order} LIMIT :limit`;
  return { text: outer(together), values: Object.assign(values, ...each.map((state) => state.values)) };
}
