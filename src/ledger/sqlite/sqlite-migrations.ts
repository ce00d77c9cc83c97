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
];
