import type { ErrorCode } from "../contract/errors.ts";
import type { Outcome } from "../contract/report.ts";

/** How an outcome is called for people who buy, and do not program. */
export interface Verdict {
  readonly label: string;
  /** How it looks: well, waiting, or for somebody to look at. */
  readonly tone: "good" | "wait" | "bad" | "alarm";
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
};

/** How an outcome is called. */
export function verdictOf({ status, error }: Outcome): Verdict {
  if (error?.code === "purchase-over") return over;
  if (error?.code === "identical-purchase-open") return waiting;
  if (status === "purchased") return bought;
  return status === "already-purchased" ? boughtBefore : verdicts[status];
}

/** What a check that stopped a purchase means, where plain words are better than the message. */
const causes: Partial<Record<ErrorCode, string>> = {
  "price-above-limit": "The price is above the limit that was set for it.",
  "price-currency-mismatch": "The price is in another currency than the limit that was set for it.",
  "total-above-limit": "All of it together costs more than the total that was set.",
  "total-currency-missing": "No total was set for the currency of its price.",
  "not-offered": "The provider does not sell what was asked for.",
  "several-offerings": "The provider sells several things that fit, and none was chosen by guessing.",
  "deadline-too-near": "There was not enough time left to buy it safely.",
  aborted: "The run was stopped before its turn.",
  "lookup-failed": "What is bought already could not be looked up, so nothing was bought on top of it.",
  "lookup-untrusted": "The list of what is bought already is incomplete, so nothing was bought on top of it.",
  "access-denied": "The account that buys lacks a right.",
  "credentials-unavailable": "The account that buys could not sign in.",
  "wrong-account": "The run was signed in to another account than the one that was named.",
  "fingerprint-conflict": "Under the same order and number something else was asked for before.",
  "several-commitments": "It seems to be bought more than once already.",
  "quote-failed": "No price could be had.",
};

/** Why it is not bought, or not known to be, in a sentence; undefined for what is bought. */
export function causeOf({ error, status }: Outcome): string | undefined {
  if (error === undefined) return undefined;
  return causes[error.code] ?? (status === "rejected" ? "The provider declined it." : undefined);
}

/** What somebody should do about an outcome; undefined where nothing is left to do. */
export function toDo(outcome: Outcome): string | undefined {
  const { status, commitment, warnings = [], parked, error } = outcome;
  switch (status) {
    case "purchased":
    case "already-purchased":
      if (warnings.length > 0) {
        return "Bought, and something around it is still missing: see its notes. Run the same order again; that makes up for it.";
      }
      return commitment?.settled === false
        ? "Bought. The provider is still completing it. Run the same order again later to see it completed; it is not bought twice."
        : undefined;
    case "in-progress":
      return "Another run is working on it. Run the same order again later to see what came of it.";
    case "unresolved":
      return parked === undefined
        ? "Sent, and not confirmed. Do not buy it anywhere else. Run the same order again in a few minutes: it finds out first what became of it."
        : "Sent, and it cannot be found out automatically whether it was bought. Do not buy it anywhere else. Somebody has to look at the provider's own list and record what is there.";
    case "rejected":
      return "The provider declined it. Clear up what it names, such as payment, quota or rights; then run the same order again.";
    case "refused":
      return error?.code === "price-above-limit" || error?.code === "total-above-limit"
        ? "Stopped by a limit. If the price is acceptable, raise the limit and run the same order again."
        : error?.code === "several-commitments"
          ? "It seems to be bought more than once. Somebody has to compare the purchases that are named in its notes, at the provider."
          : "Stopped by a check; nothing was sent. Clear up the cause; then run the same order again.";
    default:
      return status satisfies never;
  }
}
