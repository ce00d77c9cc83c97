import { cleanText } from "../../contract/clean-text.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { Outcome } from "../../contract/report.ts";
import { shellWord } from "../../contract/shell-word.ts";
import { maskToken } from "../../contract/token.ts";

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

/** For these the file itself has to change: the ledger's copy of it does not. */
const needFile: ReadonlySet<ErrorCode> = new Set([
  "price-above-limit",
  "price-currency-mismatch",
  "fingerprint-conflict",
]);

const look = `Look at the commitments named above at the provider: a person has to decide. Then ${again}.`;
const corrected = "Put the corrected recommendation into a new execution with an executionId of its own.";

const steps: Partial<Record<ErrorCode, string>> = {
  aborted: `To go on, ${again}.`,
  "fingerprint-conflict": `Nothing was sent, for this executionId and index stand for something else. Restore the file, or put what you want now into a new execution with an executionId of its own.`,
  "lookup-failed": `What is already bought could not be read, so nothing was sent. Check the network and the right to read, then ${again}.`,
  "lookup-untrusted": `The list of what is already bought is not complete, so nothing was sent. Give the identity the right to read all commitments (on Azure: Reservations Reader for the tenant), then ${again}.`,
  "credentials-unavailable": `Sign in (az login; aws sso login; gcloud auth application-default login; or the providers' environment variables), then ${again}.`,
  "access-denied": `Have the right that is named above granted, then ${again}.`,
  "wrong-account": `Sign in to the account that the file names, then ${again}.`,
  "commitment-mismatch": look,
  "commitment-unverifiable": look,
  "commitment-unclear": look,
  "several-commitments": look,
  "commitment-taken": look,
  "quote-failed": `No price could be had, so nothing was sent. Later, ${again}.`,
  "not-offered": corrected,
  "several-offerings": corrected,
  "price-above-limit": `If the price is acceptable, raise maxPrice in the file; then ${again}.`,
  "price-currency-mismatch": `Give maxPrice in the currency of the price; then ${again}.`,
  "total-above-limit": `If the sum is acceptable, ${again} with a higher --max-total.`,
  "total-currency-missing": `Give a --max-total in that currency too; then ${again}.`,
  "deadline-too-near": `There was no time left to send it: ${again}, with a longer --timeout if this goes on.`,
  "executor-missing":
    "It is not for this program: drive it again with the one that has its provider and service. By the ledger, it is not bought.",
  "claim-lost": `Another driver took it over: ${again} to see what it did.`,
};

/**
 * What to do about everything that is not bought, or bought but not done: one step for all recommendations that need
 * the same. Tokens are masked. `phrase` is how to drive them again, `pendingPhrase` how to see settled what is pending.
 */
export function nextSteps(outcomes: readonly Outcome[], phrase = again, pendingPhrase = phrase): readonly NextStep[] {
  const grouped = Map.groupBy(outcomes, (outcome) => {
    const text = nextStep(outcome);
    if (outcome.commitment) return text?.replaceAll(again, pendingPhrase);
    if (phrase === again || (outcome.error && needFile.has(outcome.error.code))) return text;
    return text?.replace(", or now with --wait", "").replaceAll(again, phrase);
  });
  return [...grouped].flatMap(([text, group]) => {
    if (text === undefined) return [];
    const sent = group.filter(({ status }) => status === "unresolved").map(({ token }) => maskToken(token));
    const marks = sent.length === 0 ? "" : ` To look for it at the provider: token ${sent.join(", ")}`;
    return [{ recIndexes: group.map(({ recIndex }) => recIndex), text: `${text}${marks}` }];
  });
}

function nextStep({ status, error, commitment, parked, warnings }: Outcome): string | undefined {
  const wait = error?.retryAfter === undefined ? "" : ` Wait ${Math.ceil(error.retryAfter / 1000)} s before that.`;
  switch (status) {
    case "purchased":
    case "already-purchased":
      if (warnings?.length) return `Bought. What is still missing is made up for when you ${again}.`;
      return commitment?.settled === false ? `Bought, not yet settled: ${again} later to see it settled.` : undefined;
    case "in-progress":
      if (error?.code === "identical-purchase-open") {
        return `Nothing was sent for it yet: an equal purchase is not decided, and the two could not be told apart. It is bought after that one: ${again}, or leave it to buyonce redrive.`;
      }
      return `Another driver is at it: ${again} later, or now with --wait.${wait}`;
    case "unresolved":
      if (error?.code === "executor-missing") {
        return "It was sent and may be bought. It is not for this program: drive it again with the one that has its provider and service. Until then, buy it nowhere else.";
      }
      if (parked !== undefined) {
        return `Parked: sent at ${parked.sentAt}, and it cannot be found out by itself whether it was bought. Look at the provider yourself, for what is named above, and decide with buyonce resolve. Until then, buy it nowhere else. buyonce redrive passes it over, unless told --parked.`;
      }
      return `It was sent and may be bought. In a few minutes, ${again}: it is looked for first, and never bought again blindly. Until then, buy it nowhere else. If it stays so, look at the provider yourself and decide with buyonce resolve.${wait}`;
    case "rejected":
      if (error?.code === "purchase-over")
        return "It was bought and is over, so it is not bought again. What is to be bought now needs an execution with an executionId of its own.";
      return `The provider said no. Lift what it names (payment, quota, rights), then ${again}: it is tried from the start.${wait}`;
    case "refused":
      return `${(error && steps[error.code]) ?? `Nothing was sent. Lift the cause named above, then ${again}.`}${wait}`;
    default:
      return status satisfies never;
  }
}
