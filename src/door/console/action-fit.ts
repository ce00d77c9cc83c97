// Whether an action fits how an execution stands, and who asks: where it does not, its page says why, and asks nothing.
import { canAskAgain, workLeft } from "../../contract/execution-state.ts";
import { isOneOf } from "../../contract/is-one-of.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { whyStopped } from "../../contract/terms.ts";
import { type Html, html, timeText } from "../../report/html.ts";
import type { Caller, DoorScope } from "../door-parts.ts";
import { foreign, timeMark } from "./console-frame.ts";
import { isDecidable, meaningOf } from "./console-words.ts";
import type { ExecutionAction, PlainAction } from "./console-links.ts";
import type { ShownExecution } from "./read-execution.ts";

/** Why an action does not fit, and what does; undefined where it fits. */
export interface Misfit {
  readonly why: Html;
  /** What can be done instead, where that fits. */
  readonly instead?: PlainAction | undefined;
  /** It fits, for somebody else. */
  readonly isOfCaller?: true;
}

/** The scope that each action needs. */
export const scopeOfAction: Readonly<Record<ExecutionAction, DoorScope>> = {
  approve: "approve",
  limits: "approve",
  cancel: "write",
  redrive: "write",
  reopen: "approve",
};

/** Why an action does not fit how an execution stands, or who asks for it; undefined where it does. Scopes are not looked at. */
export function misfitOf(shown: ShownExecution, action: ExecutionAction, caller: Caller): Misfit | undefined {
  return misfits[action](shown, caller);
}

/** Why no limit of an execution can be changed; undefined where one can. */
export function limitMisfit(shown: ShownExecution): Misfit | undefined {
  if (shown.status.state === "complete") return { why: html`${nothingLeft(shown)}: a limit decides nothing more.` };
  const expired = expiredLine(shown);
  return expired && { why: html`${expired} Nothing more is bought of it, so a limit decides nothing more.` };
}

/** Whether somebody may do it, and it fits. */
export function mayDo(shown: ShownExecution, action: ExecutionAction, caller: Caller): boolean {
  return caller.scopes.includes(scopeOfAction[action]) && misfitOf(shown, action, caller) === undefined;
}

/** Why nobody decides what became of a recommendation; undefined where somebody can. */
export function decisionMisfit(record: TokenRecord): Html | undefined {
  if (isDecidable(record)) return undefined;
  if (record.state === "purchased") return html`It is bought, so there is nothing to decide.`;
  return html`Nothing of it may be bought, so there is nothing to decide.`;
}

/** Why a recommendation cannot be dropped; undefined where it can: it was never sent. */
export function dropMisfit({ state, submission, former = [] }: TokenRecord): Html | undefined {
  if (state === "purchased") return html`It is bought: it cannot be dropped.`;
  if (state === "skipped") return html`It is dropped already.`;
  const isUnsent = submission === undefined && former.length === 0;
  if (isUnsent && ["planned", "claimed", "refused", "rejected"].includes(state)) return undefined;
  return html`It was sent already: it cannot be dropped.`;
}

