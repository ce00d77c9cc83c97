import type { Decision } from "../../drive/resolve-by-person.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Outcome } from "../../contract/report.ts";
import { nextSteps } from "./next-steps.ts";
import { why } from "./outcome-text.ts";

/** What `buyonce resolve` says: what is recorded, by whom, and what to do next. `again` is how to drive it again. */
export function resolveText(outcome: Outcome, { recIndex, person, reason }: Decision, again: string): string {
  const { status, error, commitment } = outcome;
  const by = `Its history says by whom and why: ${cleanText(person)}: ${cleanText(reason)}\n`;
  if (error?.code === "resolved-as-not-bought") {
    return `#${recIndex} is recorded as not bought. ${by}next: to buy it, ${again}.\n`;
  }
  if (status !== "already-purchased" && status !== "purchased") return `#${recIndex} is ${status}: ${why(outcome)}\n`;
  const more = why(outcome);
  const [step] = nextSteps([outcome], again);
  const next = step === undefined ? "" : `${more}\nnext: ${step.text}\n`;
  return `#${recIndex} is recorded as bought: ${cleanText(commitment?.id ?? "")}. ${by}${next}`;
}
