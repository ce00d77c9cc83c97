import { announcesIn, webhookStatements } from "./webhook-statements.ts";

const now = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now";

/** The store's statements on the tables of a schema (quoted). Lists come as JSON, so that all parameters are text. */
export function statements(schema: string) {
  return {
    ...lockStatements(schema),
    ...executionStatements(schema),
    ...alikeStatements(schema),
    ...recordsStatements(schema),
    ...webhookStatements(schema),
    now: `SELECT ${now}`,

    // The lines of history are numbered after the records are written, that is when their lanes are theirs: a lane that was
    // waited for does not seem to be taken before it was given up.
    write: `
      WITH written AS (
        SELECT * FROM json_to_recordset($1::json) AS w (
          token text, execution_id text, rec_index bigint, scope_key text, fingerprint text, state text, lane text,
          work_left text, resting_since bigint, counted text, bought_at bigint, record text, is_new boolean
        )
      ), updated AS (
        UPDATE ${schema}.token_record AS t SET state = w.state, lane = w.lane,
          work_left = w.work_left, resting_since = w.resting_since, counted = w.counted, bought_at = w.bought_at,
          record = w.record
        FROM written AS w WHERE t.token = w.token AND NOT w.is_new
        RETURNING t.token
      ), inserted AS (
        INSERT INTO ${schema}.token_record (token, execution_id, rec_index, scope_key, fingerprint, state, lane, work_left, resting_since, counted, bought_at, record)
        SELECT token, execution_id, rec_index, scope_key, fingerprint, state, lane, work_left, resting_since, counted, bought_at, record
        FROM written WHERE is_new ORDER BY token COLLATE "C"
        RETURNING token
      ), lines AS (
        SELECT * FROM ROWS FROM (json_to_recordset($2::json) AS (execution_id text, token text, entry text))
          WITH ORDINALITY AS e (execution_id, token, entry, position)
      ), ${lastNumbers(schema)}
      INSERT INTO ${schema}.history (execution_id, number, token, entry)
      SELECT execution_id, ${number}, token, entry FROM lines JOIN numbers USING (execution_id) ORDER BY position`,

    inLane: `SELECT token FROM ${schema}.token_record WHERE lane = $1 AND token <> $2`,

    withWork: `
      SELECT record FROM ${schema}.token_record
      WHERE work_left = ANY (ARRAY(SELECT json_array_elements_text($1::json))) AND resting_since <= $2::bigint
        AND ($3 = '' OR (resting_since, execution_id, rec_index) > (nullif($3, '')::bigint, $4 COLLATE "C", nullif($5, '')::bigint))
      ORDER BY resting_since, execution_id, rec_index LIMIT $6::bigint`,

    // An id that another transaction is just taking is waited for. Updating to what it was returns its owner, whoever
    // that is and whenever it was committed, in the same statement.
    own: `
      INSERT INTO ${schema}.commitment_owner AS o (scope_key, commitment_id, token)
      SELECT $1::text, id, $3::text FROM (SELECT DISTINCT json_array_elements_text($2::json) AS id) AS ids
      ORDER BY id COLLATE "C"
      ON CONFLICT (scope_key, commitment_id) DO UPDATE SET token = o.token
      RETURNING commitment_id, token`,

    purchasedIn: `SELECT record FROM ${schema}.token_record WHERE scope_key = $1 AND state = 'purchased'`,
    purchasedPage: `
      SELECT record FROM ${schema}.token_record WHERE scope_key = $1 AND state = 'purchased' AND token > $2
      ORDER BY token LIMIT $3::bigint`,
    owners: `SELECT commitment_id, token FROM ${schema}.commitment_owner WHERE scope_key = $1`,
    ownerCount: `SELECT count(*)::text AS n FROM ${schema}.commitment_owner WHERE scope_key = $1`,
    recordsOf: `SELECT record FROM ${schema}.token_record WHERE execution_id = $1 ORDER BY rec_index`,
    restoredAt: `SELECT restored_at::text AS at FROM ${schema}.ledger_mark`,
    // An empty parameter is the server's clock. Later than all that it holds, also where that was recorded by a clock that was ahead.
    markRestored: `
      UPDATE ${schema}.ledger_mark
      SET restored_at = greatest(
        coalesce(nullif($1, '')::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint),
        restored_at + 1,
        (SELECT max(updated_at) + 1 FROM ${schema}.execution)
      )`,
    history: `SELECT entry FROM ${schema}.history WHERE token = $1 ORDER BY sequence`,
  };
}

