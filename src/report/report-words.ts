import type { Outcome } from "../contract/report.ts";
import type { Tone } from "./failures-first.ts";
import { refusedThoughMaybeBought, whatNext } from "./what-next.ts";

/** How an outcome is called for people who buy, and do not program. */
export interface Verdict {
  readonly label: string;
  readonly tone: Tone;
  /** What the label means for money, in one sentence. */
  readonly meaning: string;
}

const bought: Verdict = { label: "Bought", tone: "good", meaning: "Bought in this run." };
const boughtBefore: Verdict = {
  label: "Bought earlier",
  tone: "good",
  meaning: "Bought in an earlier run. It was not bought again.",
};
const over: Verdict = {
  label: "Bought, and over",
  tone: "bad",
  meaning: "It was bought earlier and has ended. It was not bought again; what it cost is on the provider's invoice.",
};
const waiting: Verdict = {
  label: "Waiting",
  tone: "wait",
  meaning: "An equal order comes first. Nothing was sent for this one yet, and nothing is charged.",
};
const undone: Verdict = {
  label: "Not done yet",
  tone: "wait",
  meaning: "No run has finished it, or one is working on it now.",
};
const toCheck: Verdict = {
  label: "To be checked",
  tone: "alarm",
  meaning: "Nothing was ordered in this run, but it may be bought already. It may be charged.",
};
const verdicts: Readonly<Record<Exclude<Outcome["status"], "purchased" | "already-purchased">, Verdict>> = {
  "in-progress": {
    label: "In progress",
    tone: "wait",
    meaning: "Another run is working on it. It may be bought by now.",
  },
  refused: {
    label: "Not bought",
    tone: "bad",
    meaning: "A check stopped it. No order was sent and nothing is charged.",
  },
  rejected: { label: "Declined", tone: "bad", meaning: "The provider declined the order. Nothing is charged." },
  unresolved: {
    label: "Unconfirmed",
    tone: "alarm",
    meaning: "The order was sent, and it is not known yet whether it was bought. It may be charged.",
  },
  skipped: { label: "Left out", tone: "good", meaning: "It was left out on purpose. Nothing is charged." },
  "written-off": {
    label: "Written off",
    tone: "bad",
    meaning:
      "The order was sent, and nobody can find out whether it was bought. It may be charged, and is not ordered again.",
  },
};

/** How an outcome is called. */
export function verdictOf(outcome: Outcome): Verdict {
  const { status, error } = outcome;
  if (refusedThoughMaybeBought(outcome)) return toCheck;
  if (error?.code === "purchase-over") return over;
  if (error?.code === "identical-purchase-open") return waiting;
  if (status === "purchased") return bought;
  return status === "already-purchased" ? boughtBefore : verdicts[status];
}

/** How the ledger's outcome is called, which is of no run. */
export function recordedVerdictOf(outcome: Outcome): Verdict {
  if (outcome.status === "purchased") return { ...bought, meaning: "It is bought." };
  return isUndone(outcome) ? undone : verdictOf(outcome);
}

/** As the ledger has it, and nothing went wrong with it: it is to be driven, or a run is at it. */
function isUndone({ status, error }: Outcome): boolean {
  return status === "in-progress" && error === undefined;
}

/** What somebody should do about an outcome of the ledger; undefined where nothing is left to do. */
export function recordedToDo(outcome: Outcome): string | undefined {
  return isUndone(outcome)
    ? "No run has finished it yet. Where none is at it, run the same order again: what is bought is not bought twice."
    : toDo(outcome);
}

/** What somebody should do about an outcome; undefined where nothing is left to do. */
export function toDo(outcome: Outcome): string | undefined {
  return whatNext(outcome, { again: "run the same order again" });
}
