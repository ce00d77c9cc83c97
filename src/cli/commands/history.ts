import { ledgerHistory } from "../../inspect/read-history.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { close } from "../resources/close.ts";
import { describeRecords } from "../resources/describe-records.ts";
import { recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { historyText } from "../text/history-text.ts";
import { jsonHistory } from "../text/json-documents.ts";
import { checkEndpoints, checkExecutionId, ledgerOf } from "./command-options.ts";
import type { LedgerCommandOptions, LedgerParts } from "./status.ts";

/**
 * `buyonce history`: every change that the ledger made to an execution; no provider is asked. Returns the exit code.
 * Throws a BuyonceError: bad usage, or a ledger that cannot be used.
 */
export async function historyCommand(
  executionId: string,
  recIndex: number | undefined,
  options: LedgerCommandOptions,
  { terminal, openLedger }: LedgerParts,
): Promise<ExitCode> {
  const { stdout, stderr, env } = terminal;
  const where = { ...options, endpoints: {} };
  checkEndpoints(where);
  checkExecutionId(executionId);
  const ledger = await openLedger(ledgerOf(where), { mustExist: true });
  try {
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
      const head = paint("bold", `#${record.recIndex} ${cleanText(descriptions[index] ?? "")}`);
      return `${head}\n\n${historyText(lines, widthOf(stdout), paint)}`;
    });
    stdout.write(blocks.join("\n"));
    return exitCodes.bought;
  } finally {
    await close("ledger", ledger, noteOn(stderr));
  }
}