/** One time for all rows of a statement, so that an index can begin there. */
const clock = "coalesce(nullif($3, '')::bigint, floor(extract(epoch FROM statement_timestamp()) * 1000)::bigint)";

/** An empty parameter narrows nothing. The clock is the server's, unless a test brings its own. */
const narrowed = `($2 <> 'true' OR resting_since > ${clock}) AND ($2 <> 'false' OR resting_since <= ${clock})
        AND ($4 = '' OR work_left = $4 OR ($4 = 'parked' AND work_left = 'unfinished' AND state = 'unknown'
          AND record::json ->> 'parkedAt' IS NOT NULL))
        AND ($5 = '' OR token = ANY (ARRAY(SELECT json_array_elements_text(nullif($5, '')::json))))
        AND ($6 = '' OR (resting_since, execution_id, rec_index) > (nullif($6, '')::bigint, $7 COLLATE "C", nullif($8, '')::bigint))`;

/**
 * The last number of each execution that has `lines` in a statement which wrote `updated` and `inserted` before. It is the last that
 * a transaction locks, and for so long as it lasts: so lines get their numbers in the order in which they can be read, and two
 * transactions that hold records do not wait for each other.
 */
function lastNumbers(schema: string): string {
  return `numbers AS (
        INSERT INTO ${schema}.history_number AS n (execution_id, last)
        SELECT execution_id, count(*) FROM lines
        WHERE (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted) >= 0
        GROUP BY execution_id ORDER BY execution_id COLLATE "C"
        ON CONFLICT (execution_id) DO UPDATE SET last = n.last + excluded.last
        RETURNING execution_id, last
      )`;
}

/** Counts the lines of an execution up to its last number. */
const number = `last - count(*) OVER (PARTITION BY execution_id) + row_number() OVER (PARTITION BY execution_id ORDER BY position)`;

/** Those that read records by what they are. */
function recordsStatements(schema: string) {
  return {
    records: (direction: "ASC" | "DESC") => `
      SELECT record FROM ${schema}.token_record
      WHERE ($1 = '' OR state = ANY (ARRAY(SELECT json_array_elements_text(nullif($1, '')::json))))
        AND ${narrowed}
      ORDER BY resting_since ${direction}, execution_id, rec_index LIMIT $9::bigint`,

    // Of each state no more than may come out, in the order of their index.
    recordsOfStates: (direction: "ASC" | "DESC") => `
      SELECT of_state.record FROM (SELECT DISTINCT json_array_elements_text($1::json) AS name) AS states
      CROSS JOIN LATERAL (
        SELECT record, resting_since, execution_id, rec_index FROM ${schema}.token_record
        WHERE state = states.name AND ${narrowed}
        ORDER BY resting_since ${direction}, execution_id, rec_index LIMIT $9::bigint
      ) AS of_state
      ORDER BY resting_since ${direction}, execution_id, rec_index LIMIT $9::bigint`,
  };
}

/** Those on what is the same. */
function alikeStatements(schema: string) {
  return {
    // Two that are the same are asked about one after the other: rows that are not there yet cannot be locked.
    lockAlike: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
    boughtAlike: `
      SELECT record FROM ${schema}.token_record
      WHERE fingerprint = ANY (ARRAY(SELECT json_array_elements_text($1::json))) AND bought_at >= $2::bigint
        AND token <> $3 AND execution_id <> $4
      ORDER BY bought_at DESC, token LIMIT $5::bigint`,
  };
}

/** Those that lock what a transaction is about. */
function lockStatements(schema: string) {
  return {
    // Executions first, then tokens, each in their order, which is the same for all: no two transactions wait for each other. The
    // count of the executions is what the tokens wait for. Whatever is waited for is read as it is once it is locked.
    // The clock is read beside an aggregate, that is when all locks are held: a wait does not make the time an old one.
    // What has no row is locked by nothing; who inserts it second fails on its key, and runs again.
    lock: `
      WITH locked_executions AS MATERIALIZED (
        SELECT record FROM ${schema}.execution
        WHERE execution_id = ANY (ARRAY(SELECT json_array_elements_text($2::json)))
        ORDER BY execution_id FOR UPDATE
      )
      SELECT coalesce(json_agg(record), '[]')::text AS records, ${now},
        (SELECT coalesce(json_agg(record), '[]') FROM locked_executions)::text AS executions,
        (SELECT restored_at FROM ${schema}.ledger_mark)::text AS restored, ${announcesIn(schema)}
      FROM (
        SELECT record FROM ${schema}.token_record
        WHERE token = ANY (ARRAY(SELECT json_array_elements_text($1::json)))
          AND (SELECT count(*) FROM locked_executions) >= 0
        ORDER BY token FOR UPDATE
      ) AS locked`,

    lockRecordsOf: `
      SELECT coalesce(json_agg(record ORDER BY rec_index), '[]')::text AS records
      FROM (
        SELECT record, rec_index FROM ${schema}.token_record WHERE execution_id = $1 ORDER BY token FOR UPDATE
      ) AS locked`,
  };
}