const misfits: Readonly<Record<ExecutionAction, (shown: ShownExecution, caller: Caller) => Misfit | undefined>> = {
  approve: (shown, caller) => {
    const { approvalRequired, approval, mayNotApprove = [] } = shown.recorded.execution;
    if (shown.status.state === "complete") return { why: html`${nothingLeft(shown)}: there is nothing to approve.` };
    const stopped = stoppedLine(shown);
    if (stopped !== undefined)
      return { why: html`${stopped} It cannot be approved.`, instead: reopened(shown, caller) };
    if (approval !== undefined) {
      const { person, at } = approval;
      return { why: html`These terms were approved by ${foreign(person)} on ${timeMark(at, timeText(at))} already.` };
    }
    if (!approvalRequired) return { why: html`It needs no approval.` };
    if (!isOneOf(mayNotApprove, caller.name)) return undefined;
    return { why: html`You may not approve it. ${meaningOf("second-person-needed")}`, isOfCaller: true };
  },
  cancel: (shown, caller) => {
    const { toCome, atRisk } = shown.status.places;
    const isNothingLeft = shown.status.state === "complete" || toCome + atRisk === 0;
    if (isNothingLeft) return { why: html`Nothing is left to buy, so cancelling stops nothing.` };
    if (shown.recorded.execution.cancelled === undefined) return undefined;
    return { why: html`${stoppedLine(shown)} Nothing more is sent for it.`, instead: reopened(shown, caller) };
  },
  reopen: (shown, caller) => {
    if (shown.recorded.execution.cancelled === undefined) {
      const instead = mayDo(shown, "approve", caller) ? "approve" : undefined;
      return { why: html`It is not cancelled, so there is nothing to reopen.`, instead };
    }
    if (shown.status.state === "complete") return { why: html`Nothing is left to buy, so reopening changes nothing.` };
    const expired = expiredLine(shown);
    return expired && { why: html`${expired} It cannot be reopened.` };
  },
  limits: limitMisfit,
  redrive: (shown, caller) => {
    const { recorded, status } = shown;
    const { records } = recorded;
    const isStopped = status.state === "stopped";
    if (isStopped && status.places.atRisk === 0) {
      const why = html`${stoppedLine(shown)} Nothing that was sent is open, so driving it again does nothing.`;
      return { why, instead: reopened(shown, caller) };
    }
    if (status.state === "waiting") {
      const instead = mayDo(shown, "approve", caller) ? "approve" : undefined;
      return { why: html`It waits, and is driven by itself once it may be: there is nothing to drive again.`, instead };
    }
    if (isStopped || records.some(canAskAgain)) return undefined;
    if (status.state === "complete") return { why: html`${nothingLeft(shown)}: there is nothing to drive again.` };
    if (isCompleting(shown)) return { why: html`${completingText(shown)}. There is nothing to drive again.` };
    return { why: html`It is driven by itself already: nothing of it was refused, declined or left for a person.` };
  },
};

function reopened(shown: ShownExecution, caller: Caller): PlainAction | undefined {
  const isCancelled = shown.recorded.execution.cancelled !== undefined;
  return isCancelled && mayDo(shown, "reopen", caller) ? "reopen" : undefined;
}

/** That it was cancelled, or has expired; undefined where it is not stopped. */
export function stoppedLine(shown: ShownExecution): Html | undefined {
  const { cancelled } = shown.recorded.execution;
  if (cancelled === undefined) return expiredLine(shown);
  const { person, at, reason } = cancelled;
  return html`This execution was cancelled by ${foreign(person)} on ${timeMark(at, timeText(at))}:
  ${foreign(endedSentence(reason))}`;
}

/** A reason at the end of a sentence. */
function endedSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function expiredLine({ recorded: { execution, at } }: ShownExecution): Html | undefined {
  const { cancelled: _cancelled, ...others } = execution;
  const { expiresAt } = execution;
  if (expiresAt === undefined || whyStopped(others, at) === undefined) return undefined;
  const time = Date.parse(expiresAt);
  return html`This execution expired on ${timeMark(time, timeText(time))}.`;
}

function nothingLeft({ places }: ShownExecution): string {
  const isAllBought = places.every(({ record }) => record?.state === "purchased");
  return isAllBought ? "Everything is bought" : "Everything is bought or decided";
}

/** Whether all of it is bought, and only the provider has something left to do. */
export function isCompleting({ status, recorded: { records } }: ShownExecution): boolean {
  const left = records.filter((record) => workLeft(record) !== undefined);
  return status.state === "working" && left.length > 0 && left.every(({ state }) => state === "purchased");
}

/** How far it is where {@link isCompleting}. */
export function completingText({ recorded: { records } }: ShownExecution): string {
  const bought = records.filter(({ state }) => state === "purchased");
  const open = bought.filter(({ commitment }) => commitment?.settled !== true).length;
  const others = records.length - bought.length;
  const all =
    bought.length === 1
      ? "It is bought"
      : others === 0
        ? `All ${bought.length} are bought`
        : "Everything is bought or decided";
  return open === 0 ? `${all}; it is still being marked` : `${all}; the provider still completes ${open}`;
}
