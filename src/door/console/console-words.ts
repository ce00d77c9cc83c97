// How the console calls things. It shows the record, where a report shows one run.
import { isInDoubt, mayBeBought } from "../../contract/at-risk.ts";
import { adviceOf } from "../../contract/error-advice.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { ExecutionState } from "../../contract/execution-state.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { Outcome } from "../../contract/report.ts";
import { whatNext } from "../../report/what-next.ts";
import { type Verdict, verdictOf } from "../../report/report-words.ts";
import { inTheConsole } from "./console-texts.ts";
import type { ExecutionStatus } from "../../execution/execution-status.ts";

/** How a state is called. */
export const stateWords: Readonly<Record<ExecutionState, Pick<Verdict, "label" | "tone">>> = {
  "needs-person": { label: "Needs a person", tone: "alarm" },
  waiting: { label: "Waiting", tone: "wait" },
  working: { label: "Working", tone: "wait" },
  stopped: { label: "Stopped", tone: "bad" },
  complete: { label: "Complete", tone: "good" },
};

/** Refusals of the whole execution, which say nothing about one place. */
const waits: readonly ErrorCode[] = ["approval-missing", "not-due", "execution-incomplete", "restored-unconfirmed"];
const stops: readonly ErrorCode[] = ["execution-cancelled", "execution-expired"];

/** How an outcome is called. */
export function outcomeWords(outcome: Outcome, record?: TokenRecord): Pick<Verdict, "label" | "tone"> {
  const { status, error, parked } = outcome;
  if (parked !== undefined) return { label: "To be decided", tone: "alarm" };
  if (error !== undefined && waits.includes(error.code)) return { label: "Waiting", tone: "wait" };
  if (error !== undefined && stops.includes(error.code)) return { label: "Stopped", tone: "bad" };
  if (status === "in-progress" && record?.holder === undefined) return { label: "To come", tone: "wait" };
  return verdictOf(outcome);
}

/** Whether an error says only how the execution as a whole stands. */
export function isOfExecution(code: ErrorCode | undefined): boolean {
  return code !== undefined && (waits.includes(code) || stops.includes(code));
}

/** What somebody should do about an outcome; undefined where nothing is left to do, or where the execution as a whole says it. */
export function consoleToDo(outcome: Outcome): string | undefined {
  const { status, error, parked, commitment, warnings = [] } = outcome;
  if (status === "in-progress" && error === undefined) return undefined;
  // The server looks after it by itself.
  if (commitment?.settled === false && warnings.length === 0) return undefined;
  if (isOfExecution(error?.code)) return undefined;
  if (parked !== undefined) {
    return "It was sent and may be bought. No drive could find out whether it was. Look at the provider for what its page names, then decide there. Until then, buy it nowhere else.";
  }
  if (status === "unresolved" && error?.code !== "executor-missing") return unanswered;
  const next = whatNext(outcome, { again: "re-drive it", fileAgain: "submit it again" });
  return next === undefined ? undefined : inTheConsole(next);
}

/** What is said of money whose answer is out. */
export const unanswered = "Sent, no answer yet. It is looked for; decide only if you know better.";

/** Whether it was sent, nobody knows yet what became of it, and drives still look for it. */
export function isUnanswered({ state, parkedAt }: TokenRecord): boolean {
  return ["submitted", "unknown"].includes(state) && parkedAt === undefined;
}

/** Whether a person can decide what became of it. */
export function isDecidable(record: TokenRecord): boolean {
  return record.state !== "purchased" && (mayBeBought(record) || isInDoubt(record));
}

/** What a person has to do about an execution, in a few words; undefined for nothing. */
export function needOf(
  { state, forbidden, places }: Pick<ExecutionStatus, "state" | "forbidden" | "places">,
  records: readonly TokenRecord[],
): string | undefined {
  const parked = records.filter(({ parkedAt }) => parkedAt !== undefined).length;
  const toDecide = parked + places.inDoubt;
  // What is complete waits for nothing, whatever was never approved.
  const waitsFor = state === "complete" ? undefined : forbidden?.code;
  const needs = [
    ...(toDecide === 0 ? [] : [`${toDecide} to be decided`]),
    ...(waitsFor === "approval-missing" ? ["waits for approval"] : []),
    ...(waitsFor === "execution-incomplete" || waitsFor === "restored-unconfirmed" ? ["waits to be confirmed"] : []),
    ...(state === "needs-person" && toDecide === 0 ? [`${refusedIn(records)} not bought`] : []),
  ];
  return needs.length === 0 ? undefined : needs.join(", ");
}

function refusedIn(records: readonly TokenRecord[]): number {
  return records.filter(({ state }) => state === "refused" || state === "rejected").length;
}

/** What a code means, in a sentence for anybody. */
export function meaningOf(code: ErrorCode): string {
  return adviceOf(code).plain;
}
