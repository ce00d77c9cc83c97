import type { Command } from "commander";
import { executionIn } from "../../drive/plan-document.ts";
import { readExecution } from "../../drive/read-plan.ts";
import { endpointsAt, providersNamedIn } from "../resources/providers.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { executionText } from "../text/executions-text.ts";
import { jsonExecution } from "../text/json-documents.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { checkEndpoints, ledgerOf } from "./option-checks.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, withOptions } from "./option-groups.ts";
import { buildProviders, requestTimeout, withLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command.option("--require-approval", "nothing of it is bought before a person approved it (buyonce approve)"),
    ledgerOptions,
  );

/** The options of `buyonce submit`. */
export type SubmitCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Records the execution with all its recommendations and limits, and buys nothing. A drive of the same file, buyonce redrive
  or a timer buys it; with --require-approval only after buyonce approve. No provider is asked.
  An execution that is recorded already has to be the same.
  A plan (buyonce quote --out) is recorded with its limits: what it says is bought, at no more than was seen. Whoever approves
  it names the "termsHash" that stands in it.
${ledgerHelp}
Exit codes
  0    recorded
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage or an invalid file
  3    refused: another execution, or other limits, are recorded under its id

With --json
  Standard output holds exactly one document: the execution as "buyonce executions --json" shows it; else { "error": ... }.

Examples
  buyonce submit execution.json --require-approval
  buyonce submit plan.json --require-approval
`;

/** What `buyonce submit` is. */
export const submit = { addOptions, help, action: submitCommand } satisfies CommandModule<
  [file: string],
  SubmitCommandOptions
>;

/** `buyonce submit`: records an execution without driving it. Returns the exit code. Throws a BuyonceError. */
export async function submitCommand(
  file: string,
  options: SubmitCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  checkEndpoints(options);
  const input = await readExecutionFile(file, parts.terminal.stdin);
  const providers = await buildProviders(providersNamedIn(executionIn(input)), {
    // Nobody is asked; in a sandbox they are those of a sandbox, for which a plan may have been made.
    endpoints: options.sandbox ? endpointsAt("http://127.0.0.1") : {},
    purchaseTimeout: requestTimeout,
    parts,
  });
  // A bad file makes no ledger.
  readExecution(input, providers);
  return withLedger(ledgerOf(options, parts), {}, parts, async (ledger) => {
    const purchaser = await parts.createPurchaser({ ledger, providers });
    const status = await purchaser.submit(input, { requireApproval: options.requireApproval ?? false });
    if (options.json) stdout.write(jsonExecution(status));
    else stdout.write(executionText(status, widthOf(stdout), painter(stdout, env)));
    return exitCodes.bought;
  });
}
