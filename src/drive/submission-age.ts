import { lastSentAt, type Submission } from "../contract/executor.ts";
import type { Ledger } from "../contract/ledger.ts";

/** How long ago a submission was last sent and may have bought, in milliseconds of the ledger's clock. */
export async function ageOf(ledger: Pick<Ledger, "now">, submission: Submission): Promise<number> {
  return (await ledger.now()) - lastSentAt(submission);
}
