import type { DatabaseSync } from "node:sqlite";
import { setImmediate as turn } from "node:timers/promises";

/** Runs a function within a transaction of the database; what it wrote is on the disk when this resolves. */
export type GroupCommit = <T>(run: () => Promise<T>) => Promise<T>;

/** What is done with every transaction of the database. */
export interface CommitSteps {
  /** The last within it. Throws where nothing of it may take effect. */
  readonly before: () => void;
  /** After it took effect. */
  readonly after: () => void;
}

interface Member {
  /** Runs it; it is told only after the commit. Throws where it takes no effect. */
  readonly run: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** More than come at once in practice; other processes wait for the lock meanwhile. */
const maxMembers = 100;

/**
 * Runs transactions that come together as one of the database, so that they wait for the disk once. Each is a savepoint:
 * one that throws takes no effect and holds up no other, and none is told that it succeeded before the commit of all.
 * Where the database itself fails, none of them took effect, and each is told that.
 *
 * `oneByOne` keeps reads from seeing what is not yet committed. Within a transaction only promises that are already
 * resolved may be awaited, so that it stays as short as its SQL. `steps` go with every transaction of the database, whatever
 * became of its members.
 */
export function createGroupCommit(
  database: DatabaseSync,
  oneByOne: <T>(run: () => Promise<T>) => Promise<T>,
  steps: CommitSteps = { before: () => undefined, after: () => undefined },
): GroupCommit {
  const waiting: Member[] = [];

  async function commit(members: readonly Member[]): Promise<void> {
    const declined = new Map<Member, unknown>();
    try {
      database.exec("BEGIN IMMEDIATE");
      for (const member of members) {
        database.exec("SAVEPOINT member");
        try {
          await member.run();
        } catch (error) {
          declined.set(member, error);
          // A full disk, say: SQLite has then rolled everything back, those before it too.
          if (!database.isTransaction) throw error;
          database.exec("ROLLBACK TO member");
        }
        database.exec("RELEASE member");
      }
      steps.before();
      database.exec("COMMIT");
    } catch (error) {
      rollBack();
      for (const member of members) member.reject(declined.get(member) ?? error);
      return;
    }
    afterCommit();
    for (const member of members) {
      if (declined.has(member)) member.reject(declined.get(member));
      else member.resolve();
    }
  }

  function afterCommit(): void {
    try {
      steps.after();
    } catch {
      // It is committed whatever fails now.
    }
  }

  function rollBack(): void {
    try {
      if (database.isTransaction) database.exec("ROLLBACK");
    } catch {
      // Nothing can be committed on this connection any more: the next group fails at its first statement.
    }
  }

  async function commitAll(): Promise<void> {
    // Whatever this turn of the event loop brings, the answers to several requests, comes along.
    await turn();
    while (waiting.length > 0) await commit(waiting.splice(0, maxMembers));
  }

  return <T>(run: () => Promise<T>) =>
    new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | undefined;
      waiting.push({
        run: async () => {
          result = { value: await run() };
        },
        resolve: () => result && resolve(result.value),
        reject,
      });
      if (waiting.length === 1) void oneByOne(commitAll);
    });
}
