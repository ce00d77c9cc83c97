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
  // What was recorded before is nobody's. Its history is numbered in the order of the clock, each table's own order kept.
  (schema) => `
  ALTER TABLE ${schema}.execution ADD COLUMN caller text COLLATE "C";
  CREATE INDEX execution_of_caller ON ${schema}.execution (caller, updated_at DESC, execution_id) WHERE caller IS NOT NULL;

  CREATE TABLE ${schema}.submitted_key (
    caller text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    execution_id text COLLATE "C" NOT NULL,
    terms_hash text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (caller, key)
  );

  CREATE TABLE ${schema}.history_number (
    execution_id text COLLATE "C" PRIMARY KEY,
    last bigint NOT NULL
  );
  ALTER TABLE ${schema}.history ADD COLUMN execution_id text COLLATE "C", ADD COLUMN number bigint;
  ALTER TABLE ${schema}.execution_history ADD COLUMN number bigint;
  UPDATE ${schema}.history AS h SET execution_id = t.execution_id FROM ${schema}.token_record AS t WHERE t.token = h.token;
  CREATE TABLE ${schema}.numbered AS
  SELECT of_token, execution_id, sequence,
    row_number() OVER (PARTITION BY execution_id ORDER BY reached, of_token, sequence) AS number
  FROM (
    SELECT 0 AS of_token, execution_id, sequence,
      max((entry::json ->> 'at')::bigint) OVER (PARTITION BY execution_id ORDER BY sequence) AS reached
    FROM ${schema}.execution_history
    UNION ALL
    SELECT 1, execution_id, sequence,
      max((entry::json ->> 'at')::bigint) OVER (PARTITION BY execution_id ORDER BY sequence)
    FROM ${schema}.history
  ) AS happened;
  UPDATE ${schema}.history AS h SET number = n.number FROM ${schema}.numbered AS n
  WHERE n.of_token = 1 AND n.sequence = h.sequence;
  UPDATE ${schema}.execution_history AS h SET number = n.number FROM ${schema}.numbered AS n
  WHERE n.of_token = 0 AND n.sequence = h.sequence;
  INSERT INTO ${schema}.history_number (execution_id, last)
  SELECT execution_id, max(number) FROM ${schema}.numbered WHERE execution_id IS NOT NULL GROUP BY execution_id;
  DROP TABLE ${schema}.numbered;
  CREATE UNIQUE INDEX history_by_number ON ${schema}.history (execution_id, number);
  CREATE UNIQUE INDEX execution_history_by_number ON ${schema}.execution_history (execution_id, number);
  `,
  // Messages to the owner's own programs. Only where an endpoint is registered is anything written here.
  (schema) => `
  CREATE TABLE ${schema}.webhook_endpoint (
    name text COLLATE "C" PRIMARY KEY,
    record text NOT NULL
  );

  CREATE TABLE ${schema}.webhook_message (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint text COLLATE "C" NOT NULL,
    execution_id text COLLATE "C" NOT NULL,
    written_at bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts bigint NOT NULL,
    message text NOT NULL
  );
  CREATE INDEX webhook_message_due ON ${schema}.webhook_message (endpoint, due_at, sequence);
  CREATE INDEX webhook_message_untried ON ${schema}.webhook_message (endpoint, execution_id, sequence) WHERE attempts = 0;

  CREATE TABLE ${schema}.announced (
    execution_id text COLLATE "C" NOT NULL,
    rec_index bigint NOT NULL,
    standing text NOT NULL,
    PRIMARY KEY (execution_id, rec_index)
  );
  `,
  // What is the same as what is about to be bought. Of what was recorded before, the last time at which anything of it was sent or
  // recorded as bought: its record says whether that is bought or may be.
  (schema) => `
  ALTER TABLE ${schema}.token_record ADD COLUMN fingerprint text COLLATE "C", ADD COLUMN bought_at bigint;
  UPDATE ${schema}.token_record SET fingerprint = record::json ->> 'fingerprint', bought_at = greatest(
    (record::json ->> 'purchasedAt')::bigint,
    coalesce(record::json #>> '{submission,resentAt}', record::json #>> '{submission,submittedAt}')::bigint,
    coalesce(record::json #>> '{former,-1,resentAt}', record::json #>> '{former,-1,submittedAt}')::bigint
  );
  CREATE INDEX bought_alike ON ${schema}.token_record (fingerprint, bought_at) WHERE bought_at IS NOT NULL;
  `,
  // Of each state those that somebody worked on last, or the longest untouched ones.
  (schema) => `
  CREATE INDEX rest_in_state ON ${schema}.token_record (state, resting_since, execution_id, rec_index);
  `,
  // What is bought in a scope is read page by page, in the order of its tokens.
  (schema) => `
  DROP INDEX ${schema}.purchased_in_scope;
  CREATE INDEX purchased_in_scope ON ${schema}.token_record (scope_key, token) WHERE state = 'purchased';
  `,
];
