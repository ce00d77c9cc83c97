// Changes a limit as the door does for any caller: of the terms that the page showed, which it names by their tag.
import type { Hono } from "hono";
import { pathOf } from "../answers.ts";
import { checkScope, type DoorContext, type DoorEnv } from "../door-context.ts";
import { termsTag } from "../terms-tag.ts";
import { changedSince, isLast, problemFrom, problemText } from "./act.ts";
import type { Again } from "./action-page.ts";
import { scopeOfAction } from "./action-fit.ts";
import { type ConsolePage, framed } from "./console-frame.ts";
import { executionPath, placePath, withQuery } from "./console-links.ts";
import { type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";
import { forReaders, readForm } from "./console-session.ts";
import { changeBody, limitsPath, limitTarget, readLimits, typedLimits } from "./limits-change.ts";
import { confirmLimitsPage, limitsMisfit, limitsPage } from "./limits-page.ts";
import { readExecution } from "./read-execution.ts";

/** Adds the pages on which limits are changed. */
export function addLimits(app: Hono<DoorEnv>, parts: ConsoleParts): void {
  const path = "/executions/:executionId/limits";
  const page = (c: DoorContext, of: ConsolePage, status = 200) =>
    pageAnswer(framed(parts, c.get("caller"), of), status);
  const forSetters = (handle: (c: DoorContext) => Promise<Response>) =>
    forReaders(parts, (c) => {
      checkScope(c.get("caller"), scopeOfAction.limits);
      return handle(c);
    });
  app.get(
    path,
    forSetters(async (c) => {
      const shown = await readExecution(parts.door, c);
      return page(c, limitsPage({ shown, target: limitTarget(c, shown) }));
    }),
  );
  app.get(
    `${path}/confirm`,
    forSetters(async (c) => askedToConfirm(c, await readExecution(parts.door, c), page)),
  );
  app.post(
    `${path}/confirm`,
    forSetters((c) => change(parts, c, page)),
  );
}

type Page = (c: DoorContext, of: ConsolePage, status?: number) => Response;

/** Asks once more, or says what is wrong with what was typed. `again`: it was not carried out. */
function askedToConfirm(
  c: DoorContext,
  shown: Awaited<ReturnType<typeof readExecution>>,
  page: Page,
  { again, status = 200 }: { readonly again?: Again; readonly status?: number } = {},
): Response {
  const target = limitTarget(c, shown);
  const typed = typedLimits(c);
  if (typed === undefined) return redirect(limitsPath(shown.recorded.execution.executionId, target.place?.record));
  if (limitsMisfit(shown, target) !== undefined) return page(c, limitsPage({ shown, target }));
  const read = readLimits(typed, target);
  if ("problems" in read) return page(c, limitsPage({ shown, target }, { typed, problems: read.problems }), 400);
  return page(c, confirmLimitsPage({ shown, target, typed, after: read.after }, again), status);
}

/** Carries the change out. Where the terms are not as they were shown, it is told, and nothing is done. */
async function change(parts: ConsoleParts, c: DoorContext, page: Page): Promise<Response> {
  const fields = await readForm(c);
  const reason = (fields.get("reason") ?? "").trim();
  const tag = fields.get("terms") ?? "";
  const shown = await readExecution(parts.door, c);
  const { executionId } = shown.recorded.execution;
  const target = limitTarget(c, shown);
  const recIndex = target.place?.outcome.recIndex;
  const done = redirect(
    withQuery(recIndex === undefined ? executionPath(executionId) : placePath(executionId, recIndex), {
      done: "limits",
    }),
  );
  const show = async (why: Again["why"], status: number) =>
    askedToConfirm(c, await readExecution(parts.door, c), page, { again: { why, reason }, status });
  const changed = async () => {
    // Sent twice, by a second press: the first one did it.
    const { history } = await readExecution(parts.door, c);
    const isDone = isLast(history, { event: "limits", person: c.get("caller").name, reason });
    return isDone ? done : show(changedSince, 412);
  };
  if (termsTag(shown.recorded) !== tag) return changed();
  const typed = typedLimits(c);
  const read = typed === undefined ? undefined : readLimits(typed, target);
  if (read === undefined || "problems" in read || limitsMisfit(shown, target) !== undefined) {
    return askedToConfirm(c, shown, page);
  }
  const problem = await problemFrom(parts, c, `${pathOf(executionId)}/limits`, {
    method: "POST",
    body: { ...changeBody(target, read.after), reason },
    headers: { "if-match": tag },
  });
  if (problem === undefined) return done;
  return problem.code === "terms-changed" ? changed() : show(problemText(problem), problem.status);
}
