import { todoOf } from "../../contract/error-advice.ts";
import { type ErrorCode, LedgerError, messageOf } from "../../contract/errors.ts";

/** A failure of PostgreSQL, as a LedgerError that says what to do. */
export class PostgresError extends LedgerError {
  /** Nothing was recorded, and the same transaction may succeed at once: it is run again. */
  readonly transient: boolean;
  /** The connection is lost, or leads to a server that is read-only: another one may be better. */
  readonly connectionUseless: boolean;

  constructor(cause: unknown, { ledger, phase }: { ledger: string; phase: "before-commit" | "commit" }) {
    const state = sqlState(cause);
    const lost = state === undefined || lostStates.test(state);
    const { code, advice, retryable = false } = meaningOf(cause, state);
    // Only an answer that says "rolled back" proves that a COMMIT came to nothing.
    const ambiguous = phase === "commit" && (lost || !/^(23|40)/.test(state));
    super({
      code,
      message:
        `The ledger in ${ledger} failed (${reasonOf(cause)}). ${advice}` +
        (ambiguous ? " Whether this last change was recorded is not known; the next drive reads what is there." : ""),
      retryable,
      cause,
    });
    this.connectionUseless = lost || state === readOnlyState;
    this.transient =
      !ambiguous && (this.connectionUseless || transientStates.has(state ?? "") || violatesGuard(cause, state));
  }
}

interface Meaning {
  readonly code: ErrorCode;
  readonly advice: string;
  readonly retryable?: boolean;
}

const locked: Meaning = {
  code: "ledger-locked",
  advice: "Another session holds what this one needs for too long. Wait until it is done, then drive again.",
  retryable: true,
};
const refusedLogin: Meaning = {
  code: "ledger-unavailable",
  advice: "Check the user, the password and the database of the connection string, and the server's pg_hba.conf.",
};
const damaged: Meaning = {
  code: "ledger-corrupt",
  advice: `It is damaged, or a part of it was removed. ${todoOf("ledger-corrupt")}`,
};
const unreachable: Meaning = {
  code: "ledger-unavailable",
  advice: "Check that the server runs and can be reached, then drive again.",
  retryable: true,
};

/**
 * A write on a standby, or in a session whose transactions are read-only by default: a connection that is older than a
 * failover, or than the end of such a setting, shows it for as long as it lives.
 */
const readOnlyState = "25006";

/** SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), as what they mean for a ledger. */
const meanings: Readonly<Record<string, Meaning>> = {
  [readOnlyState]: {
    code: "ledger-read-only",
    advice:
      "This server, or this session, is read-only, on new connections too. After a failover, drive again when the new " +
      "primary server can be reached; if it stays, name the primary server, with read-write transactions.",
    retryable: true,
  },
  "3D000": refusedLogin,
  "3F000": damaged,
  "40001": locked,
  "40P01": locked,
  "42501": {
    code: "ledger-read-only",
    advice:
      "The user lacks a right. Give it CREATE on the database for the first start, or make it the owner of the schema; " +
      "later starts need USAGE on the schema, SELECT, INSERT and UPDATE on its tables, and DELETE on those of the webhooks.",
  },
  "42703": damaged,
  "42P01": damaged,
  "53100": { code: "ledger-full", advice: `The server's disk is full. ${todoOf("ledger-full")}` },
  "53300": {
    code: "ledger-unavailable",
    advice: "The server has no connection left. Drive with fewer processes, or raise its max_connections.",
    retryable: true,
  },
  "55P03": locked,
  "57014": locked,
  XX001: damaged,
  XX002: damaged,
};

/**
 * The connection is gone: lost, as a pooler says too (08P01); shutdown, crash, starting up, idle for too long (57P05); a
 * transaction that took too long, or whose process stood still (25P04, 25P03).
 */
const lostStates = /^(08...|57P0[1-5]|25P0[34])$/;

/** Nothing was recorded, and a second attempt may well succeed; as after a connection that is lost. */
const transientStates: ReadonlySet<string> = new Set([
  "40001", // serialization failure
  "40P01", // deadlock
  "53300", // too many connections
]);

/**
 * The unique indexes are the last guard of the rules: who meets them lost a race, and decides anew with what the winner
 * wrote. So the caller gets the words of the rules.
 */
const guards: Readonly<Record<string, Meaning>> = {
  token_record_pkey: locked,
  execution_pkey: locked,
  one_record_per_lane: {
    code: "identical-purchase-open",
    advice: "A purchase of the very same kind is open. Nothing was sent. Drive again when it is settled.",
    retryable: true,
  },
};

function meaningOf(cause: unknown, state: string | undefined): Meaning {
  if (state === undefined || lostStates.test(state)) return unreachable;
  if (state.startsWith("28")) return refusedLogin;
  const guard = state === "23505" ? guards[constraintOf(cause)] : undefined;
  return guard ?? meanings[state] ?? { code: "ledger-unavailable", advice: "Nothing may be bought without it." };
}

function violatesGuard(cause: unknown, state: string | undefined): boolean {
  return state === "23505" && constraintOf(cause) in guards;
}

/** The five characters that PostgreSQL names an error by; undefined for one of the connection itself: `EPIPE`, `EPERM`. */
function sqlState(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

function constraintOf(cause: unknown): string {
  return cause instanceof Error && "constraint" in cause ? String(cause.constraint) : "";
}

/** Node reports a host with several addresses as an error without a message. */
function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "no reason given";
  return messageOf(cause) || code;
}
