import { findUnfinished, type FoundUnfinished } from "../../drive/redrive-unfinished.ts";
import type { Purchaser } from "../../purchaser.ts";
import type { ReportedExecution } from "../../report/html-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import type { Report } from "../../contract/report.ts";
import { createRedriveProgress } from "../progress/redrive-progress.ts";
import { close } from "../resources/close.ts";
import { descriptionsOf, providersOf, recordsOf } from "../resources/ledger-records.ts";
import { createKnows, endpointsAt, realClouds } from "../resources/providers.ts";
import { checkReportFile, keepEvents, writeReportFile } from "../resources/report-file.ts";
import { type ExitCode, exitCodeOf, exitCodeOfLost, exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonReports } from "../text/json-documents.ts";
import { againFromLedger } from "../text/next-steps.ts";
import { reportText, sandboxText } from "../text/report-text.ts";
import { agreeOnRedriving } from "./agree-on-redriving.ts";
import {
  checkEndpoints,
  checkSpending,
  checkExecutionId,
  defaultFiles,
  ledgerOf,
  ownFiles,
  purchaseTimeoutOf,
} from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";
import { checkSelection, type RedriveCommandOptions, redriveDefaults } from "./redrive-options.ts";

/**
 * `buyonce redrive`: drives an execution again, or all that was left behind, from the ledger alone. Returns the exit code.
 * Throws a BuyonceError where there is no report, as `drive` does.
 */
export async function redriveCommand(
  executionId: string | undefined,
  options: RedriveCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkEndpoints(options);
  checkExecutionId(executionId);
  checkSelection(executionId, options);
  await checkReportFile(options.report, ownFiles(options));

  const ledger = await parts.openLedger(ledgerOf(options), { mustExist: true });
  try {
    const found = await leftBehind(ledger, executionId, options);
    const records = [...found.own, ...found.withoutExecutor];
    if (records.length === 0) {
      terminal.stdout.write(
        options.json ? jsonReports([]) : "Nothing was left behind: there is nothing to drive again.\n",
      );
      return exitCodes.bought;
    }
    const needed = providersOf(found.own);
    const real = options.sandbox ? [] : realClouds(needed, options.endpoints);
    checkSpending(needed, real, options, terminal);

    const sandbox = options.sandbox ? await parts.startSandbox(defaultFiles.sandboxState) : undefined;
    try {
      if (sandbox) note(`Sandbox at ${sandbox.url}, its state in ${defaultFiles.sandboxState}: nothing is spent.`);
      const endpoints = sandbox ? endpointsAt(sandbox.url) : options.endpoints;
      const providers = await parts.createProviders(needed, endpoints, purchaseTimeoutOf(options.timeout));
      const purchaser = parts.createPurchaser({ ledger, providers });
      const events: DriveEvent[] = [];
      const redrive = { executionId, own: found.own, records, purchaser, options, parts, events };
      const reports = await redriveUntilInterrupted(redrive, real.length > 0 && !options.yes);
      writeReports(reports, redrive);
      const pages = reports.map((report) => pageOf(report, redrive));
      const how = { at: parts.now(), events, imitation: real.length === 0 };
      const written = await writeReportFile(options.report, pages, how, { ledger, note });
      if (sandbox && !options.json)
        terminal.stdout.write(sandboxText(sandbox.purchaseRequests(), painter(terminal.stdout, terminal.env)));
      const code = exitCodeOf(reports.flatMap(({ outcomes }) => outcomes));
      return written ? code : exitCodeOfLost(code);
    } finally {
      await close("sandbox", sandbox, note);
    }
  } finally {
    await close("ledger", ledger, note);
  }
}

/**
 * What a redrive will take up, as the ledger has it now, and what it will pass over because the command line cannot buy it:
 * another program's. Throws a usage error for an execution that the ledger does not know.
 */
async function leftBehind(
  ledger: Ledger,
  executionId: string | undefined,
  { olderThan = redriveDefaults.olderThan, limit = redriveDefaults.limit, retryRefused, parked }: RedriveCommandOptions,
): Promise<FoundUnfinished> {
  if (executionId !== undefined) return { own: await recordsOf(ledger, executionId), withoutExecutor: [] };
  const query = { olderThan: olderThan * 1000, limit, refused: retryRefused, parked };
  return findUnfinished(ledger, query, createKnows());
}

interface Redrive {
  readonly executionId: string | undefined;
  /** What will be driven. */
  readonly own: readonly TokenRecord[];
  /** Those, and what is only reported. */
  readonly records: readonly TokenRecord[];
  readonly purchaser: Purchaser;
  readonly options: RedriveCommandOptions;
  readonly parts: CommandParts;
  /** Kept for the page. */
  readonly events: DriveEvent[];
}

async function redriveUntilInterrupted(redrive: Redrive, ask: boolean): Promise<readonly Report[]> {
  const { executionId, own, purchaser, options, parts } = redrive;
  const { concurrency, olderThan = redriveDefaults.olderThan, limit = redriveDefaults.limit, maxTotals } = options;
  const descriptions = descriptionsOf(own, purchaser);
  return untilInterrupted("run buyonce redrive again", parts, async ({ signal, drive }) => {
    if (ask) await agreeOnRedriving({ records: own, descriptions, parts, signal });
    return drive(
      () => createRedriveProgress(parts.terminal, own, descriptions),
      async (progress) => {
        const onEvent = keepEvents(options.report, redrive.events, progress);
        const deadline = parts.now() + options.timeout * 1000;
        const how = { signal, deadline, concurrency, onEvent, ...(maxTotals ? { maxTotals } : {}) };
        if (executionId !== undefined) return [await purchaser.redrive(executionId, how)];
        return purchaser.redriveUnfinished({
          ...how,
          olderThan: olderThan * 1000,
          // No more than the person has seen.
          limit: ask ? own.length : limit,
          retryRefused: options.retryRefused,
          includeParked: options.parked,
        });
      },
    );
  });
}

function writeReports(reports: readonly Report[], { records, purchaser, options, parts }: Redrive): void {
  const { stdout, env } = parts.terminal;
  if (options.json) {
    stdout.write(jsonReports(reports));
    return;
  }
  if (reports.length === 0) {
    stdout.write("Another driver took up all of it in the meantime: nothing was left to drive again.\n");
    return;
  }
  const paint = painter(stdout, env);
  for (const report of reports) {
    const descriptions = descriptionsIn(report, records, purchaser);
    const again = againFromLedger(report.executionId);
    const text = reportText(report, { descriptions, width: widthOf(stdout), paint, again });
    stdout.write(`\n${paint("bold", `Execution ${cleanText(report.executionId)}`)}\n\n${text}`);
  }
}

/** By recIndex. */
function descriptionsIn(report: Report, records: readonly TokenRecord[], purchaser: Purchaser): readonly string[] {
  const own = records.filter(({ executionId }) => executionId === report.executionId);
  const said = descriptionsOf(own, purchaser);
  const descriptions: string[] = [];
  for (const [position, { recIndex }] of own.entries()) descriptions[recIndex] = said[position] ?? "";
  return descriptions;
}

function pageOf(report: Report, { records, purchaser }: Redrive): ReportedExecution {
  const source = records.find(({ executionId }) => executionId === report.executionId)?.source;
  return { report, source, descriptions: descriptionsIn(report, records, purchaser) };
}
