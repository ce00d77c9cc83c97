import { pendingIn } from "../../drive/watch-pending.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import { createRedriveProgress } from "../progress/redrive-progress.ts";
import { close } from "../resources/close.ts";
import { descriptionsOf, providersOf, recordsOf } from "../resources/ledger-records.ts";
import { createKnows } from "../resources/providers.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonReports } from "../text/json-documents.ts";
import { againFromLedger, idForCommand } from "../text/next-steps.ts";
import { reportText } from "../text/report-text.ts";
import { checkEndpoints, checkExecutionId, type CloudCommandOptions, ledgerOf } from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";
import { withPurchaser } from "./with-purchaser.ts";

/** The options of `buyonce settle`, parsed. */
export interface SettleCommandOptions extends CloudCommandOptions {
  readonly concurrency: number;
  /** Seconds by which it has reported, final or not. */
  readonly timeout: number;
}

/**
 * `buyonce settle`: looks after what is bought and pending until it is final or the time is over. Never buys. Returns the
 * exit code. Throws a BuyonceError where there is no report, as `redrive` does.
 */
export async function settleCommand(
  executionId: string | undefined,
  options: SettleCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkEndpoints(options);
  checkExecutionId(executionId);

  const ledger = await parts.openLedger(ledgerOf(options), { mustExist: true });
  try {
    if (executionId !== undefined) await recordsOf(ledger, executionId);
    const records = await pendingIn(ledger, executionId);
    if (records.length === 0) {
      terminal.stdout.write(options.json ? jsonReports([]) : "Nothing is pending: what is bought is final.\n");
      return exitCodes.bought;
    }
    // Of an execution that was named, all has to be known; else what is not is passed over, and reported so.
    const isKnown = createKnows();
    const known = await Promise.all(records.map(async (record) => executionId !== undefined || isKnown(record)));
    const own = records.filter((_record, position) => known[position]);
    const needed = providersOf(own);
    return await withPurchaser({ ledger, needed, options, parts }, async (purchaser) => {
      const descriptions = descriptionsOf(records, purchaser);
      const reports = await untilInterrupted("run buyonce settle again", parts, ({ signal, drive }) =>
        drive(
          () => createRedriveProgress(terminal, own, descriptionsOf(own, purchaser)),
          (onEvent) => {
            const deadline = parts.now() + options.timeout * 1000;
            const only = executionId === undefined ? {} : { executionId };
            return purchaser.settle({ ...only, signal, deadline, concurrency: options.concurrency, onEvent });
          },
        ),
      );
      if (options.json) terminal.stdout.write(jsonReports(reports));
      else {
        const positions = Map.groupBy(records.keys(), (position) => records[position]?.executionId);
        for (const report of reports) {
          const own: string[] = [];
          for (const position of positions.get(report.executionId) ?? []) {
            own[records[position]?.recIndex ?? 0] = descriptions[position] ?? "";
          }
          writeReport(report, own, parts);
        }
      }
      return exitCodeOfSettling(reports.flatMap(({ outcomes }) => outcomes));
    });
  } finally {
    await close("ledger", ledger, note);
  }
}

function writeReport(
  report: Report,
  descriptions: readonly string[],
  { terminal: { stdout, env } }: CommandParts,
): void {
  const paint = painter(stdout, env);
  const again = againFromLedger(report.executionId);
  const pendingAgain = `run buyonce settle ${idForCommand(report.executionId)} again`;
  const text = reportText(report, { descriptions, width: widthOf(stdout), paint, again, pendingAgain });
  const failed = report.outcomes.filter(({ status }) => status === "rejected").map(({ recIndex }) => `#${recIndex}`);
  const loud =
    failed.length === 0
      ? ""
      : `${paint(["bold", "red"], `CAME TO NOTHING: ${failed.join(" ")}. Bought before, and now not bought: see why below.`)}\n\n`;
  stdout.write(`\n${paint("bold", `Execution ${cleanText(report.executionId)}`)}\n\n${loud}${text}`);
}

/** What came to nothing weighs most: somebody has to act. */
function exitCodeOfSettling(outcomes: readonly Outcome[]): ExitCode {
  if (outcomes.some(({ status }) => status === "rejected")) return exitCodes.notBought;
  const isFinal = ({ commitment, warnings = [] }: Outcome) => commitment?.settled === true && warnings.length === 0;
  return outcomes.every(isFinal) ? exitCodes.bought : exitCodes.unclear;
}
