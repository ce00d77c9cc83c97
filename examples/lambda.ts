import { createPurchaser, type Outcome } from "buyonce";
import { createAzure } from "buyonce/azure";
import { openPostgresLedger } from "buyonce/postgres";

/** What the handler uses of AWS Lambda's context. */
interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Left before Lambda ends the process: to answer, and for a clock that is a little behind. */
const reserve = 2000;

// Once a process: Lambda keeps it for the calls that follow. Its disk does not last, so the ledger is elsewhere.
const connectionString = process.env["DATABASE_URL"] ?? "postgres://127.0.0.1/buyonce";
const ledger = await openPostgresLedger({ connectionString });
const endpoint = process.env["AZURE_ENDPOINT"];
const azure = createAzure({
  // One purchase may take so long, in milliseconds: none begins with less than that left.
  purchaseTimeout: 20_000,
  ...(endpoint === undefined ? {} : { endpoint }),
});
const purchaser = createPurchaser({ ledger, providers: [azure] });

/**
 * Drives an execution within the time that Lambda leaves. `again` says that something is still to be found out or to be
 * bought: call it again with the same execution, by Step Functions or a queue. A call that Lambda ended all the same, or
 * made twice, does no harm.
 */
export async function handler(
  execution: unknown,
  context: LambdaContext,
): Promise<{ readonly again: boolean; readonly outcomes: readonly Outcome[] }> {
  const deadline = Date.now() + context.getRemainingTimeInMillis() - reserve;
  const { outcomes } = await purchaser.drive(purchaser.validate(execution), { deadline });
  const pending = ({ error, commitment }: Outcome) => error?.retryable || commitment?.settled === false;
  return { again: outcomes.some(pending), outcomes };
}
