import type { Outcome } from "../../contract/report.ts";
import { whatNext } from "../../report/what-next.ts";

/** Writes a command with the options of this run, to be copied: its words, then where they hold. */
export type CommandLine = (...words: readonly string[]) => string;

/** How to go on with an execution. */
export interface Again {
  /** Within a sentence: "drive the same file again". */
  readonly words: string;
  /** The command that does it. */
  readonly command?: string | undefined;
}

/** What a person does next about some recommendations. */
export interface NextStep {
  readonly recIndexes: readonly number[];
  readonly text: string;
  /** The command that the text speaks of. */
  readonly command?: string | undefined;
}

/** How to go on with an execution whose file is there. */
export function againFromFile(file?: string, line?: CommandLine): Again {
  return { words: "drive the same file again", command: file === undefined ? undefined : line?.("drive", file) };
}

/** How to go on with an execution that only the ledger has. */
export function againFromLedger(executionId: string, line: CommandLine): Again {
  return { words: "drive it again", command: line("redrive", executionId) };
}

/** How to see settled what is pending: of one execution, or of all. */
export function settleAgain(executionId: string | undefined, line: CommandLine): Again {
  const words = executionId === undefined ? ["settle"] : ["settle", executionId];
  return { words: "run buyonce settle again", command: line(...words) };
}

/**
 * What to do about everything that is not bought, or bought but not done: one step for all recommendations that need
 * the same. `again` is how to drive them again, `pendingAgain` how to see settled what is pending.
 */
export function nextSteps(
  outcomes: readonly Outcome[],
  again: Again = againFromFile(),
  pendingAgain = again,
): readonly NextStep[] {
  const grouped = Map.groupBy(outcomes, (outcome) => nextStep(outcome, again, pendingAgain));
  return [...grouped].flatMap(([text, group]) => {
    if (text === undefined) return [];
    const command = [pendingAgain, again].find(({ words }) => text.includes(words))?.command;
    const step = { recIndexes: group.map(({ recIndex }) => recIndex), text };
    return [command === undefined ? step : { ...step, command }];
  });
}

function nextStep(outcome: Outcome, { words }: Again, pendingAgain: Again): string | undefined {
  const file = againFromFile().words;
  const text = whatNext(outcome, { again: words, fileAgain: file, pendingAgain: pendingAgain.words });
  const parked = outcome.parked === undefined ? "" : " It is parked: buyonce redrive skips it, unless told --parked.";
  return text === undefined ? undefined : `${text}${parked}${whenText(outcome, words === file)}`;
}

/** When it may be driven again. Only a drive of a file can wait, and only for another driver. */
function whenText({ status, error }: Outcome, hasFile: boolean): string {
  const canWait = hasFile && status === "in-progress" && error?.code !== "identical-purchase-open";
  if (error?.retryAfter === undefined) return canWait ? " With --wait, a drive waits for the other run." : "";
  const seconds = Math.ceil(error.retryAfter / 1000);
  return ` Drive it again in ${seconds} s at the earliest${canWait ? ", or now with --wait" : ""}.`;
}
