import type { Command } from "commander";
import type { Decision, PersonFinding } from "../../drive/resolve-by-person.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { decisionText } from "../../contract/decision.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { Outcome } from "../../contract/report.ts";
import { providersOf, recordsOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodeOf, exitCodes, usageError } from "../terminal/exit-code.ts";
import { jsonOutcome } from "../text/json-documents.ts";
import { type Again, againFromLedger, type NextStep, nextSteps } from "../text/next-steps.ts";
import { why } from "../text/table-cells.ts";
import { checkEndpoints, checkExecutionId, ledgerOf, textArgument } from "./option-checks.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { cloudOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { commandLineOf } from "./same-run.ts";
import { withLedger, withPurchaser } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .option("--bought <id>", "it was bought: the id of the commitment at the provider")
      .option("--not-this <id>", "the commitment of this id looks like it, and is another purchase")
      .option(
        "--not-bought",
        "it was not bought: it is bought anew; refused while the provider shows it, or answers unclearly",
      )
      .option("--write-off", "nobody can find out any more: it may be bought, and is never bought again")
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
  report says under which handle it was sent, when, and what was last answered. Others are refused, because something
  that was found may be it. Look at the provider yourself, and say what you found, with exactly one of these.

--bought ID
  The commitment is read, compared with what was asked for, recorded and marked. Refused where the id is not there, is
  something else, was there before the send, carries another recommendation's token or counts for one, and while another
  one is live under its own name, handle or token. What carries its token is taken as it is, with a warning where it
  differs. Also for what was never sent from here: bought by hand, or with a ledger that is lost.

--not-this ID
  The commitment looks like it, and is another purchase: it counts no more for this recommendation. Refused for one that
  carries its token and is live, or that is what was bought under its handle: take a wrong mark off at the provider. It
  decides nothing else: drive again, or say --not-bought then.

--not-bought
  The provider is asked about everything that was sent. Needs a clear answer: while it shows a commitment, fails, or shows
  what may be it, this is refused; of that say first --bought or --not-this. Needs age, too: what was bought may not
  show for some minutes after the last send (5 for most services, 15 for AWS savings plans). The refusal says from when
  on to ask again. The next drive, or timer, buys it anew.

--write-off
  No clear answer can come any more: the account is closed, say. From the provider's own time limit on (a day). It
  counts as maybe bought in every total, no drive or timer looks at it, and it is never bought again. If it shows after
  all, say --bought ID.

Name and reason go into the ledger's history and stand in later reports. Nothing is bought here.
${ledgerHelp}
Exit codes
  0    recorded
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution or recommendation that the ledger does not know
  3    refused: the provider contradicts, it is too early, the answer is unclear, there is nothing to decide, or another
       driver holds it; nothing was recorded
  4    recorded in part: another driver took over
  130  stopped

With --json
  Standard output holds exactly one document: the outcome, in the shape that "buyonce drive --help" shows, with the
  "decision" and with status
    already-purchased      for --bought
    refused                for --not-bought (code resolved-as-not-bought), and for --not-this where nothing is open
    unresolved             for --not-this (code resolved-as-not-this) where it is
    written-off            for --write-off
  else { "error": ... }, with "retryAfter" in milliseconds where it is too early.

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

  return withLedger(ledgerOf(options, parts), { mustExist: true }, parts, async (ledger) => {
    const record = (await recordsOf(ledger, executionId)).find((candidate) => candidate.recIndex === recIndex);
    if (record === undefined) {
      throw usageError(`The ledger knows no recommendation #${recIndex} of this execution. Nothing was recorded.`);
    }
    return withPurchaser(ledger, { needed: providersOf([record]), options, parts }, async (purchaser) => {
      const outcome = await stoppable(parts, "nothing was recorded", (signal) =>
        purchaser.resolveByPerson(decision, { signal }),
      );
      const again = againFromLedger(executionId, commandLineOf(options, parts));
      stdout.write(options.json ? jsonOutcome(outcome) : resolveText(outcome, decision, again));
      return isRecorded(outcome) ? exitCodes.bought : exitCodeOf([outcome]);
    });
  });
}

function whatIsSaid({
  bought,
  notThis,
  notBought = false,
  writeOff = false,
  person,
  reason,
}: ResolveCommandOptions): Pick<Decision, "finding" | "person" | "reason"> {
  const said = (option: string, text: string) => textArgument(option, text, "Nothing was recorded");
  const findings: readonly PersonFinding[] = [
    ...(bought === undefined ? [] : [{ bought: said("--bought", bought) }]),
    ...(notThis === undefined ? [] : [{ notThis: said("--not-this", notThis) }]),
    ...(notBought ? ["not-bought" as const] : []),
    ...(writeOff ? ["write-off" as const] : []),
  ];
  const [finding, ...more] = findings;
  if (finding === undefined || more.length > 0) {
    throw usageError(
      "Say what became of it: exactly one of --bought ID, --not-this ID, --not-bought and --write-off. Nothing was recorded.",
    );
  }
  return { finding, person: said("--person", person), reason: said("--reason", reason) };
}

const recordedCodes: readonly ErrorCode[] = ["resolved-as-not-bought", "resolved-as-not-this", "written-off"];

/** What is recorded, though it is no purchase. */
function isRecorded({ error }: Outcome): boolean {
  return error !== undefined && recordedCodes.includes(error.code);
}

/** What `buyonce resolve` says: what is recorded, by whom, and what to do next. `again` is how to drive it again. */
export function resolveText(outcome: Outcome, { recIndex }: Pick<Decision, "recIndex">, again: Again): string {
  const { status, decision, warnings = [] } = outcome;
  const isBought = status === "already-purchased" || status === "purchased";
  if (!isBought && !isRecorded(outcome)) return `#${recIndex} is ${status}: ${why(outcome)}\n`;
  const decided = decision === undefined ? "what you said" : cleanText(decisionText(decision));
  const next = isBought ? nextSteps([outcome], again).flatMap(nextLines) : nextAfter(outcome, again);
  return [`Recorded for #${recIndex}: ${decided}`, ...warnings.map(cleanText), ...next]
    .map((line) => `${line}\n`)
    .join("");
}

function nextLines({ text, command }: Pick<NextStep, "text" | "command">): readonly string[] {
  return [`next: ${text}`, ...(command === undefined ? [] : [`    ${command}`])];
}

function nextAfter({ error, status }: Outcome, { words, command }: Again): readonly string[] {
  if (status === "written-off") {
    return [
      "It counts as maybe bought, and is never bought again.",
      ...nextLines({ text: "if it shows after all, say so with --bought ID." }),
    ];
  }
  if (error?.code === "resolved-as-not-bought") {
    return nextLines({ text: `to buy it, ${words}. A timer buys it, too.`, command });
  }
  const text =
    status === "unresolved"
      ? `whether it was bought is not known yet. To find out, ${words}; or say what became of it.`
      : `to go on, ${words}.`;
  return nextLines({ text, command });
}
