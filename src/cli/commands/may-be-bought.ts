import type { CommandLine } from "../text/next-steps.ts";
import type { ParkedSum } from "../../drive/report-parked.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { formatMoney } from "../../contract/money.ts";

/** As many are counted; more are "1,000 or more". */
const most = 1000;

/** What is parked, and what it costs, in a line; empty for nothing. */
export function parkedNote({ count, more, atRisk }: ParkedSum): string {
  if (count === 0) return "";
  const price = atRisk.length === 0 ? "a price that is not known" : atRisk.map(formatMoney).join(" and ");
  const counted = more ? "1,000 or more were" : count === 1 ? "1 was" : `${count} were`;
  return `Parked: ${counted} sent and may be bought, for ${price}. A person decides: look at the provider, then run buyonce resolve.\n`;
}

/**
 * What a command that found nothing to do says about purchases whose outcome nobody knows, which it does not look at and which
 * are not parked: empty, or a line.
 */
export async function mayBeBoughtNote(ledger: Ledger, line: CommandLine): Promise<string> {
  const open = await ledger.records({ states: ["submitted", "unknown"], work: "unfinished", limit: most });
  const { length } = open;
  if (length === 0) return "";
  const count = length === most ? "1,000 or more recommendations were" : length === 1 ? "1 was" : `${length} were`;
  return `${count} sent and may be bought: ${line("status", "--state", "unresolved")}\n`;
}
