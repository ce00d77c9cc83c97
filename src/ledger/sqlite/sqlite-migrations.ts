/** Numbered from 1 and never edited once released: a change of the schema is a further one. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE token_record (
    token TEXT PRIMARY KEY,
    execution_id TEXT NOT NULL,
    rec_index INTEGER NOT NULL,
    scope_key TEXT NOT NULL,
    state TEXT NOT NULL,
    lane TEXT,
    work_left TEXT,
    resting_since INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (execution_id, rec_index)
  ) STRICT;
  CREATE UNIQUE INDEX one_record_per_lane ON token_record (lane) WHERE lane IS NOT NULL;
  CREATE INDEX work_left ON token_record (work_left, resting_since) WHERE work_left IS NOT NULL;
  CREATE INDEX purchased_in_scope ON token_record (scope_key) WHERE state = 'purchased';

  CREATE TABLE commitment_owner (
    scope_key TEXT NOT NULL,
    commitment_id TEXT NOT NULL,
    token TEXT NOT NULL,
    PRIMARY KEY (scope_key, commitment_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE history (
    sequence INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_of_token ON history (token, sequence);
  `,
  // Of what was driven before, each execution is made from its records: they were claimed in one transaction, so they are all
  // of it, unless a number is missing. Limits were not recorded.
  `
  CREATE TABLE execution (
    execution_id TEXT PRIMARY KEY,
    updated_at INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX execution_by_change ON execution (updated_at DESC, execution_id);

  CREATE TABLE execution_history (
    sequence INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL,
    entry TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_of_execution ON execution_history (execution_id, sequence);

  ALTER TABLE token_record ADD COLUMN counted TEXT;
  UPDATE token_record SET counted = CASE
    WHEN state IN ('submitted', 'unknown') THEN json_extract(record, '$.submission.price')
    WHEN state = 'purchased' THEN coalesce(
      json_extract(record, '$.commitment.price'), json_extract(record, '$.submission.price'),
      json_extract(record, '$.recommendation.maxPrice'), '"unknown"')
  END;
  CREATE INDEX counted_in_execution ON token_record (execution_id, counted, token) WHERE counted IS NOT NULL;

  INSERT INTO execution (execution_id, updated_at, record)
  SELECT execution_id, max(json_extract(record, '$.updatedAt')), json_object(
    'executionId', execution_id,
    'source', max(json_extract(record, '$.source')),
    'size', max(rec_index) + 1,
    'emptyPlaces', json_array(),
    'approvalRequired', json('false'),
    'incomplete', json(CASE WHEN count(*) = max(rec_index) + 1 THEN 'false' ELSE 'true' END),
    'limitsUnknown', json('true'),
    'termsVersion', 1,
    'createdAt', min(json_extract(record, '$.createdAt')),
    'updatedAt', max(json_extract(record, '$.updatedAt'))
  ) FROM token_record GROUP BY execution_id;
  INSERT INTO execution_history (execution_id, entry)
  SELECT execution_id, json_object(
    'executionId', execution_id, 'at', json_extract(record, '$.createdAt'), 'event', 'record', 'termsVersion', 1,
    'detail', json_extract(record, '$.size') || ' places, driven before executions were recorded'
  ) FROM execution ORDER BY execution_id;
  `,
  // One row: what the ledger records of its own file. By id and number of changes its log is told from a foreign or an older
  // one. needs_log: the main file is not whole without its log; see take-in-log.ts.
  `
  CREATE TABLE ledger_file (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    changes INTEGER NOT NULL,
    needs_log TEXT,
    backup_at INTEGER,
    restored_at INTEGER
  ) STRICT;
  INSERT INTO ledger_file VALUES (1, lower(hex(randomblob(16))), 0, NULL, NULL, NULL);
  `,
  // What was recorded before is nobody's. Its history is numbered in the order of the clock, each table's own order kept.
  `
  ALTER TABLE execution ADD COLUMN caller TEXT;
  CREATE INDEX execution_of_caller ON execution (caller, updated_at DESC, execution_id) WHERE caller IS NOT NULL;

  CREATE TABLE submitted_key (
    caller TEXT NOT NULL,
    key TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    terms_hash TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE history ADD COLUMN execution_id TEXT;
  ALTER TABLE history ADD COLUMN number INTEGER;
  ALTER TABLE execution_history ADD COLUMN number INTEGER;
  UPDATE history SET execution_id = t.execution_id FROM token_record AS t WHERE t.token = history.token;
  CREATE TEMP TABLE numbered AS
  SELECT of_token, sequence, row_number() OVER (PARTITION BY execution_id ORDER BY reached, of_token, sequence) AS number
  FROM (
    SELECT 0 AS of_token, execution_id, sequence,
      max(json_extract(entry, '$.at')) OVER (PARTITION BY execution_id ORDER BY sequence) AS reached
    FROM execution_history
    UNION ALL
    SELECT 1, execution_id, sequence, max(json_extract(entry, '$.at')) OVER (PARTITION BY execution_id ORDER BY sequence)
    FROM history
  );
  UPDATE history SET number = n.number FROM numbered AS n WHERE n.of_token = 1 AND n.sequence = history.sequence;
  UPDATE execution_history SET number = n.number FROM numbered AS n
  WHERE n.of_token = 0 AND n.sequence = execution_history.sequence;
  DROP TABLE numbered;
  CREATE UNIQUE INDEX history_by_number ON history (execution_id, number);
  CREATE UNIQUE INDEX execution_history_by_number ON execution_history (execution_id, number);
  `,
  // Messages to the owner's own programs. Only where an endpoint is registered is anything written here.
  `
  CREATE TABLE webhook_endpoint (
    name TEXT PRIMARY KEY,
    record TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE webhook_message (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    message TEXT NOT NULL
  ) STRICT;
  CREATE INDEX webhook_message_due ON webhook_message (endpoint, due_at, sequence);
  CREATE INDEX webhook_message_untried ON webhook_message (endpoint, execution_id, sequence) WHERE attempts = 0;

  CREATE TABLE announced (
    execution_id TEXT NOT NULL,
    rec_index INTEGER NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (execution_id, rec_index)
  ) STRICT, WITHOUT ROWID;
  `,
  // What is the same as what is about to be bought. Of what was recorded before, the last time at which anything of it was sent or
  // recorded as bought: its record says whether that is bought or may be.
  `
  ALTER TABLE token_record ADD COLUMN fingerprint TEXT;
  ALTER TABLE token_record ADD COLUMN bought_at INTEGER;
  UPDATE token_record SET fingerprint = json_extract(record, '$.fingerprint'), bought_at = nullif(max(
    coalesce(json_extract(record, '$.purchasedAt'), 0),
    coalesce(json_extract(record, '$.submission.resentAt'), json_extract(record, '$.submission.submittedAt'), 0),
    coalesce(json_extract(record, '$.former[#-1].resentAt'), json_extract(record, '$.former[#-1].submittedAt'), 0)
  ), 0);
  CREATE INDEX bought_alike ON token_record (fingerprint, bought_at) WHERE bought_at IS NOT NULL;
  `,
  // Of each state those that somebody worked on last, or the longest untouched ones.
  `
  CREATE INDEX rest_in_state ON token_record (state, resting_since, execution_id, rec_index);
  `,
  // How many ids belong to somebody in each scope, so that they need not be counted. An id is never taken away.
  `
  CREATE TABLE owner_count (
    scope_key TEXT PRIMARY KEY,
    n INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  INSERT INTO owner_count SELECT scope_key, count(*) FROM commitment_owner GROUP BY scope_key;
  CREATE TRIGGER count_owner AFTER INSERT ON commitment_owner BEGIN
    INSERT OR IGNORE INTO owner_count VALUES (new.scope_key, 0);
    UPDATE owner_count SET n = n + 1 WHERE scope_key = new.scope_key;
  END;
  `,
];
