import type { Decision } from "../../drive/resolve-by-person.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Outcome, OutcomeStatus } from "../../contract/report.ts";

/** Why an outcome is not plainly done: the error, what is still missing, or that it is not yet settled. Else empty. */
export function why({ commitment, error, warnings = [] }: Outcome): string {
  const reasons = [
    ...(error ? [`${error.message} (${error.code})`] : []),
    ...warnings,
    ...(commitment && !commitment.settled ? [`not yet settled (${commitment.state})`] : []),
  ];
  return cleanText(reasons.join(" "));
}

/** How a status looks on a terminal: a sign and a colour. */
export const statusStyle: Readonly<
  Record<OutcomeStatus, { readonly sign: string; readonly colour: "green" | "cyan" | "yellow" | "red" }>
> = {
  purchased: { sign: "✔", colour: "green" },
  "already-purchased": { sign: "✔", colour: "cyan" },
  "in-progress": { sign: "…", colour: "yellow" },
  refused: { sign: "✖", colour: "red" },
  rejected: { sign: "✖", colour: "red" },
  unresolved: { sign: "?", colour: "yellow" },
};

/** What `buyonce resolve` says: what is recorded, by whom, and what to do next. `again` is how to drive it again. */
export function resolveText(outcome: Outcome, { recIndex, person, reason }: Decision, again: string): string {
  const { status, error, commitment } = outcome;
  const by = `Its history says by whom and why: ${cleanText(person)}: ${cleanText(reason)}\n`;
  if (error?.code === "resolved-as-not-bought") {
    return `#${recIndex} is recorded as not bought. ${by}next: to buy it, ${again}.\n`;
  }
  if (status !== "already-purchased" && status !== "purchased") return `#${recIndex} is ${status}: ${why(outcome)}\n`;
  const more = why(outcome);
  const next = more === "" ? "" : `${more}\nnext: ${again}, and what is missing is made up for.\n`;
  return `#${recIndex} is recorded as bought: ${cleanText(commitment?.id ?? "")}. ${by}${next}`;
}