/** Those on the records of executions. */
function executionStatements(schema: string) {
  return {
    writeExecutions: `
      WITH written AS (
        SELECT * FROM json_to_recordset($1::json) AS w (execution_id text, caller text, updated_at bigint, record text, is_new boolean)
      ), updated AS (
        UPDATE ${schema}.execution AS e SET updated_at = w.updated_at, record = w.record
        FROM written AS w WHERE e.execution_id = w.execution_id AND NOT w.is_new
        RETURNING e.execution_id
      ), inserted AS (
        INSERT INTO ${schema}.execution (execution_id, caller, updated_at, record)
        SELECT execution_id, caller, updated_at, record FROM written WHERE is_new
        RETURNING execution_id
      ), lines AS (
        SELECT * FROM ROWS FROM (json_to_recordset($2::json) AS (execution_id text, entry text))
          WITH ORDINALITY AS e (execution_id, entry, position)
      ), ${lastNumbers(schema)}
      INSERT INTO ${schema}.execution_history (execution_id, number, entry)
      SELECT execution_id, ${number}, entry FROM lines JOIN numbers USING (execution_id) ORDER BY position`,

    // A key that another transaction is just taking is waited for; the next statement reads what that one made of it.
    takeKey: `
      INSERT INTO ${schema}.submitted_key (caller, key, execution_id, terms_hash, at)
      VALUES ($1, $2, $3, $4, $5::bigint)
      ON CONFLICT (caller, key) DO NOTHING
      RETURNING key`,
    key: `SELECT execution_id, terms_hash, at::text FROM ${schema}.submitted_key WHERE caller = $1 AND key = $2`,
    historySince: `
      SELECT number::text, rec_index::text, entry FROM (
        (SELECT number, NULL::bigint AS rec_index, entry FROM ${schema}.execution_history
         WHERE execution_id = $1 AND number > $2::bigint ORDER BY number LIMIT $3::bigint)
        UNION ALL
        (SELECT h.number, t.rec_index, h.entry FROM ${schema}.history AS h JOIN ${schema}.token_record AS t USING (token)
         WHERE h.execution_id = $1 AND h.number > $2::bigint ORDER BY h.number LIMIT $3::bigint)
      ) AS happened ORDER BY happened.number LIMIT $3::bigint`,

    counted: `SELECT counted FROM ${schema}.token_record WHERE execution_id = $1 AND token <> $2 AND counted IS NOT NULL`,
    execution: `SELECT record, (SELECT restored_at FROM ${schema}.ledger_mark)::text AS restored FROM ${schema}.execution WHERE execution_id = $1`,
    // One statement, so one moment.
    recorded: `
      SELECT record, ${now}, (SELECT restored_at FROM ${schema}.ledger_mark)::text AS restored, (
        SELECT coalesce(json_agg(t.record ORDER BY t.rec_index), '[]')::text
        FROM ${schema}.token_record AS t WHERE t.execution_id = e.execution_id
      ) AS records
      FROM ${schema}.execution AS e WHERE execution_id = $1`,
    executions: (isNarrowed: boolean) => `
      SELECT record, (SELECT restored_at FROM ${schema}.ledger_mark)::text AS restored FROM ${schema}.execution
      WHERE ${isNarrowed ? "caller = $4 AND" : "$4 = '' AND"} ($1 = '' OR updated_at < nullif($1, '')::bigint
        OR (updated_at = nullif($1, '')::bigint AND execution_id > $2 COLLATE "C"))
      ORDER BY updated_at DESC, execution_id LIMIT $3::bigint`,
    executionHistory: `SELECT entry FROM ${schema}.execution_history WHERE execution_id = $1 ORDER BY sequence`,
  };
}
