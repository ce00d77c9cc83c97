// What the forms of the console do: they ask the door, which checks, decides and records as for any caller.
import { adviceOf } from "../../contract/error-advice.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { ExecutionEntry, ExecutionRecord } from "../../contract/execution-record.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { html, type Html, timeText } from "../../report/html.ts";
import type { Door, DoorContext } from "../door-context.ts";
import { redrivePerson } from "../../contract/execution-state.ts";
import { termsTag } from "../terms-tag.ts";
import { pathOf } from "../answers.ts";
import { misfitOf } from "./action-fit.ts";
import { actionPage, type Again } from "./action-page.ts";
import { foreign, framed, timeMark } from "./console-frame.ts";
import { inTheConsole } from "./console-texts.ts";
import { executionPath, type PlainAction, withQuery } from "./console-links.ts";
import { type Asked, type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";
import { readForm } from "./console-session.ts";
import { readExecution } from "./read-execution.ts";

/** Why the door did not carry out a request. */
export interface Problem {
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** Asks the door, and tells why it refused; undefined where it did what was asked. */
export async function problemFrom(
  { ask }: ConsoleParts,
  c: DoorContext,
  path: string,
  request: Asked,
): Promise<Problem | undefined> {
  const response = await ask(c, path, request);
  if (response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  const { code, detail } = (await response.json()) as Problem;
  return { status: response.status, code, detail };
}

/** The same for a page: what happened, and what was said about it. Where the server failed, it may have been done all the same. */
export function problemText({ code, detail }: Problem): Html {
  const isOpen = code === "internal" || code.startsWith("ledger-");
  const first = isOpen ? "It is not known whether anything was changed." : "Nothing was changed.";
  return html`<p><strong>${first}</strong> ${adviceOf(code).plain}</p>
    <p>${foreign(inTheConsole(detail), 2000)} <span class="soft">(${code})</span></p>`;
}

/** That what was shown is not how it is. */
export const changedSince = html`<p>
  <strong>Nothing was changed.</strong> It is no longer as it was when you opened the page: somebody, or a drive,
  changed it meanwhile. Below it is shown as it is now. Look at it again before you go on.
</p>`;

/** The page that asks about an action, with the terms as they are now. */
export async function asked(
  parts: ConsoleParts,
  c: DoorContext,
  action: PlainAction,
  { again, status = 200 }: { readonly again?: Again; readonly status?: number } = {},
): Promise<Response> {
  const [caller, shown] = [c.get("caller"), await readExecution(parts.door, c)];
  return pageAnswer(framed(parts, caller, actionPage({ shown, action, caller, again })), status);
}

/** Carries out the form of an action, as it was shown. Where something changed since, it is told, and nothing is done. */
export async function act(parts: ConsoleParts, c: DoorContext, action: PlainAction): Promise<Response> {
  const fields = await readForm(c);
  const reason = (fields.get("reason") ?? "").trim();
  const [tag, seen] = [fields.get("terms") ?? "", fields.get("seen")];
  const shown = await readExecution(parts.door, c);
  const { recorded, lastNumber, history } = shown;
  const { executionId } = recorded.execution;
  const done = redirect(withQuery(executionPath(executionId), { done: action }));
  const word = { event: action, person: c.get("caller").name, reason };
  const show = (why: Html, status: number) => asked(parts, c, action, { again: { why, reason }, status });
  if (termsTag(recorded) !== tag || (action === "redrive" && String(lastNumber) !== seen)) {
    // Sent twice, by a second press: the first one did it.
    const isDone =
      action === "redrive"
        ? isRedriveAsked(recorded.records) || (await wasRedriven(parts.door, executionId, seen, word.person))
        : isLast(history, word);
    return isDone ? done : show(changedSince, 412);
  }
  const misfit = misfitOf(shown, action, c.get("caller"));
  // Bought, for one, since the page was shown: that changes no terms. Whoever may not do it is told so by the door.
  if (misfit !== undefined && misfit.isOfCaller !== true) return show(changedSince, 412);
  const problem = await problemFrom(parts, c, `${pathOf(executionId)}/${routes[action]}`, {
    method: "POST",
    ...(action === "redrive" ? {} : { body: { reason }, headers: { "if-match": tag } }),
  });
  if (problem === undefined) return done;
  if (problem.code !== "terms-changed") return show(problemText(problem), problem.status);
  const { history: now } = await readExecution(parts.door, c);
  return isLast(now, word) ? done : show(changedSince, 412);
}

const routes: Readonly<Record<PlainAction, string>> = {
  approve: "approval",
  cancel: "cancellation",
  redrive: "redrive",
  reopen: "reopening",
};

/** Whether a redrive is recorded that nobody has begun yet. */
function isRedriveAsked(records: readonly TokenRecord[]): boolean {
  return records.some(({ redriveAskedAt }) => redriveAskedAt !== undefined);
}

/** Whether this person asked for a redrive after a page was shown that had seen so many lines of the history. */
async function wasRedriven(
  { ledger }: Pick<Door, "ledger">,
  executionId: string,
  seen: string | undefined,
  person: string,
): Promise<boolean> {
  if (seen === undefined || !/^\d{1,15}$/.test(seen)) return false;
  const since = await ledger.historySince(executionId, Number(seen), linesSince);
  return since.some(
    ({ kind, entry }) => kind === "recommendation" && entry.event === "redrive" && redrivePerson(entry) === person,
  );
}

/** Lines of the history in which an own redrive is looked for. */
const linesSince = 5000;

/** What somebody did about an execution. */
interface Word {
  readonly event: string;
  readonly person: string;
  readonly reason: string;
}

/** Whether this is the last that happened to an execution. */
export function isLast(history: readonly ExecutionEntry[], { event, person, reason }: Word): boolean {
  const last = history.at(-1);
  return last?.event === event && last.person === person && last.reason === reason;
}

/** What was just done about an execution, as its record shows it. */
export function doneNotice({ approval, cancelled }: ExecutionRecord, done: string | undefined): Html | undefined {
  const notice = (text: Html) => html`<p class="done" role="status">${text}</p>`;
  if (done === "reopen" && cancelled === undefined) return notice(html`Reopened.`);
  if (done === "limits") return notice(html`The limit is changed.`);
  if (done === "redrive") return notice(html`It is driven again. What comes of it shows below.`);
  const word = done === "approve" ? approval : done === "cancel" ? cancelled : undefined;
  if (word === undefined) return undefined;
  const verb = done === "approve" ? "approved" : "cancelled";
  return notice(html`${foreign(word.person)} ${verb} it, ${timeMark(word.at, timeText(word.at))}.`);
}
