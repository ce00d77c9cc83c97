// What the forms of the console do: they ask the door, which checks, decides and records as for any caller.
import { adviceOf } from "../../contract/error-advice.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { ExecutionRecord } from "../../contract/execution-record.ts";
import { html, type Html, timeText } from "../../report/html.ts";
import type { DoorContext } from "../door-context.ts";
import { pathOf } from "../answers.ts";
import { RequestError } from "../problem.ts";
import { actionPage } from "./action-page.ts";
import { foreign, framed, timeMark } from "./console-frame.ts";
import { type ExecutionAction, executionPath, withQuery } from "./console-links.ts";
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

/** The same for a page: what happened, and what was said about it. */
export function problemText({ code, detail }: Problem): Html {
  return html`<p><strong>Nothing was changed.</strong> ${adviceOf(code).plain}</p>
    <p>${foreign(detail, 2000)} <span class="soft">(${code})</span></p>`;
}

const changed = html`<p>
  <strong>Nothing was changed.</strong> It is no longer as it was when you opened the page: somebody, or a drive,
  changed it meanwhile. Below it is shown as it is now. Look at it again before you go on.
</p>`;

/** Carries out the form of an action, as it was shown. Where something changed since, it is told, and nothing is done. */
export async function act(parts: ConsoleParts, c: DoorContext, action: ExecutionAction): Promise<Response> {
  const fields = await readForm(c);
  const reason = (fields.get("reason") ?? "").trim();
  const [version, seen] = [numberIn(fields, "version"), numberIn(fields, "seen")];
  const before = await readExecution(parts.door, c);
  const { execution } = before.recorded;
  const done = redirect(withQuery(executionPath(execution.executionId), { done: action }));
  const isAsSeen = execution.termsVersion === version && (action !== "redrive" || before.lastNumber === seen);
  // Sent twice, by a second press: the first one did it.
  if (!isAsSeen && isDone(before.recorded.execution, action, c.get("caller").name, reason)) return done;
  // It is being driven already, which is what was asked for.
  if (action === "redrive" && parts.door.runner.ended(execution.executionId) !== undefined) return done;
  const show = async (why: Html, status: number) => {
    const shown = await readExecution(parts.door, c);
    return pageAnswer(framed(parts, c.get("caller"), actionPage(shown, action, { why, reason })), status);
  };
  if (!isAsSeen) return show(changed, 412);
  const problem = await problemFrom(parts, c, `${pathOf(execution.executionId)}/${routes[action]}`, {
    method: "POST",
    ...(action === "redrive" ? {} : { body: { reason }, headers: { "if-match": `"${version}"` } }),
  });
  if (problem === undefined) return done;
  if (problem.code !== "terms-changed") return show(problemText(problem), problem.status);
  const { recorded } = await readExecution(parts.door, c);
  return isDone(recorded.execution, action, c.get("caller").name, reason) ? done : show(changed, 412);
}

const routes: Readonly<Record<ExecutionAction, string>> = {
  approve: "approval",
  cancel: "cancellation",
  redrive: "redrive",
};

/** Whether the record shows that this person did this, for this reason. */
function isDone(
  { approval, cancelled }: ExecutionRecord,
  action: ExecutionAction,
  person: string,
  reason: string,
): boolean {
  const word = action === "approve" ? approval : action === "cancel" ? cancelled : undefined;
  return word?.person === person && word.reason === reason;
}

/** A number that the page put into its form. Throws a RequestError for what is none. */
export function numberIn(fields: ReadonlyMap<string, string>, name: string): number {
  const text = fields.get(name) ?? "";
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new RequestError("malformed-request", `The form lacks ${name}. Nothing was done: open the page again.`);
}

/** What was just done about an execution, as its record shows it. */
export function doneNotice({ approval, cancelled }: ExecutionRecord, done: string | undefined): Html | undefined {
  const notice = (text: Html) => html`<p class="done" role="status">${text}</p>`;
  if (done === "redrive") return notice(html`It is driven again. What comes of it shows below.`);
  const word = done === "approve" ? approval : done === "cancel" ? cancelled : undefined;
  if (word === undefined) return undefined;
  const verb = done === "approve" ? "approved" : "cancelled";
  return notice(html`${foreign(word.person)} ${verb} it, ${timeMark(word.at, timeText(word.at))}.`);
}
