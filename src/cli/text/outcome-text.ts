import type { Outcome } from "../../spec/report.ts";
import { cleanText } from "../../spec/clean-text.ts";

/** Why an outcome is not plainly done: the error, what is still missing, or that it is not yet settled. Else empty. */
export function why({ commitment, error, warnings = [] }: Outcome): string {
  const reasons = [
    ...(error ? [`${error.message} (${error.code})`] : []),
    ...warnings,
    ...(commitment && !commitment.settled ? [`not yet settled (${commitment.state})`] : []),
  ];
  return cleanText(reasons.join(" "));
}
