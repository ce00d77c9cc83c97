import type { Command } from "commander";
import { findUnfinished, type FoundUnfinished } from "../../drive/redrive-unfinished.ts";
import { type ParkedSum, readParked, sumOfParked, withParked } from "../../drive/report-parked.ts";
import type { Purchaser } from "../../purchaser.ts";
import type { ReportedExecution } from "../../report/html-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import type { Report } from "../../contract/report.ts";
import type { LookForByToken } from "../../inspect/look-for.ts";
import { createRedriveProgress } from "../progress/progress.ts";
import {
  describeRecords,
  descriptionsIn,
  descriptionsOf,
  providersOf,
  recordsOf,
} from "../resources/ledger-records.ts";
import { createKnows, type ProviderName, realClouds } from "../resources/providers.ts";
import { checkReportFile, keepEvents, writeReportFile } from "../resources/report-file.ts";
import {
  type ExitCode,
  exitCodeBesideParked,
  exitCodeOf,
  exitCodeOfLost,
  exitCodes,
  usageError,
} from "../terminal/exit-code.ts";
import { noteOn, type Paint, painter, type Terminal, widthOf } from "../terminal/terminal.ts";
import { jsonReports } from "../text/json-documents.ts";
import { againFromLedger, type CommandLine } from "../text/next-steps.ts";
import { reportText, sandboxText } from "../text/report-text.ts";
import { agreeOnRedriving } from "./ask-before-buying.ts";
import { endpointsOf, isImitated, ownFiles } from "./option-checks.ts";
import type { CommandParts, ExecutionsModule } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";
import { mayBeBoughtNote, parkedNote } from "./may-be-bought.ts";
import { buyOptions, ledgerHelp, type OptionsOf, withOptions, defaultFiles } from "./option-groups.ts";
import { duration, wholeNumber } from "./option-values.ts";
import { lookForRecords, recordsOfReports, portalsOfRecords } from "./look-for-records.ts";
import { commandLineOf } from "./same-run.ts";
import { withClouds, withKnownLedger } from "./with-resources.ts";

/** Seconds for which nothing has happened to it, and how many are taken up, unless told otherwise. */
const defaults = { olderThan: 30, limit: 100 } as const;

const addOptions = (command: Command) =>
  withOptions(
    command
      .option(
        "--older-than <duration>",
        `only what nothing has happened to for so long: seconds, or such as 10m, 2d (default: ${defaults.olderThan}; with --parked: 0)`,
        duration(0, 103_680_000),
      )
      .option(
        "--limit <n>",
        `at most so many recommendations, longest untouched first (default: ${defaults.limit})`,
        wholeNumber(1, 10_000),
      )
      .option("--retry-refused", "also what was refused or rejected")
      .option("--parked", "also what is parked: sent long ago, and for a person to decide"),
    buyOptions,
  );

