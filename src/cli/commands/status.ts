import { type Command, Option } from "commander";
import type { ExecutionStatus } from "../../execution/execution-status.ts";
import { ledgerStatus } from "../../inspect/read-status.ts";
import { statusFilters } from "../../inspect/status-filters.ts";
import { describeRecords, executionStatusOf, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { type Paint, painter, widthOf } from "../terminal/terminal.ts";
import { executionsText, executionText } from "../text/executions-text.ts";
import { jsonStatus } from "../text/json-documents.ts";
import { statusText } from "../text/status-text.ts";
import { webhooksText } from "../text/webhooks-text.ts";
import type { CommandParts, ExecutionsModule } from "./command-parts.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, showingExitCodes, withOptions } from "./option-groups.ts";
import { wholeNumber } from "./option-values.ts";
import { lookForRecords } from "./look-for-records.ts";
import { commandLineOf } from "./same-run.ts";
import { withKnownLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .addOption(new Option("--state <state>", "only these; --help says what they mean").choices(statusFilters))
      .option("--limit <n>", "at most so many recommendations", wholeNumber(1, 10_000), 100),
    ledgerOptions,
  );

/** The options of `buyonce status`. */
export type StatusCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it shows
  What the ledger knows: of each execution its state, its limits, the money that is bought, at risk and to come, as
  buyonce executions does; then its recommendations. No provider is asked, no credentials are needed, nothing is changed.

Status, and what --state chooses
  purchased     bought; so does already-purchased
  pending       bought, and not yet settled or without its marker: a part of purchased
  in-progress   a driver holds it now
  unresolved    sent, and no driver has said what became of it: drive it again (buyonce redrive)
  parked        unresolved beyond the provider's own time limit: a person decides (buyonce resolve); a part of unresolved
  refused       a guard stopped it; nothing was sent
  rejected      the provider said no, or it came to nothing; nothing is bought
  written-off   sent, and a person gave up finding out: it may be bought, and is never bought again
  abandoned     its driver ended before anything was sent; so do waiting (for an equal purchase that is not decided yet) and
                not-bought (a person decided that: the next drive buys it)
  claimed, submitted, unknown: the ledger's own states, held by a driver or not
${ledgerHelp}${showingExitCodes}
With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "executions": [ ... ], as "buyonce executions --json" shows them, those of the recommendations that are shown,
      "recommendations": [ { "executionId", "recIndex", "token", "provider", "service", "account", "description", "status",
        "state", "commitment", "price", "error", "decision", "lookFor", "attempt", "generation", "holder", "leaseUntil",
        "createdAt", "updatedAt" } ],
      "more", "totals": { "bought": [ ... ], "unresolved": [ ... ] },
      "accounts": [ { "provider", "account", "bought", "unresolved" } ],
      "webhooks": [ ... ], as "buyonce webhooks --json" shows them, where there are some and no execution is named }
  "more" says whether there are more than --limit; the totals are of those that are shown. "lookFor" is there where something may
  be bought: what to look for at the provider, and the commands that look and that say what was found.

Examples
  buyonce status
  buyonce status --state unresolved --json
  buyonce status 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
`;

/** What `buyonce status` is. */
export const status = { addOptions, help, action: statusCommand } satisfies ExecutionsModule<StatusCommandOptions>;

/**
 * `buyonce status`: what the ledger knows; no provider is asked. Returns the exit code. Throws a BuyonceError: bad usage,
 * or a ledger that cannot be used.
 */
export async function statusCommand(
  executionId: string | undefined,
  options: StatusCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const { state, limit } = options;
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    if (executionId !== undefined) await recordsOf(ledger, executionId);
    const status = await ledgerStatus(ledger, { executionId, state, limit });
    const records = status.recommendations.map(({ record }) => record);
    const shown = executionId === undefined ? new Set(records.map((record) => record.executionId)) : [executionId];
    const executions: ExecutionStatus[] = [];
    for (const id of shown) executions.push(await executionStatusOf(ledger, id));
    const descriptions = await describeRecords(records);
    const webhooks = executionId === undefined ? await ledger.webhooks() : [];
    const lookFor = await lookForRecords(records, ledger, options, parts);
    if (options.json) stdout.write(jsonStatus(status, descriptions, executions, { webhooks, lookFor }));
    else {
      const layout = { width: widthOf(stdout), paint: painter(stdout, env) };
      const nothing = `${state === undefined ? "The ledger holds nothing" : `Nothing is ${state}`}.\n`;
      const table =
        records.length === 0
          ? nothing
          : statusText(status, { ...layout, descriptions, lookFor, line: commandLineOf(options, parts) });
      const below = webhooks.length === 0 ? "" : `\n${webhooksText(webhooks, layout.width, layout.paint)}`;
      stdout.write(`${factsText(executions, layout)}${table}${below}`);
    }
    return exitCodes.bought;
  });
}

/** The facts of the executions whose recommendations are shown below; of one at length. */
function factsText(executions: readonly ExecutionStatus[], { width, paint }: { width: number; paint: Paint }): string {
  const [only, ...others] = executions;
  if (only === undefined) return "";
  return `${others.length === 0 ? executionText(only, width, paint) : executionsText(executions, width, paint)}\n`;
}
