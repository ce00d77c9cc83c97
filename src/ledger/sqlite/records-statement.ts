import type { RecordsQuery } from "../../contract/ledger.ts";
import { restingSince } from "../ledger-store.ts";

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
 * them. Without one all rows are gone through, so the records, which are long, are read of those only that come out.
 * `now` is the ledger's clock.
 */
export function recordsStatement(query: RecordsQuery, now: number): Statement {
  const { states, held, work, tokens, oldestAfter, limit } = query;
  const after = oldestAfter === "beginning" ? undefined : oldestAfter;
  const conditions: readonly (Statement | undefined)[] = [
    states && { text: "state IN (SELECT value FROM json_each(:states))", values: { states: JSON.stringify(states) } },
    held === undefined ? undefined : { text: "(resting_since > :now) = :held", values: { now, held: Number(held) } },
    work && { text: work === "parked" ? parked : "work_left = :work", values: work === "parked" ? {} : { work } },
    tokens && { text: "token IN (SELECT value FROM json_each(:tokens))", values: { tokens: JSON.stringify(tokens) } },
    after && {
      text: "(resting_since, execution_id, rec_index) > (:since, :execution, :index)",
      values: { since: restingSince(after), execution: after.executionId, index: after.recIndex },
    },
  ];
  const given = conditions.filter((condition) => condition !== undefined);
  const where = given.length === 0 ? "" : `WHERE ${given.map(({ text }) => text).join(" AND ")}`;
  const order = `ORDER BY resting_since ${oldestAfter === undefined ? "DESC" : "ASC"}, execution_id, rec_index`;
  const rows = `SELECT rowid FROM token_record ${where} ${order} LIMIT :limit`;
  return {
    text: `SELECT record FROM token_record WHERE rowid IN (${rows}) ${order}`,
    values: Object.assign({ limit }, ...given.map(({ values }) => values)) as Statement["values"],
  };
}
