import type { Purchaser } from "../../purchaser.ts";
import { validateExecution } from "../../drive/validate.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Execution } from "../../contract/recommendation.ts";
import type { Report } from "../../contract/report.ts";
import { createProgress } from "../progress/progress.ts";
import { close } from "../resources/close.ts";
import { endpointsAt, providersNamedIn, realClouds } from "../resources/providers.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { checkReportFile, keepEvents, writeReportFile } from "../resources/report-file.ts";
import { type ExitCode, exitCodeOf, exitCodeOfLost } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonReport } from "../text/json-documents.ts";
import { reportText, sandboxText } from "../text/report-text.ts";
import { agreeOnSpending } from "./agree-on-spending.ts";
import {
  type BuyCommandOptions,
  checkEndpoints,
  checkSpending,
  defaultFiles,
  ownFiles,
  purchaseTimeoutOf,
} from "./command-options.ts";
import type { CommandParts, RunningSandbox } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";

/** The options of `buyonce drive`, parsed. */
export interface DriveCommandOptions extends BuyCommandOptions {
  readonly wait: boolean;
}

/**
 * `buyonce drive`: buys what a file holds, once, and says how it went. Returns the exit code. Throws a BuyonceError where
 * there is no report: bad usage or a bad file (nothing was sent), a ledger that cannot be used, an interruption.
 */
export async function driveCommand(file: string, options: DriveCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkEndpoints(options);
  await checkReportFile(options.report, ownFiles(options));
  const input = await readExecutionFile(file);
  const needed = providersNamedIn(input);
  const purchaseTimeout = purchaseTimeoutOf(options.timeout);
  // Before anything is started or opened: a bad file leaves no trace.
  validateExecution(input, await parts.createProviders(needed, options.endpoints, purchaseTimeout));
  const real = options.sandbox ? [] : realClouds(needed, options.endpoints);
  checkSpending(needed, real, options, terminal);

  const sandbox = options.sandbox ? await parts.startSandbox(defaultFiles.sandboxState) : undefined;
  try {
    if (sandbox) note(`Sandbox at ${sandbox.url}, its state in ${defaultFiles.sandboxState}: nothing is spent.`);
    const endpoints = sandbox ? endpointsAt(sandbox.url) : options.endpoints;
    const providers = await parts.createProviders(needed, endpoints, purchaseTimeout);
    const defaultLedger = real.length > 0 ? defaultFiles.ledger : defaultFiles.sandboxLedger;
    const ledger = await parts.openLedger(options.ledger ?? defaultLedger);
    try {
      const purchaser = parts.createPurchaser({ ledger, providers });
      const execution = purchaser.validate(input);
      const descriptions = execution.recommendations.map((recommendation) => purchaser.describe(recommendation));
      const drive = { execution, purchaser, descriptions, options, parts };
      const events: DriveEvent[] = [];
      const report = await driveUntilInterrupted(drive, real.length > 0 && !options.yes, events);
      writeReport(report, drive, sandbox);
      const page = { report, descriptions, source: execution.source };
      const how = { at: parts.now(), events, imitation: real.length === 0 };
      const written = await writeReportFile(options.report, [page], how, { ledger, note });
      const code = exitCodeOf(report.outcomes);
      return written ? code : exitCodeOfLost(code);
    } finally {
      await close("ledger", ledger, note);
    }
  } finally {
    await close("sandbox", sandbox, note);
  }
}

interface Drive {
  readonly execution: Execution;
  readonly purchaser: Purchaser;
  readonly descriptions: readonly string[];
  readonly options: DriveCommandOptions;
  readonly parts: CommandParts;
}

async function driveUntilInterrupted(drive: Drive, ask: boolean, events: DriveEvent[]): Promise<Report> {
  const { purchaser, descriptions, options, parts } = drive;
  const { concurrency, wait, maxTotals } = options;
  return untilInterrupted("drive the same file again", parts, async ({ signal, drive: sending }) => {
    const execution = ask ? await agreeOnSpending({ ...drive, signal }) : drive.execution;
    return sending(
      () => createProgress(parts.terminal, descriptions),
      (progress) => {
        const onEvent = keepEvents(options.report, events, progress);
        const deadline = parts.now() + options.timeout * 1000;
        const limits = maxTotals ? { maxTotals } : {};
        return purchaser.drive(execution, { signal, deadline, concurrency, wait, onEvent, ...limits });
      },
    );
  });
}

function writeReport(
  report: Report,
  { descriptions, options, parts }: Drive,
  sandbox: RunningSandbox | undefined,
): void {
  const { stdout, env } = parts.terminal;
  if (options.json) {
    stdout.write(jsonReport(report));
    return;
  }
  const paint = painter(stdout, env);
  stdout.write(`\n${reportText(report, { descriptions, width: widthOf(stdout), paint })}`);
  if (sandbox) stdout.write(sandboxText(sandbox.purchaseRequests(), paint));
}
