import type { Command } from "commander";
import { type ParkedSum, readParked, sumOfParked } from "../../drive/report-parked.ts";
import { pendingIn } from "../../drive/watch-pending.ts";
import type { Purchaser } from "../../purchaser.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import type { LookForByToken } from "../../inspect/look-for.ts";
import { createRedriveProgress } from "../progress/progress.ts";
import { descriptionsIn, descriptionsOf, providersOf, recordsOf } from "../resources/ledger-records.ts";
import { createKnows } from "../resources/providers.ts";
import { type ExitCode, exitCodeBesideParked, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonReports } from "../text/json-documents.ts";
import { againFromLedger, settleAgain } from "../text/next-steps.ts";
import { reportText, type ReportTextOptions } from "../text/report-text.ts";
import type { CommandParts, ExecutionsModule } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";
import { mayBeBoughtNote, parkedNote } from "./may-be-bought.ts";
import { cloudOptions, ledgerHelp, type OptionsOf, paceOptions, withOptions } from "./option-groups.ts";
import { lookForRecords, recordsOfReports } from "./look-for-records.ts";
import { commandLineOf } from "./same-run.ts";
import { withKnownLedger, withPurchaser } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command,
    cloudOptions("ask it"),
    paceOptions("of one tenant, or account and region, are looked at", "it has reported, final or not"),
  );

/** The options of `buyonce settle`. */
export type SettleCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  It asks the providers about everything that is bought and not yet final, or without its marker, with growing waits,
  until all of it is final or the time is over. It never buys.
  What came to nothing (billing failed, say) is said loudly and recorded as rejected: nothing is bought for it any more.
  The next drive of its file, or buyonce redrive with its id, buys it anew.
  What is unresolved is not its business: drive it again (buyonce redrive). What is parked is named, with its price.
  What this program cannot look up (a provider or service of another program on the same ledger) is not waited for, and is
  reported as it stood at the beginning.
${ledgerHelp}
Exit codes
  0    all is final, or nothing was pending
  3    something came to nothing
  4    something is still pending, could not be looked at, or is parked
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know
  130  stopped before there was a report

With --json
  Standard output holds exactly one document:
    { "reports": [ ... ], "parked": { "count", "more", "atRisk": [ { "amount", "currency" } ] } }
  one report per execution in the shape that "buyonce drive --help" shows, about what was pending; what is parked, and what
  it costs if it is bought; else { "error": ... }.

Examples
  buyonce settle
  buyonce settle 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --timeout 3600
`;

/** What `buyonce settle` is. */
export const settle = { addOptions, help, action: settleCommand } satisfies ExecutionsModule<SettleCommandOptions>;

/**
 * `buyonce settle`: looks after what is bought and pending until it is final or the time is over. Never buys. Returns the
 * exit code. Throws a BuyonceError where there is no report, as `redrive` does.
 */
export async function settleCommand(
  executionId: string | undefined,
  options: SettleCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout } = parts.terminal;

  return withKnownLedger(executionId, options, parts, async (ledger) => {
    if (executionId !== undefined) await recordsOf(ledger, executionId);
    const records = await pendingIn(ledger, executionId);
    if (records.length === 0) {
      const parked = sumOfParked(await readParked(ledger, executionId));
      const text = "Nothing is pending: what is bought is final.\n";
      const notes = `${parkedNote(parked)}${await mayBeBoughtNote(ledger, commandLineOf(options, parts))}`;
      stdout.write(options.json ? jsonReports([], parked) : `${text}${notes}`);
      return exitCodeBesideParked(exitCodes.bought, parked.count);
    }
    // Of an execution that was named, all has to be known; else what is not is skipped, and reported so.
    const isKnown = createKnows();
    const known = await Promise.all(records.map(async (record) => executionId !== undefined || isKnown(record)));
    const own = records.filter((_record, position) => known[position]);
    return withPurchaser(ledger, { needed: providersOf(own), options, parts }, async (purchaser) => {
      const settling = { executionId, own, records, purchaser, options, parts };
      const reports = await settleUntilInterrupted(settling);
      const parked = sumOfParked(await readParked(ledger, executionId));
      writeReports(reports, parked, {
        ...settling,
        lookFor: await lookForRecords(await recordsOfReports(reports, ledger), ledger, options, parts),
      });
      return exitCodeOfSettling(
        reports.flatMap(({ outcomes }) => outcomes),
        parked,
      );
    });
  });
}

interface Settling {
  readonly executionId: string | undefined;
  /** What will be looked after. */
  readonly own: readonly TokenRecord[];
  /** Those, and what is only reported. */
  readonly records: readonly TokenRecord[];
  readonly purchaser: Purchaser<unknown>;
  readonly options: SettleCommandOptions;
  readonly parts: CommandParts;
}

async function settleUntilInterrupted(settling: Settling): Promise<readonly Report[]> {
  const { executionId, own, purchaser, options, parts } = settling;
  return untilInterrupted(settleAgain(executionId, commandLineOf(options, parts)), parts, ({ signal, drive }) =>
    drive(
      () => createRedriveProgress(parts.terminal, own, descriptionsOf(own, purchaser)),
      (onEvent) => {
        const deadline = parts.now() + options.timeout * 1000;
        const only = executionId === undefined ? {} : { executionId };
        return purchaser.watchPending({ ...only, signal, deadline, concurrency: options.concurrency, onEvent });
      },
    ),
  );
}

function writeReports(
  reports: readonly Report[],
  parked: ParkedSum,
  { records, purchaser, options, parts, lookFor }: Settling & { readonly lookFor: LookForByToken },
): void {
  const { stdout } = parts.terminal;
  if (options.json) {
    stdout.write(jsonReports(reports, parked, lookFor));
    return;
  }
  for (const report of reports) {
    const descriptions = descriptionsIn(report.executionId, records, purchaser);
    writeReport(report, { descriptions, lookFor }, options, parts);
  }
  if (parked.count > 0) stdout.write(`\n${parkedNote(parked)}`);
}

function writeReport(
  report: Report,
  said: Pick<ReportTextOptions, "descriptions" | "lookFor">,
  options: SettleCommandOptions,
  parts: CommandParts,
): void {
  const { stdout, env } = parts.terminal;
  const paint = painter(stdout, env);
  const line = commandLineOf(options, parts);
  const again = againFromLedger(report.executionId, line);
  const pendingAgain = settleAgain(report.executionId, line);
  const page = line("report", report.executionId);
  const text = reportText(report, { ...said, width: widthOf(stdout), paint, again, pendingAgain, page });
  const failed = report.outcomes.filter(({ status }) => status === "rejected").map(({ recIndex }) => `#${recIndex}`);
  const loud =
    failed.length === 0
      ? ""
      : `${paint(["bold", "red"], `CAME TO NOTHING: ${failed.join(" ")}. Bought before, and now not bought: see why below.`)}\n\n`;
  stdout.write(`\n${paint("bold", `Execution ${cleanText(report.executionId)}`)}\n\n${loud}${text}`);
}

/** What came to nothing weighs most: somebody has to act. */
function exitCodeOfSettling(outcomes: readonly Outcome[], parked: ParkedSum): ExitCode {
  if (outcomes.some(({ status }) => status === "rejected")) return exitCodes.notBought;
  const isFinal = ({ commitment, warnings = [] }: Outcome) => commitment?.settled === true && warnings.length === 0;
  return exitCodeBesideParked(outcomes.every(isFinal) ? exitCodes.bought : exitCodes.unclear, parked.count);
}
