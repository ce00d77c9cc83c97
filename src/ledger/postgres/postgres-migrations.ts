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
  // One row: what the ledger records of itself.
  (schema) => `
  CREATE TABLE ${schema}.ledger_mark (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    restored_at bigint
  );
  INSERT INTO ${schema}.ledger_mark VALUES (1, NULL);
  `,
];
