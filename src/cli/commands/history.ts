import { ledgerHistory } from "../../inspect/read-history.ts";
import { payerOf } from "../../contract/payer.ts";
import { describeRecords, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { plainSpaces } from "../terminal/table.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { historyText } from "../text/history-text.ts";
import { jsonHistory } from "../text/json-documents.ts";
import { whatText } from "../text/table-cells.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { ledgerHelp, type LedgerOptions, ledgerOptions } from "./option-groups.ts";
import { withKnownLedger } from "./with-resources.ts";

const help = `
What it shows
  Every change that the ledger made, oldest first: when, what happened, the state after it, how many handles were sent or
  written ahead by then (try), the driver, and the id, price or answer code. No provider is asked, nothing is changed.
${ledgerHelp}
Exit codes
  0    shown
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution or recommendation that the ledger does not know

With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "executionId", "recommendations": [ { "executionId", "recIndex", "token", "provider", "service", "account",
        "description", "history": [ { "at", "event", "from", "to", "holder", "epoch", "attempt", "code", "detail" } ] } ] }

Examples
  buyonce history 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
  buyonce history 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --json
`;

/** What `buyonce history` is. */
export const history = { addOptions: ledgerOptions, help, action: historyCommand } satisfies CommandModule<
  [executionId: string, recIndex: number | undefined],
  LedgerOptions
>;

/**
 * `buyonce history`: every change that the ledger made to an execution; no provider is asked. Returns the exit code.
 * Throws a BuyonceError: bad usage, or a ledger that cannot be used.
 */
export async function historyCommand(
  executionId: string,
  recIndex: number | undefined,
  options: LedgerOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    const records = await recordsOf(ledger, executionId);
    if (recIndex !== undefined && !records.some((record) => record.recIndex === recIndex)) {
      throw usageError(`The ledger knows no recommendation #${recIndex} of this execution.`);
    }
    const histories = await ledgerHistory(ledger, executionId, recIndex);
    const descriptions = await describeRecords(histories.map(({ record }) => record));
    if (options.json) {
      stdout.write(jsonHistory(executionId, histories, descriptions));
      return exitCodes.bought;
    }
    const paint = painter(stdout, env);
    const blocks = histories.map(({ record, lines }, index) => {
      const head = paint(
        "bold",
        `#${record.recIndex} ${whatText(descriptions[index], payerOf(record.recommendation))}`,
      );
      return `${plainSpaces(head)}\n\n${historyText(lines, widthOf(stdout), paint)}`;
    });
    stdout.write(blocks.join("\n"));
    return exitCodes.bought;
  });
}
