import { PostgresError } from "./postgres-error.ts";
import type { PostgresClient } from "./postgres-pool.ts";
import type { TrustedPool } from "./trusted-pool.ts";

/** Sends one statement; parameters and columns are text. Throws a PostgresError. */
export type Query = (text: string, ...values: string[]) => Promise<readonly Row[]>;

/** A row of a result: its columns by name. */
export type Row = Readonly<Record<string, unknown>>;

/** One connection, taken from a pool for one transaction. */
export interface Session {
  readonly query: Query;
  readonly commit: () => Promise<void>;
  /** Gives the connection back: for reuse, or, when `error` or a roll-back shows that it is broken, to be closed. */
  readonly end: (error?: unknown) => Promise<void>;
}

/** How long is waited. */
export interface SessionOptions {
  readonly pool: TrustedPool;
  /** Names the ledger in messages. */
  readonly ledger: string;
  /** Milliseconds for a connection, and for one answer, after which the connection counts as lost. */
  readonly patience: number;
}

/** Takes a connection from the pool. Throws a PostgresError. */
export async function openSession({ pool, ledger, patience }: SessionOptions): Promise<Session> {
  /** What the connection reported between two queries: a better reason than the failure of the query after it. */
  let lostBecause: Error | undefined;
  const listen = (error: Error) => {
    lostBecause ??= error;
  };

  async function connect(): Promise<PostgresClient> {
    // Called within the promise: a pool may also throw at once.
    const connecting = Promise.resolve().then(() => pool.connect());
    try {
      return await within(connecting, patience);
    } catch (cause) {
      // A connection that comes too late goes back.
      connecting.then(
        (client) => client.release(),
        () => undefined,
      );
      throw new PostgresError(cause, { ledger, phase: "before-commit" });
    }
  }

  const client = await connect();
  client.on?.("error", listen);

  async function send(text: string, values: string[] | undefined, phase: "before-commit" | "commit") {
    try {
      const { rows } = await within(client.query(text, values), patience);
      return rows as readonly Row[];
    } catch (cause) {
      throw new PostgresError(lostBecause ?? cause, { ledger, phase });
    }
  }

  function release(error?: Error): void {
    client.release(error);
    client.removeListener?.("error", listen);
  }

  return {
    query: (text, ...values) => send(text, values.length > 0 ? values : undefined, "before-commit"),
    commit: async () => void (await send("COMMIT", undefined, "commit")),
    end: async (error) => {
      if (error === undefined) return release();
      if (error instanceof PostgresError && error.connectionUseless) {
        pool.distrust(client);
        return release(error);
      }
      try {
        await send("ROLLBACK", undefined, "before-commit");
      } catch (failure) {
        return release(failure instanceof Error ? failure : new Error("The roll-back failed."));
      }
      release();
    },
  };
}

async function within<T>(answer: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
  }
}
