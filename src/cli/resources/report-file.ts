import { constants } from "node:fs";
import { access, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ledgerHistory } from "../../inspect/history.ts";
import { type HtmlReportOptions, htmlReport, type ReportedExecution } from "../../report/html-report.ts";
import { messageOf } from "../../spec/errors.ts";
import type { DriveEvent } from "../../spec/events.ts";
import type { Ledger } from "../../spec/ledger.ts";
import { usageError } from "../terminal/exit-code.ts";

/** Throws a usage error where the page could not be written: to find that out after money was spent is too late. */
export async function checkReportFile(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw usageError(`--report names the folder ${file}: give a file in it. Nothing was sent.`);
  try {
    await access(found ? file : dirname(file), constants.W_OK);
  } catch (error) {
    throw usageError(`The report cannot be written to ${file}: ${messageOf(error)}. Nothing was sent.`);
  }
}

/** Hands every event on; where there will be a page, it is kept in `events`. */
export function keepEvents(
  file: string | undefined,
  events: DriveEvent[],
  onEvent: (event: DriveEvent) => void,
): (event: DriveEvent) => void {
  if (file === undefined) return onEvent;
  return (event) => {
    events.push(event);
    onEvent(event);
  };
}

/**
 * Writes the page. What is bought stays bought whether it can be written or not, so a failure is a note, as is a history
 * that cannot be read.
 */
export async function writeReportFile(
  file: string | undefined,
  executions: readonly ReportedExecution[],
  options: HtmlReportOptions,
  { ledger, note }: { readonly ledger: Ledger; readonly note: (text: string) => void },
): Promise<void> {
  if (file === undefined) return;
  try {
    const known: ReportedExecution[] = [];
    for (const execution of executions) known.push({ ...execution, history: await historyOf(execution, ledger, note) });
    await writeFile(file, htmlReport(known, options));
    note(`Report: ${file}`);
  } catch (error) {
    note(`The report could not be written to ${file}: ${messageOf(error)}. What is bought is bought all the same.`);
  }
}

async function historyOf(
  { report }: ReportedExecution,
  ledger: Ledger,
  note: (text: string) => void,
): Promise<ReportedExecution["history"]> {
  try {
    const histories = await ledgerHistory(ledger, report.executionId);
    return new Map(histories.map(({ record, lines }) => [record.recIndex, lines]));
  } catch (error) {
    note(`The report has no history of ${report.executionId}: ${messageOf(error)}`);
    return undefined;
  }
}
