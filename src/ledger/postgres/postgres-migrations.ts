/**
 * The tables in a schema (quoted). Numbered from 1 and never edited once released: a change is a further one.
 *
 * Keys are compared by bytes (COLLATE "C"): the indexes that guard the rules must not change their order when the
 * server's operating system, and with it a language's rules, is updated. Records are text, not jsonb, which would
 * reorder what was frozen to be sent again.
 */
export const migrations: readonly ((schema: string) => string)[] = [
  (schema) => `
  CREATE TABLE ${schema}.token_record (
    token text COLLATE "C" PRIMARY KEY,
    execution_id text COLLATE "C" NOT NULL,
    rec_index bigint NOT NULL,
    scope_key text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    lane text COLLATE "C",
    work_left text COLLATE "C",
    resting_since bigint NOT NULL,
    record text NOT NULL,
    UNIQUE (execution_id, rec_index)
  );
  CREATE UNIQUE INDEX one_record_per_lane ON ${schema}.token_record (lane) WHERE lane IS NOT NULL;
  CREATE INDEX work_left ON ${schema}.token_record (work_left, resting_since) WHERE work_left IS NOT NULL;
  CREATE INDEX purchased_in_scope ON ${schema}.token_record (scope_key) WHERE state = 'purchased';

  CREATE TABLE ${schema}.commitment_owner (
    scope_key text COLLATE "C" NOT NULL,
    commitment_id text COLLATE "C" NOT NULL,
    token text COLLATE "C" NOT NULL,
    PRIMARY KEY (scope_key, commitment_id)
  );

  CREATE TABLE ${schema}.history (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token text COLLATE "C" NOT NULL,
    entry text NOT NULL
  );
  CREATE INDEX history_of_token ON ${schema}.history (token, sequence);
  `,
  // Of what was driven before, each execution is made from its records: they were claimed in one transaction, so they are all
  // of it, unless a number is missing. Limits were not recorded.
  (schema) => `
  CREATE TABLE ${schema}.execution (
    execution_id text COLLATE "C" PRIMARY KEY,
    updated_at bigint NOT NULL,
    record text NOT NULL
  );
  CREATE INDEX execution_by_change ON ${schema}.execution (updated_at DESC, execution_id);

  CREATE TABLE ${schema}.execution_history (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution_id text COLLATE "C" NOT NULL,
    entry text NOT NULL
  );
  CREATE INDEX history_of_execution ON ${schema}.execution_history (execution_id, sequence);

  ALTER TABLE ${schema}.token_record ADD COLUMN counted text;
  UPDATE ${schema}.token_record SET counted = CASE
    WHEN state IN ('submitted', 'unknown') THEN (record::json #> '{submission,price}')::text
    ELSE coalesce(record::json #> '{commitment,price}', record::json #> '{submission,price}',
      record::json #> '{recommendation,maxPrice}', '"unknown"'::json)::text
  END WHERE state IN ('submitted', 'unknown', 'purchased');
  CREATE INDEX counted_in_execution ON ${schema}.token_record (execution_id) INCLUDE (token, counted) WHERE counted IS NOT NULL;

  INSERT INTO ${schema}.execution (execution_id, updated_at, record)
  SELECT execution_id, max((record::json ->> 'updatedAt')::bigint), json_build_object(
    'executionId', execution_id,
    'source', max(record::json ->> 'source'),
    'size', max(rec_index) + 1,
    'emptyPlaces', '[]'::json,
    'approvalRequired', false,
    'incomplete', count(*) <> max(rec_index) + 1,
    'limitsUnknown', true,
    'termsVersion', 1,
    'createdAt', min((record::json ->> 'createdAt')::bigint),
    'updatedAt', max((record::json ->> 'updatedAt')::bigint)
  )::text FROM ${schema}.token_record GROUP BY execution_id;
  INSERT INTO ${schema}.execution_history (execution_id, entry)
  SELECT execution_id, json_build_object(
    'executionId', execution_id, 'at', (record::json ->> 'createdAt')::bigint, 'event', 'record', 'termsVersion', 1,
    'detail', (record::json ->> 'size') || ' places, driven before executions were recorded'
  )::text FROM ${schema}.execution ORDER BY execution_id;
  `,
  // One row: what the ledger records of itself.
  (schema) => `
  CREATE TABLE ${schema}.ledger_mark (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    restored_at bigint
  );
  INSERT INTO ${schema}.ledger_mark VALUES (1, NULL);
  `,
];