/** The options of `buyonce redrive`. */
export type RedriveCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What is driven
  With an execution id: all recommendations of that execution, as the ledger has them; no file is needed.
  Without: what was left behind in any execution, which nobody holds now: written ahead or unknown, abandoned by a dead
  driver, bought but not yet settled, or without its marker; with --retry-refused also what was refused or rejected.
  What is parked (unresolved for longer than the provider's own time limit: a day, for most services) waits for a person:
  it is not driven, and is reported with its price as the ledger has it. With --parked, with its execution's id, or with
  its file it is looked at all the same. What is written off is never driven.
  What this program cannot buy (a provider or service of another program on the same ledger) is skipped: it is not
  touched, holds nothing up, counts towards no --limit, and is reported as the ledger has it (executor-missing).
  It is safe beside live drivers, here and on other machines. Run it by a timer.

Money
  Once it is proven that something was not bought, it is bought, within the maxPrice that the execution had. Against a
  real cloud it shows what it will drive, and asks first; without a terminal it needs --yes.
  The ledger must be there: a wrong --ledger is an error, not an empty one. With --sandbox or an http endpoint the
  default is ${defaultFiles.sandboxLedger}. Never drive records of a real cloud against an imitation.
${ledgerHelp}
Exit codes
  As for drive, over all that was driven, parked or skipped; so 4 while anything is parked; 0 when nothing was left
  behind. With --older-than above the interval of the other program's own timer, what that one looks after does not show
  here.

With --json
  Standard output holds exactly one document:
    { "reports": [ ... ], "parked": { "count", "more", "atRisk": [ { "amount", "currency" } ] } }
  one report per execution in the shape that "buyonce drive --help" shows, about the recommendations that were driven,
  parked or skipped; how many are parked ("more": 1,000 or more), and what they cost if they are bought; else
  { "error": ... }.

Examples
  buyonce redrive
  buyonce redrive --yes --json --older-than 5m --limit 20
  buyonce redrive 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
`;

/** What `buyonce redrive` is. */
export const redrive = { addOptions, help, action: redriveCommand } satisfies ExecutionsModule<RedriveCommandOptions>;

/**
 * `buyonce redrive`: drives an execution again, or all that was left behind, from the ledger alone. Returns the exit code.
 * Throws a BuyonceError where there is no report, as `drive` does.
 */
export async function redriveCommand(
  executionId: string | undefined,
  options: RedriveCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, stderr } = parts.terminal;
  checkSelection(executionId, options);
  await checkReportFile(options.report, ownFiles(options, parts));

  return withKnownLedger(executionId, options, parts, async (ledger) => {
    const { own, withoutExecutor } = await leftBehind(ledger, executionId, options);
    const records = [...own, ...withoutExecutor];
    if (records.length === 0) return nothingToDrive(ledger, options, parts);
    const needs = { needed: providersOf(own), options, parts, buying: options };
    checkWorld(needs.needed, options);
    return withClouds(needs, async ({ providers, real, sandbox }) => {
      const purchaser = await parts.createPurchaser({ ledger, providers });
      const events: DriveEvent[] = [];
      const redrive = { executionId, own, records, ledger, purchaser, options, parts, events };
      const reports = await redriveUntilInterrupted(redrive, real.length > 0 && !options.yes);
      const parked = await readParked(ledger, executionId);
      const now = await recordsOfReports(reports, ledger);
      const lookFor = await lookForRecords(now, ledger, options, parts);
      await writeReports(reports, parked, { ...redrive, lookFor });
      const links = options.report === undefined ? undefined : await portalsOfRecords(now, options, parts);
      const pages = reports.map((report) => ({ ...pageOf(report, { ...redrive, lookFor }), links }));
      const how = { at: parts.now(), events, imitation: real.length === 0 };
      const written = await writeReportFile(options.report, pages, how, { ledger, note: noteOn(stderr) });
      if (sandbox && !options.json)
        stdout.write(sandboxText(sandbox.purchaseRequests(), painter(stdout, parts.terminal.env)));
      const code = exitCodeBesideParked(exitCodeOf(reports.flatMap(({ outcomes }) => outcomes)), parked.length);
      return written ? code : exitCodeOfLost(code);
    });
  });
}

/** Throws a usage error where what an imitation sold would be driven against a real cloud. */
function checkWorld(needed: readonly ProviderName[], options: RedriveCommandOptions): void {
  if (options.ledger !== undefined || options.sandbox || !isImitated(options)) return;
  const real = realClouds(needed, endpointsOf(options));
  if (real.length === 0) return;
  throw usageError(
    `This would drive the ledger of imitated purchases (${defaultFiles.sandboxLedger}) against the real ${real.join(" and ")}. Give ${real.map((name) => `--${name}-endpoint`).join(" and ")} too, or no endpoint. Nothing was sent.`,
  );
}

/** Says that there is nothing to drive; and what is parked, as the ledger has it: no cloud is asked. */
async function nothingToDrive(ledger: Ledger, options: RedriveCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const { json } = options;
  const olderThan = olderThanOf(options);
  const line = commandLineOf(options, parts);
  const parked = await readParked(ledger);
  const reports = withParked([], parked);
  const sum = sumOfParked(parked);
  const open = await mayBeBoughtNote(ledger, line);
  const what =
    open === ""
      ? `Nothing was left behind ${olderThan} seconds ago or before: there is nothing to drive again.`
      : `What is open was touched in the last ${olderThan} seconds, or another driver holds it: there is nothing to drive again yet.`;
  const paint = painter(stdout, env);
  if (json) stdout.write(jsonReports(reports, sum, await lookForRecords(parked, ledger, options, parts)));
  else if (parked.length === 0) stdout.write(`${what}\n${open}`);
  else {
    stdout.write(
      options.parked
        ? `What is parked was touched in the last ${olderThan} seconds, or another driver holds it: it is not looked at again yet.\n`
        : "There is nothing to drive again but what is parked, and that waits for a person.\n",
    );
    const lookFor = await lookForRecords(parked, ledger, options, parts);
    for (const report of reports) {
      writeReport(report, await descriptionsAmong(report, parked), { stdout, paint, line, lookFor });
    }
    stdout.write(`\n${parkedNote(sum)}${open}`);
  }
  return exitCodeBesideParked(exitCodes.bought, parked.length);
}

/** What the records of a report's execution ask for, by recIndex, without a purchaser. */
async function descriptionsAmong({ executionId }: Report, records: readonly TokenRecord[]): Promise<readonly string[]> {
  const own = records.filter((record) => record.executionId === executionId);
  const said = await describeRecords(own);
  const descriptions: string[] = [];
  for (const [position, { recIndex }] of own.entries()) descriptions[recIndex] = said[position] ?? "";
  return descriptions;
}

/** Throws a usage error for options that mean nothing together. */
function checkSelection(executionId: string | undefined, { olderThan, limit }: RedriveCommandOptions): void {
  if (executionId === undefined || (olderThan === undefined && limit === undefined)) return;
  throw usageError(
    "--older-than and --limit choose among what was left behind; with an execution id all of that execution is driven. Leave them out, or the id.",
  );
}

/**
 * What a redrive will take up, as the ledger has it now, and what it will pass over because the command line cannot buy it:
 * another program's. Throws a usage error for an execution that the ledger does not know.
 */
async function leftBehind(
  ledger: Ledger,
  executionId: string | undefined,
  options: RedriveCommandOptions,
): Promise<FoundUnfinished> {
  const { limit = defaults.limit, retryRefused = false, parked = false } = options;
  if (executionId !== undefined) return { own: await recordsOf(ledger, executionId), withoutExecutor: [] };
  const query = { olderThan: olderThanOf(options) * 1000, limit, refused: retryRefused, parked };
  return findUnfinished(ledger, query, createKnows());
}

/** Seconds for which nothing has happened to what is taken up: who asks for what is parked has it looked at now. */
function olderThanOf({ olderThan, parked = false }: RedriveCommandOptions): number {
  return olderThan ?? (parked ? 0 : defaults.olderThan);
}

interface Redrive {
  readonly executionId: string | undefined;
  /** What will be driven. */
  readonly own: readonly TokenRecord[];
  /** Those, and what is only reported. */
  readonly records: readonly TokenRecord[];
  readonly ledger: Ledger;
  readonly purchaser: Purchaser<unknown>;
  readonly options: RedriveCommandOptions;
  readonly parts: CommandParts;
  /** Kept for the page. */
  readonly events: DriveEvent[];
}

async function redriveUntilInterrupted(redrive: Redrive, ask: boolean): Promise<readonly Report[]> {
  const { executionId, own, ledger, purchaser, options, parts } = redrive;
  const { concurrency, limit = defaults.limit, maxTotal: maxTotals } = options;
  const descriptions = descriptionsOf(own, purchaser);
  const line = commandLineOf(options, parts);
  const again =
    executionId === undefined
      ? { words: "run buyonce redrive again", command: line("redrive") }
      : againFromLedger(executionId, line);
  return untilInterrupted(again, parts, async ({ signal, drive }) => {
    const agreement = ask ? await agreeOnRedriving({ records: own, descriptions, ledger, parts, signal }) : undefined;
    return drive(
      () => createRedriveProgress(parts.terminal, own, descriptions),
      async (progress) => {
        const onEvent = keepEvents(options.report, redrive.events, progress);
        const deadline = parts.now() + options.timeout * 1000;
        const limits = { ...(maxTotals ? { maxTotals } : {}), ...(agreement ? { agreement } : {}) };
        const how = { signal, deadline, concurrency, onEvent, ...limits };
        if (executionId !== undefined) return [await purchaser.redrive(executionId, how)];
        return purchaser.redriveUnfinished({
          ...how,
          olderThan: olderThanOf(options) * 1000,
          // No more than the person has seen.
          limit: ask ? own.length : limit,
          retryRefused: options.retryRefused ?? false,
          includeParked: options.parked ?? false,
        });
      },
    );
  });
}

/** How it stands once it was driven. */
interface Redriven extends Redrive {
  readonly lookFor: LookForByToken;
}

async function writeReports(
  reports: readonly Report[],
  parked: readonly TokenRecord[],
  { records, purchaser, options, parts, lookFor }: Redriven,
): Promise<void> {
  const { stdout, env } = parts.terminal;
  const sum: ParkedSum = sumOfParked(parked);
  const line = commandLineOf(options, parts);
  if (options.json) {
    stdout.write(jsonReports(reports, sum, lookFor));
    return;
  }
  if (reports.length === 0) {
    stdout.write("Another driver took up all of it in the meantime: nothing was left to drive again.\n");
  }
  const paint = painter(stdout, env);
  for (const report of reports) {
    const beside = await descriptionsAmong(report, parked);
    const driven = descriptionsIn(report.executionId, records, purchaser);
    const descriptions = Object.assign([...beside], driven);
    writeReport(report, descriptions, { stdout, paint, line, lookFor });
  }
  const note = parkedNote(sum);
  if (note !== "") stdout.write(`\n${note}`);
}

/** How a report is written. */
interface Written {
  readonly paint: Paint;
  readonly line: CommandLine;
  readonly lookFor: LookForByToken;
}

function writeReport(
  report: Report,
  descriptions: readonly string[],
  { stdout, paint, line, lookFor }: Pick<Terminal, "stdout"> & Written,
): void {
  const again = againFromLedger(report.executionId, line);
  const page = line("report", report.executionId);
  const text = reportText(report, { descriptions, width: widthOf(stdout), paint, again, lookFor, page });
  stdout.write(`\n${paint("bold", `Execution ${cleanText(report.executionId)}`)}\n\n${text}`);
}

function pageOf(report: Report, { records, purchaser, lookFor }: Redriven): ReportedExecution {
  const source = records.find(({ executionId }) => executionId === report.executionId)?.source;
  return { report, source, lookFor, descriptions: descriptionsIn(report.executionId, records, purchaser) };
}
