import { type Command, Option } from "commander";
import { ledgerStatus } from "../../inspect/read-status.ts";
import { statusFilters } from "../../inspect/status-filters.ts";
import { describeRecords, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonStatus } from "../text/json-documents.ts";
import { statusText } from "../text/status-text.ts";
import { checkEndpoints, checkExecutionId, ledgerOf } from "./option-checks.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, wholeNumber, withOptions } from "./option-groups.ts";
import { withLedger } from "./with-resources.ts";

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
  What the ledger knows. No provider is asked, no credentials are needed, nothing is changed.

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
${ledgerHelp}
Exit codes
  0    shown
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know

With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "recommendations": [ { "executionId", "recIndex", "token", "description", "status", "state", "commitment", "price",
        "error", "decision", "attempt", "generation", "holder", "leaseUntil", "createdAt", "updatedAt" } ],
      "more", "totals": { "bought": [ ... ], "unresolved": [ ... ] } }
  "more" says whether there are more than --limit; the totals are of those that are shown.

Examples
  buyonce status
  buyonce status --state unresolved --json
  buyonce status 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
`;

/** What `buyonce status` is. */
export const status = { addOptions, help, action: statusCommand } satisfies CommandModule<
  [executionId: string | undefined],
  StatusCommandOptions
>;

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
  checkEndpoints(options);
  checkExecutionId(executionId);
  return withLedger(ledgerOf(options), { mustExist: true }, parts, async (ledger) => {
    if (executionId !== undefined) await recordsOf(ledger, executionId);
    const status = await ledgerStatus(ledger, { executionId, state, limit });
    const descriptions = await describeRecords(status.recommendations.map(({ record }) => record));
    const layout = { descriptions, width: widthOf(stdout), paint: painter(stdout, env) };
    if (options.json) stdout.write(jsonStatus(status, descriptions));
    else if (status.recommendations.length === 0) {
      stdout.write(`${state === undefined ? "The ledger holds nothing" : `Nothing is ${state}`}.\n`);
    } else stdout.write(statusText(status, layout));
    return exitCodes.bought;
  });
}
