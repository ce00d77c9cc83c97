import type { Ledger } from "../../contract/ledger.ts";

/** As many as are counted; more are "1,000 or more". */
const most = 1000;

/**
 * What a command that found nothing to do says about purchases whose outcome nobody knows, which it does not look at: empty,
 * or a line.
 */
export async function mayBeBoughtNote(ledger: Ledger): Promise<string> {
  const { length } = await ledger.records({ states: ["submitted", "unknown"], limit: most });
  if (length === 0) return "";
  const count = length === most ? "1,000 or more recommendations were" : length === 1 ? "1 was" : `${length} were`;
  return `${count} sent and may be bought: buyonce status --state unresolved.\n`;
}
