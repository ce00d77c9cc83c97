import { randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, open, realpath, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { HtmlReportOptions, ReportedExecution } from "../../report/html-report.ts";
import { messageOf } from "../../contract/errors.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { specialFile } from "../../contract/special-file.ts";
import { usageError } from "../terminal/exit-code.ts";

/** How every page of ours begins: only such a file is replaced. */
const begin =
  /^<!doctype html>\s*<html lang="en">\s*<head>\s*<meta charset="utf-8" \/>\s*<meta name="generator" content="buyonce" \/>/;

/** More than enough for that beginning. */
const headLength = 1000;

/**
 * Throws a usage error where the page could not be written, for to find that out after money was spent is too late; and for
 * a path at which something else is, or will be: one of `taken`. `option` is what named it.
 */
export async function checkReportFile(
  file: string | undefined,
  taken: readonly string[],
  option = "--report",
): Promise<void> {
  if (file === undefined) return;
  const problem = await problemOf(file);
  if (problem !== undefined) throw usageError(`The report cannot be written to ${file}: ${problem}. Nothing was sent.`);
  const [own, ...others] = await Promise.all([file, ...taken].map(placeOf));
  if (own === undefined || !others.includes(own)) return;
  throw usageError(
    `${option} names ${file}, which is for the ledger or an imitation: give another file. Nothing was sent.`,
  );
}

/** Why a page must not or cannot be written there, as the rest of a sentence. */
async function problemOf(file: string): Promise<string | undefined> {
  try {
    const special = specialFile(file);
    if (special !== undefined) return `it is ${special}`;
    if (existsSync(file) && !begin.test(await headOf(file))) {
      return "it exists, and is no report of buyonce: give a new file, or an older report to replace";
    }
    if (!existsSync(dirname(file))) return `there is no folder ${dirname(file)}`;
    await access(dirname(file), constants.W_OK);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A path by which two names of one place are the same, whether anything is there or not. */
async function placeOf(file: string): Promise<string> {
  const folder = resolve(dirname(file));
  return join(await realpath(folder).catch(() => folder), basename(file));
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
 * Writes the page, and returns whether it is there, or none was asked for. What is bought stays bought whether it can be
 * written or not, so a failure is a note, as is a history that cannot be read. Looks again at what is in its place.
 */
export async function writeReportFile(
  file: string | undefined,
  executions: readonly ReportedExecution[],
  options: HtmlReportOptions,
  { ledger, note }: { readonly ledger: Ledger; readonly note: (text: string) => void },
): Promise<boolean> {
  if (file === undefined) return true;
  try {
    const known: ReportedExecution[] = [];
    for (const execution of executions) known.push(await withHistory(execution, ledger, note));
    const problem = await problemOf(file);
    if (problem !== undefined) throw new Error(problem);
    const { htmlReport } = await import("../../report/html-report.ts");
    await replaceFile(file, htmlReport(known, options));
    note(`Report: ${file}`);
    return true;
  } catch (error) {
    note(`The report could not be written to ${file}: ${messageOf(error)}. What is bought is bought all the same.`);
    return false;
  }
}

/** Whole or not at all: an older report is there until the new one is, and what is written first is nobody's. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}.new`;
  try {
    await writeFile(fresh, text, { flag: "wx" });
    await rename(fresh, file);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** With its history; where that cannot be read, without, and with a note. */
export async function withHistory(
  execution: ReportedExecution,
  ledger: Ledger,
  note: (text: string) => void,
): Promise<ReportedExecution> {
  const { executionId } = execution.report;
  try {
    const { ledgerHistory } = await import("../../inspect/read-history.ts");
    const histories = await ledgerHistory(ledger, executionId);
    return { ...execution, history: new Map(histories.map(({ record, lines }) => [record.recIndex, lines])) };
  } catch (error) {
    note(`The report has no history of ${executionId}: ${messageOf(error)}`);
    return execution;
  }
}
