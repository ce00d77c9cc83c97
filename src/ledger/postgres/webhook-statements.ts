/** Whether an endpoint is registered: a column of the statement that begins a transaction. */
export function announcesIn(schema: string): string {
  return `(EXISTS (SELECT 1 FROM ${schema}.webhook_endpoint))::text AS announces`;
}

/** The statements on endpoints and messages in a schema (quoted). */
export function webhookStatements(schema: string) {
  const message = `${schema}.webhook_message`;
  return {
    // The row of the number is locked by this transaction since it wrote its lines: what others announce is committed, or comes later.
    announcing: `
      SELECT e.record, (SELECT restored_at FROM ${schema}.ledger_mark)::text AS restored,
        (SELECT last FROM ${schema}.history_number WHERE execution_id = $1)::text AS number,
        (EXISTS (SELECT 1 FROM ${schema}.token_record WHERE execution_id = $1 AND work_left = 'unfinished'))::text AS unfinished,
        (SELECT coalesce(json_agg(json_build_array(rec_index, standing)), '[]') FROM ${schema}.announced
         WHERE execution_id = $1 AND rec_index = ANY (ARRAY(SELECT json_array_elements_text($2::json)::bigint)))::text AS standings
      FROM ${schema}.execution AS e WHERE e.execution_id = $1`,
    hasSent: `
      SELECT (EXISTS (SELECT 1 FROM ${schema}.token_record WHERE execution_id = $1 AND work_left = 'unfinished'
        AND state IN ('submitted', 'unknown') AND record::json->>'parkedAt' IS NULL))::text AS sent`,
    announce: `
      WITH announcements AS (
        SELECT * FROM ROWS FROM (json_to_recordset($2::json) AS (rec_index bigint, standing text, at bigint, message text))
          WITH ORDINALITY AS a (rec_index, standing, at, message, position)
      ), kept AS (
        INSERT INTO ${schema}.announced (execution_id, rec_index, standing)
        SELECT $1::text, rec_index, standing FROM announcements
        ON CONFLICT (execution_id, rec_index) DO UPDATE SET standing = excluded.standing
      )
      INSERT INTO ${message} (endpoint, execution_id, written_at, due_at, attempts, message)
      SELECT name, $1::text, at, at, 0, message FROM announcements CROSS JOIN ${schema}.webhook_endpoint
      WHERE message IS NOT NULL ORDER BY position, name`,
    lockEndpoint: `
      SELECT locked.record, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now
      FROM (SELECT 1) AS one LEFT JOIN (SELECT record FROM ${schema}.webhook_endpoint WHERE name = $1 FOR UPDATE) AS locked ON true`,
    putEndpoint: `
      INSERT INTO ${schema}.webhook_endpoint (name, record) VALUES ($1, $2)
      ON CONFLICT (name) DO UPDATE SET record = excluded.record`,
    removeEndpoint: `DELETE FROM ${schema}.webhook_endpoint WHERE name = $1`,
    removeStray: `DELETE FROM ${message} WHERE endpoint NOT IN (SELECT name FROM ${schema}.webhook_endpoint)`,
    tellAgain: `
      UPDATE ${schema}.announced SET standing = standing || $1::text
      WHERE NOT EXISTS (SELECT 1 FROM ${schema}.webhook_endpoint) AND right(standing, length($1::text)) <> $1::text`,
    removeMessages: `DELETE FROM ${message} WHERE endpoint = $1`,
    allEndpoints: `
      SELECT record, count(m.sequence)::text AS waiting, min(m.written_at)::text AS oldest
      FROM ${schema}.webhook_endpoint AS e LEFT JOIN ${message} AS m ON m.endpoint = e.name
      GROUP BY e.name, e.record ORDER BY e.name`,
    due: `
      SELECT sequence::text, attempts::text, message FROM ${message} AS m
      WHERE endpoint = $1 AND due_at <= $2::bigint AND NOT EXISTS (
        SELECT 1 FROM ${message} AS earlier
        WHERE earlier.endpoint = $1 AND earlier.execution_id = m.execution_id AND earlier.sequence < m.sequence
          AND earlier.attempts = 0)
      ORDER BY due_at, sequence LIMIT $3::bigint`,
    hold: `
      UPDATE ${message} SET due_at = $2::bigint
      WHERE sequence = ANY (ARRAY(SELECT json_array_elements_text($1::json)::bigint))`,
    attempts: `SELECT attempts::text FROM ${message} WHERE sequence = $1::bigint`,
    postpone: `UPDATE ${message} SET due_at = $2::bigint, attempts = attempts + 1 WHERE sequence = $1::bigint`,
    done: `DELETE FROM ${message} WHERE sequence = $1::bigint`,
    allDue: `UPDATE ${message} SET due_at = $2::bigint WHERE endpoint = $1 AND attempts > 0`,
    expire: `
      WITH gone AS (DELETE FROM ${message} WHERE endpoint = $1 AND written_at < $2::bigint RETURNING 1)
      SELECT count(*)::text AS n FROM gone`,
  };
}
