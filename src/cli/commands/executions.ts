import type { Command } from "commander";
import { executionStatusOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { executionHistoryText, executionsText, executionText } from "../text/executions-text.ts";
import { jsonExecution, jsonExecutions } from "../text/json-documents.ts";
import type { CommandParts, ExecutionsModule } from "./command-parts.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, showingExitCodes, withOptions } from "./option-groups.ts";
import { wholeNumber } from "./option-values.ts";
import { withKnownLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command.option("--limit <n>", "at most so many, last changed first", wholeNumber(1, 1000), 100),
    ledgerOptions,
  );

/** The options of `buyonce executions`. */
export type ExecutionsCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it shows
  How executions stand: their state, their limits, the money that is bought, at risk (sent, and not known to be bought or
  not) and to come. With an id: that one, the terms that an approval names, and its history. No provider is asked.

State
  waiting        for its approval, its time, or a person who confirms it; timers pass it over
  stopped        cancelled or expired: what was sent is looked after, nothing more is bought
  working        some of it is work that buyonce redrive does
  needs-person   nothing is work, but something was refused, rejected or parked
  complete       everything is bought and settled, skipped, or decided

To come
  The sum of the limits (maxPrice) of what is not sent yet; "+ 2" says that two more have none. Of what is stopped, nothing.
${ledgerHelp}${showingExitCodes}
With --json
  Standard output holds exactly one document: { "executions": [ ... ] }, or with an id { "execution": { "executionId",
  "source", "state", "forbidden", "termsVersion", "termsHash", "approvalRequired", "approval", "cancelled", "maxTotals",
  "notBefore", "expiresAt", "places", "money", "unlimited", ... }, "history": [ ... ] }.

Examples
  buyonce executions
  buyonce executions 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --json
`;

/** What `buyonce executions` is. */
export const executions = {
  addOptions,
  help,
  action: executionsCommand,
} satisfies ExecutionsModule<ExecutionsCommandOptions>;

/** `buyonce executions`: how executions stand in the ledger. Returns the exit code. Throws a BuyonceError. */
export async function executionsCommand(
  executionId: string | undefined,
  options: ExecutionsCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const [paint, width] = [painter(stdout, env), widthOf(stdout)];
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    if (executionId === undefined) {
      const purchaser = await parts.createPurchaser({ ledger, providers: [] });
      const all = await purchaser.executions({ limit: options.limit });
      if (options.json) stdout.write(jsonExecutions(all));
      else stdout.write(all.length === 0 ? "The ledger holds no execution.\n" : executionsText(all, width, paint));
      return exitCodes.bought;
    }
    const status = await executionStatusOf(ledger, executionId);
    const history = await ledger.executionHistory(executionId);
    if (options.json) stdout.write(jsonExecution(status, { history }));
    else stdout.write(`${executionText(status, width, paint)}\n${executionHistoryText(history, width, paint)}`);
    return exitCodes.bought;
  });
}
