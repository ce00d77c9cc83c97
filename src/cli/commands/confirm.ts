import type { Command } from "commander";
import type { AuditReport } from "../../contract/audit-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { ExecutionStatus } from "../../execution/execution-status.ts";
import type { Purchaser } from "../../purchaser.ts";
import { providersOf, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { canAsk, noteOn, painter, widthOf } from "../terminal/terminal.ts";
import { auditText } from "../text/audit-text.ts";
import { executionText } from "../text/executions-text.ts";
import { jsonExecution } from "../text/json-documents.ts";
import { personOptions, saidBy } from "./amend-execution.ts";
import { aborted } from "./ask-before-buying.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { cloudOptions, ledgerHelp, lookingTime, type OptionsOf, withOptions } from "./option-groups.ts";
import { withKnownLedger, withPurchaser } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(personOptions(command), cloudOptions("ask it"))
    .option(...lookingTime)
    .option("--yes", "confirm without being asked, whatever the audit finds");

/** The options of `buyonce confirm`. */
export type ConfirmCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Says that an execution may be bought as it is recorded: one of which the ledger lacks places, or whose ledger was restored
  from a backup.
  A restored ledger may have forgotten purchases. So before it is confirmed, all commitments in the places of the execution
  are read and compared with the ledger, as buyonce audit does; what that finds is shown. In a terminal it asks then; without
  one, and with --yes, it records the confirmation. Where something cannot be looked at, nothing is confirmed.
  What the ledger forgot and the provider shows with its token is adopted by the next drive, not bought again. What carries
  no token there (Redshift; EC2, where the driver died before it tagged) shows in no audit: look at the provider yourself.
  The confirmation is in the execution's history, with name, reason and what the audit found. Nothing is bought.
${ledgerHelp}
Exit codes
  0    confirmed
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know
  3    refused: the message says why, and nothing was changed
  130  stopped, or answered with No

With --json
  Standard output holds exactly one document: { "execution": ..., "audit": ... }, the execution as "buyonce executions --json"
  shows it, the audit as "buyonce audit --json" does, where the ledger was restored; else { "error": ... }.

Examples
  buyonce confirm 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --person "$USER" --reason "compared on 12 May"
`;

/** What `buyonce confirm` is. */
export const confirm = { addOptions, help, action: confirmCommand } satisfies CommandModule<
  [executionId: string],
  ConfirmCommandOptions
>;

/** `buyonce confirm`: audits where the ledger was restored, then confirms. Returns the exit code. Throws a BuyonceError. */
export async function confirmCommand(
  executionId: string,
  options: ConfirmCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const said = saidBy(options);
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    const records = await recordsOf(ledger, executionId);
    const isRestored = (await ledger.execution(executionId))?.restored === true;
    // No provider is asked about one that was not restored.
    if (!isRestored) return confirmWith(await parts.createPurchaser({ ledger, providers: [] }));
    return withPurchaser(ledger, { needed: providersOf(records), options, parts }, confirmWith);
  });

  async function confirmWith(purchaser: Purchaser<unknown>): Promise<ExitCode> {
    const { stdout, stderr, env } = parts.terminal;
    const { status, audit } = await stoppable(parts, "nothing was confirmed", (signal) =>
      purchaser.confirm(executionId, said, {
        signal,
        deadline: parts.now() + options.timeout * 1000,
        onScope: (label) => noteOn(stderr)(`Looking at ${cleanText(label)}`),
        onAudit: async (report) => agree(report, await purchaser.execution(executionId), { options, parts, signal }),
      }),
    );
    if (options.json) stdout.write(jsonExecution(status, { audit }));
    else stdout.write(executionText(status, widthOf(stdout), painter(stdout, env)));
    return exitCodes.bought;
  }
}

/** Shows what the audit found, and asks where somebody can be asked. Throws a BuyonceError `aborted` for a no. */
async function agree(
  report: AuditReport,
  status: ExecutionStatus,
  {
    options,
    parts,
    signal,
  }: { readonly options: ConfirmCommandOptions; readonly parts: CommandParts; readonly signal: AbortSignal },
): Promise<void> {
  const asks = canAsk(parts.terminal) && options.yes !== true;
  const { stdout, stderr, env } = parts.terminal;
  const shown = asks ? stderr : stdout;
  const text = auditText(report, { width: widthOf(shown), paint: painter(shown, env) });
  if (asks || !options.json) shown.write(`\n${text}\n`);
  if (!asks) return;
  const answer = await parts.confirm(confirmingQuestion(report, status), signal);
  if (answer === "yes" && !signal.aborted) return;
  throw aborted(answer === "no" ? "You said no" : "Stopped", "nothing was confirmed");
}

/** The question after the audit. */
export function confirmingQuestion(
  { findings }: Pick<AuditReport, "findings">,
  { places: { toCome } }: Pick<ExecutionStatus, "places">,
): string {
  const found = findings.length === 0 ? "The audit found nothing." : `The audit found ${findings.length}, see above.`;
  const counted = toCome === 1 ? "1 recommendation" : `${toCome} recommendations`;
  const next =
    toCome === 0
      ? "Nothing of it is left to buy."
      : `Drives then adopt what they find of it, and may buy the rest: up to ${counted}.`;
  return `${found} ${next} Confirm the execution as it is recorded?`;
}
