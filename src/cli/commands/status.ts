import type { StatusFilter } from "../../inspect/status-filters.ts";
import { ledgerStatus } from "../../inspect/read-status.ts";
import { close } from "../resources/close.ts";
import { describeRecords } from "../resources/describe-records.ts";
import { recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonStatus } from "../text/json-documents.ts";
import { statusText } from "../text/status-text.ts";
import { checkEndpoints, checkExecutionId, type CloudCommandOptions, ledgerOf } from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";

/** The options of every command that reads a ledger and asks nobody, parsed. */
export type LedgerCommandOptions = Pick<CloudCommandOptions, "ledger" | "sandbox" | "json">;

/** The options of `buyonce status`, parsed. */
export interface StatusCommandOptions extends LedgerCommandOptions {
  readonly state?: StatusFilter | undefined;
  readonly limit: number;
}

/** What the commands that only read a ledger are put together from. */
export type LedgerParts = Pick<CommandParts, "terminal" | "openLedger">;

/**
 * `buyonce status`: what the ledger knows; no provider is asked. Returns the exit code. Throws a BuyonceError: bad usage,
 * or a ledger that cannot be used.
 */
export async function statusCommand(
  executionId: string | undefined,
  { state, limit, ...options }: StatusCommandOptions,
  { terminal, openLedger }: LedgerParts,
): Promise<ExitCode> {
  const where = { ...options, endpoints: {} };
  checkEndpoints(where);
  checkExecutionId(executionId);
  const ledger = await openLedger(ledgerOf(where), { mustExist: true });
  try {
    if (executionId !== undefined) await recordsOf(ledger, executionId);
    const status = await ledgerStatus(ledger, { executionId, state, limit });
    const descriptions = await describeRecords(status.recommendations.map(({ record }) => record));
    const layout = { width: widthOf(terminal.stdout), paint: painter(terminal.stdout, terminal.env) };
    if (options.json) terminal.stdout.write(jsonStatus(status, descriptions));
    else if (status.recommendations.length === 0) {
      terminal.stdout.write(`${state === undefined ? "The ledger holds nothing" : `Nothing is ${state}`}.\n`);
    } else terminal.stdout.write(statusText(status, { ...layout, descriptions }));
    return exitCodes.bought;
  } finally {
    await close("ledger", ledger, noteOn(terminal.stderr));
  }
}
