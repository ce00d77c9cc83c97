import type { Command } from "commander";
import { recordedReport } from "../../drive/recorded-report.ts";
import { htmlReport } from "../../report/html-report.ts";
import { checkReportFile, withHistory, writeReportFile } from "../resources/report-file.ts";
import { describeRecords, recordedOf } from "../resources/ledger-records.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import { jsonReport } from "../text/json-documents.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { isImitated, ownFiles } from "./option-checks.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, showingExitCodes, withOptions } from "./option-groups.ts";
import { lookForRecords, portalsOfRecords } from "./look-for-records.ts";
import { withKnownLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command.option("--out <file.html>", "where the page is written; - is standard output (default: report-ID.html)"),
    ledgerOptions,
  );

/** The options of `buyonce report`. */
export type ReportCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it makes
  The page that drive --report makes, of what the ledger holds now, at any time: what is bought and what is not, prices, totals,
  accounts, what to do next, what to look for at the providers where something may be bought, and what happened when. It needs
  no network and no script, and prints on A4. Tokens are masked. No provider is asked, no credentials are needed, and the ledger
  is not changed. An older page is replaced; a file that is none is left alone, with an error.
${ledgerHelp}${showingExitCodes}
With --json
  Standard output holds exactly one document: the report, in the shape that "buyonce drive --help" shows, as the ledger has it. A
  page is written beside it only with --out.

Examples
  buyonce report 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11
  buyonce report 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --out march.html --ledger postgres://buyer@db.internal/buyonce
  buyonce report 6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11 --json
`;

/** What `buyonce report` is. */
export const report = { addOptions, help, action: reportCommand } satisfies CommandModule<
  [executionId: string],
  ReportCommandOptions
>;

/**
 * `buyonce report`: makes the page about an execution from the ledger; no provider is asked. Returns the exit code. Throws a
 * BuyonceError: bad usage, or a ledger that cannot be used.
 */
export async function reportCommand(
  executionId: string,
  options: ReportCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, stderr } = parts.terminal;
  const note = noteOn(stderr);
  const isPiped = options.out === "-";
  const file = isPiped ? undefined : (options.out ?? (options.json ? undefined : fileNameFor(executionId)));
  await checkReportFile(file, ownFiles(options, parts), "--out");
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    const recorded = await recordedOf(ledger, executionId);
    const { execution, records, at } = recorded;
    const said = recordedReport(recorded);
    const lookFor = await lookForRecords(records, ledger, options, parts);
    const descriptions = said.outcomes.map(() => "left empty");
    for (const [position, text] of (await describeRecords(records)).entries()) {
      const recIndex = records[position]?.recIndex;
      if (recIndex !== undefined) descriptions[recIndex] = text;
    }
    const links = await portalsOfRecords(records, options, parts);
    const page = { report: said, descriptions, source: execution.source, lookFor, links };
    const how = { at, imitation: isImitated(options), fromLedger: true };
    if (options.json) stdout.write(jsonReport(said, { lookFor }));
    else if (isPiped) stdout.write(htmlReport([await withHistory(page, ledger, note)], how));
    const written = await writeReportFile(file, [page], how, { ledger, note });
    return written ? exitCodes.bought : exitCodes.internal;
  });
}

/** Ids may hold what no name of a file does. */
function fileNameFor(executionId: string): string {
  return `report-${executionId.replaceAll(/[^\w.-]+/g, "-").slice(0, 100)}.html`;
}
