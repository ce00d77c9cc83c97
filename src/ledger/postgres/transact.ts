import { systemEnvironment } from "../../contract/environment.ts";
import { PostgresError } from "./postgres-error.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import { openSession, type Query } from "./postgres-session.ts";
import { createTrustedPool } from "./trusted-pool.ts";

/** Runs transactions. */
export interface Transact {
  /** All of it takes effect, durably, or nothing. `run` may be called several times. */
  write<T>(run: (query: Query) => Promise<T>): Promise<T>;
  read<T>(run: (query: Query) => Promise<T>): Promise<T>;
}

/** What transactions run on, and how long they wait. */
export interface TransactOptions {
  readonly pool: PostgresPool;
  /** Names the ledger in messages. */
  readonly ledger: string;
  /** Milliseconds to wait for a lock. */
  readonly lockTimeout: number;
  /** Milliseconds that one statement may take. */
  readonly statementTimeout: number;
}

/** The longest that a statement, or a lock, may be waited for, in milliseconds: a day. */
export const longestTimeout = 86_400_000;

/** How often a transaction that came to nothing is begun; the waits between add up to 1.3 to 2.5 seconds. */
const maxAttempts = 7;

/** Milliseconds before the second attempt; doubled for every further one. */
const firstWait = 20;

/**
 * Milliseconds after which the server ends a transaction whose process stands still, so that what it locked does not
 * stop the others: less than the default wait for a lock.
 */
const idleTimeout = 2000;

/** Milliseconds that the server has to end a statement by itself, and to say why, before the connection is given up. */
const grace = 2000;

/**
 * Runs transactions, each on a connection of its own, and runs one again, a limited number of times, that provably came
 * to nothing: a lost race, a deadlock, a connection lost before COMMIT was sent, or one to a server that is read-only
 * since a failover.
 *
 * A COMMIT whose answer is lost may have taken effect or not. It is not repeated: it is an error, and both are safe for
 * every caller, because a record never says less than what may have been sent:
 * - `claim`, `renew`: the driver goes on only with what it knows to hold. A claim that was recorded all the same lapses.
 * - `submit`: the driver does not send. A submission that was recorded all the same is reconciled by the next drive,
 *   which finds that nothing was bought under its handle.
 * - `purchase`, `observe`: what is bought is reported as bought, with a warning. Not recorded, the submission is still
 *   open, and the next drive finds the commitment under its handle.
 * - `reject`, `unknown`, `dead`, `reopen`: not recorded, the record still says "submitted" (or "purchased"), and the
 *   next drive asks the provider again, which gives the same proof. Recorded, it was proven before it was written.
 * - `refuse`, `release`: the claim is given up, or lapses.
 */
export function createTransact({ pool, ledger, lockTimeout, statementTimeout }: TransactOptions): Transact {
  const limits =
    `SET LOCAL lock_timeout = ${lockTimeout}; SET LOCAL statement_timeout = ${statementTimeout}; ` +
    `SET LOCAL idle_in_transaction_session_timeout = ${idleTimeout}`;
  // Whatever the server's and the database's defaults are. READ COMMITTED: each statement sees what was committed
  // before it, so what is read after a wait for a lock is what the winner wrote.
  const begin = {
    write: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on; ${limits}`,
    read: `BEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY; ${limits}`,
  };
  const patience = statementTimeout + grace;
  const trusted = createTrustedPool(pool);

  async function once<T>(kind: "read" | "write", run: (query: Query) => Promise<T>): Promise<T> {
    const session = await openSession({ pool: trusted, ledger, patience });
    let result: T;
    try {
      await session.query(begin[kind]);
      result = await run(session.query);
      if (kind === "write") await session.commit();
      else await session.query("COMMIT");
    } catch (error) {
      await session.end(error);
      throw error;
    }
    await session.end();
    return result;
  }

  async function several<T>(kind: "read" | "write", run: (query: Query) => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(kind, run);
      } catch (error) {
        if (!(error instanceof PostgresError && error.transient)) throw error;
        // A server that does not answer is not waited for several times.
        if (attempt === maxAttempts || performance.now() - begun > statementTimeout) throw error;
        await systemEnvironment.sleep(firstWait * 2 ** (attempt - 1) * (1 + systemEnvironment.random()));
      }
    }
  }

  return { write: (run) => several("write", run), read: (run) => several("read", run) };
}
