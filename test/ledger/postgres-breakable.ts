import { Pool } from "pg";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { grantedClaim } from "./postgres-fixture.ts";
import { type Statement, watchedPool } from "./postgres-watched-pool.ts";

/** A ledger with one claim, whose next statement that `around` answers for goes another way; once. */
export async function breakableLedger(connectionString: string, schema: string) {
  // A caller who listens only to what is idle.
  const pool = new Pool({ connectionString, max: 2 });
  pool.on("error", () => undefined);
  type Around = (statement: Statement) => Promise<Awaited<ReturnType<Statement["send"]>> | undefined>;
  let around: Around | undefined;
  const watched = watchedPool(pool, async (statement) => {
    const taken = around;
    if (taken === undefined) return statement.send();
    around = undefined;
    try {
      const result = await taken(statement);
      if (result !== undefined) return result;
      around = taken;
    } catch (error) {
      around = undefined;
      throw error;
    }
    return statement.send();
  });
  const ledger = await openPostgresLedger({ pool: watched, schema });
  const claim = await grantedClaim(ledger);
  return {
    ledger,
    claim,
    pool,
    next: (run: Around) => {
      around = run;
    },
  };
}
