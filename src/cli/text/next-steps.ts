import { cleanText } from "../../contract/clean-text.ts";
import type { Outcome } from "../../contract/report.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { maskToken } from "../../contract/token.ts";
import { whatNext } from "../../report/what-next.ts";

/** What a person does next about some recommendations. */
export interface NextStep {
  readonly recIndexes: readonly number[];
  readonly text: string;
}

/** How to go on with an execution whose file is there. */
const again = "drive the same file again";

/** How to go on with an execution that only the ledger has. */
export function againFromLedger(executionId: string): string {
  return `run buyonce redrive ${idForCommand(executionId)}`;
}

/** An execution's id as it is typed on a command line. */
export function idForCommand(executionId: string): string {
  return shellWord(cleanText(executionId));
}

/**
 * What to do about everything that is not bought, or bought but not done: one step for all recommendations that need
 * the same. Tokens are masked. `phrase` is how to drive them again, `pendingPhrase` how to see settled what is pending.
 */
export function nextSteps(outcomes: readonly Outcome[], phrase = again, pendingPhrase = phrase): readonly NextStep[] {
  const grouped = Map.groupBy(outcomes, (outcome) => nextStep(outcome, phrase, pendingPhrase));
  return [...grouped].flatMap(([text, group]) => {
    if (text === undefined) return [];
    const sent = group.filter(({ status }) => status === "unresolved").map(whatToLookFor);
    const marks = sent.length === 0 ? "" : ` To look for it at the provider: token ${sent.join(", ")}`;
    return [{ recIndexes: group.map(({ recIndex }) => recIndex), text: `${text}${marks}` }];
  });
}

function nextStep(outcome: Outcome, phrase: string, pendingAgain: string): string | undefined {
  const text = whatNext(outcome, { again: phrase, fileAgain: again, pendingAgain });
  const parked = outcome.parked === undefined ? "" : " It is parked: buyonce redrive skips it, unless told --parked.";
  return text === undefined ? undefined : `${text}${parked}${whenText(outcome, phrase === again)}`;
}

/** When it may be driven again. Only a drive of a file can wait, and only for another driver. */
function whenText({ status, error }: Outcome, hasFile: boolean): string {
  const canWait = hasFile && status === "in-progress" && error?.code !== "identical-purchase-open";
  if (error?.retryAfter === undefined) return canWait ? " With --wait, a drive waits for the other run." : "";
  const seconds = Math.ceil(error.retryAfter / 1000);
  return ` Drive it again in ${seconds} s at the earliest${canWait ? ", or now with --wait" : ""}.`;
}

function whatToLookFor({ token, parked }: Outcome): string {
  return parked === undefined ? maskToken(token) : `${maskToken(token)} (sent at ${parked.sentAt})`;
}
