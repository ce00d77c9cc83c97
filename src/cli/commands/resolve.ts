import type { Command } from "commander";
import type { Decision } from "../../drive/resolve-by-person.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Outcome } from "../../contract/report.ts";
import { providersOf, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodeOf, exitCodes, usageError } from "../terminal/exit-code.ts";
import { jsonOutcome } from "../text/json-documents.ts";
import { againFromLedger, nextSteps } from "../text/next-steps.ts";
import { why } from "../text/table-cells.ts";
import { checkEndpoints, checkExecutionId, ledgerOf, textArgument } from "./option-checks.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { cloudOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { withLedger, withPurchaser } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .option("--bought <id>", "it was bought: the id of the commitment at the provider")
      .option("--not-bought", "it was not bought; refused while the provider shows it")
      .requiredOption("--person <name>", "who decides: goes into the history")
      .requiredOption("--reason <text>", "why: goes into the history"),
    cloudOptions("ask it; nothing is spent"),
  );

/** The options of `buyonce resolve`. */
export type ResolveCommandOptions = OptionsOf<typeof addOptions>;

const help = `
When
  A recommendation stays unresolved when it was sent and nobody can say whether it was bought. Drive it again first
  (buyonce redrive): most of it is found out so. What is not found out in the provider's own time limit is parked, and the
  report says under which handle it was sent, when, and what was last answered. Look at the provider yourself, and say
  what you found.

What is checked
  --bought ID   the commitment is read and compared with what was asked for, then recorded and marked. An id that is not
                there, or is something else, or belongs to another recommendation is refused.
  --not-bought  the provider is asked once more. While it shows a commitment for it, this is refused: drive it again,
                and that commitment is adopted. Recorded as not bought, it is bought anew by the next drive.
  Name and reason go into the ledger's history. Nothing is bought here.
${ledgerHelp}
Exit codes
  0    recorded
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution or recommendation that the ledger does not know
  3    refused: the provider contradicts, its outcome is not unknown, or another driver holds it; nothing was recorded
  4    recorded in part: another driver took over
  130  stopped

With --json
  Standard output holds exactly one document: the outcome, in the shape that "buyonce drive --help" shows, with status
  "already-purchased", or "refused" with the error code resolved-as-not-bought; else { "error": ... }.

Examples
  buyonce resolve 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --not-bought --person "$USER" --reason "not on the bill"
  buyonce resolve 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 2 --bought 0a1b2c3d-1111-2222-3333-444455556666 \\
    --person "$USER" --reason "the only one of that day"
`;

/** What `buyonce resolve` is. */
export const resolve = { addOptions, help, action: resolveCommand } satisfies CommandModule<
  [executionId: string, recIndex: number],
  ResolveCommandOptions
>;

/**
 * `buyonce resolve`: records what a person found out about a purchase whose outcome nobody could tell. Returns the exit
 * code. Throws a BuyonceError: bad usage, a RefusedError of the guard that contradicts, a ledger that cannot be used.
 */
export async function resolveCommand(
  executionId: string,
  recIndex: number,
  options: ResolveCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout } = parts.terminal;
  checkExecutionId(executionId);
  const decision: Decision = { executionId, recIndex, ...whatIsSaid(options) };
  checkEndpoints(options);

  return withLedger(ledgerOf(options), { mustExist: true }, parts, async (ledger) => {
    const record = (await recordsOf(ledger, executionId)).find((candidate) => candidate.recIndex === recIndex);
    if (record === undefined) {
      throw usageError(`The ledger knows no recommendation #${recIndex} of this execution. Nothing was recorded.`);
    }
    return withPurchaser(ledger, { needed: providersOf([record]), options, parts }, async (purchaser) => {
      const outcome = await stoppable(parts, "nothing was recorded", (signal) =>
        purchaser.resolveByPerson(decision, { signal }),
      );
      stdout.write(options.json ? jsonOutcome(outcome) : resolveText(outcome, decision, againFromLedger(executionId)));
      return isRecorded(outcome) ? exitCodes.bought : exitCodeOf([outcome]);
    });
  });
}

function whatIsSaid({
  bought,
  notBought = false,
  person,
  reason,
}: ResolveCommandOptions): Pick<Decision, "finding" | "person" | "reason"> {
  if ((bought !== undefined) === notBought) {
    throw usageError("Say what became of it: exactly one of --bought ID and --not-bought. Nothing was recorded.");
  }
  const said = (option: string, text: string) => textArgument(option, text, "Nothing was recorded");
  return {
    finding: bought === undefined ? "not-bought" : { bought: said("--bought", bought) },
    person: said("--person", person),
    reason: said("--reason", reason),
  };
}

/** Not bought is recorded as a refusal that the next drive lifts. */
function isRecorded({ status, error }: Outcome): boolean {
  return status === "refused" && error?.code === "resolved-as-not-bought";
}

/** What `buyonce resolve` says: what is recorded, by whom, and what to do next. `again` is how to drive it again. */
export function resolveText(outcome: Outcome, { recIndex, person, reason }: Decision, again: string): string {
  const { status, error, commitment } = outcome;
  const by = `Its history says by whom and why: ${cleanText(person)}: ${cleanText(reason)}\n`;
  if (error?.code === "resolved-as-not-bought") {
    return `#${recIndex} is recorded as not bought. ${by}next: to buy it, ${again}.\n`;
  }
  if (status !== "already-purchased" && status !== "purchased") return `#${recIndex} is ${status}: ${why(outcome)}\n`;
  const more = why(outcome);
  const [step] = nextSteps([outcome], again);
  const next = step === undefined ? "" : `${more}\nnext: ${step.text}\n`;
  return `#${recIndex} is recorded as bought: ${cleanText(commitment?.id ?? "")}. ${by}${next}`;
}
