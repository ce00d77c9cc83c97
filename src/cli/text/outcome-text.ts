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
