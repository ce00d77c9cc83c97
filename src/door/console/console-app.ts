import { createHash } from "node:crypto";
import type { Hono } from "hono";
import {
  checkScope,
  type Door,
  type DoorContext,
  type DoorEnv,
  executionIdIn,
  notFound,
  recIndexIn,
  visible,
} from "../door-context.ts";
import type { HandlerOptions } from "../door-parts.ts";
import type { Entrance } from "../entrance.ts";
import { pathOf } from "../answers.ts";
import { termsTag } from "../terms-tag.ts";
import { act, asked, doneNotice, problemFrom, problemText } from "./act.ts";
import { addLimits } from "./change-limits.ts";
import { scopeOfAction } from "./action-fit.ts";
import { framed } from "./console-frame.ts";
import { placePath, type PlainAction } from "./console-links.ts";
import { type Asked, type ConsoleParts, pageAnswer, redirect } from "./console-parts.ts";
import { consoleScript } from "./console-script.ts";
import { forReaders, readForm, signedHeaders } from "./console-session.ts";
import { consoleIcon, consoleStyles } from "./console-styles.ts";
import { executionPage } from "./execution-page.ts";
import { limitsMisfit } from "./limits-page.ts";
import { overviewPage, overviewQuery } from "./overview-page.ts";
import { placePage, type PlaceOf } from "./place-page.ts";
import { readExecution } from "./read-execution.ts";
import { readOverview } from "./read-overview.ts";
import { type Finding, findingPage, findings, resolvePage, seenOf } from "./resolve-page.ts";
import { askedToSkip, skip } from "./skip-page.ts";
import { signIn, signOut, takeToken } from "./sign-in-page.ts";
import { html } from "../../report/html.ts";
import { isHeld } from "../../contract/lease.ts";

/** Adds the pages for people at `/`: they read the ledger, and whatever they do, they ask the door for it. */
export function addConsole(
  app: Hono<DoorEnv>,
  door: Door,
  { entrance, imitation = false }: Pick<HandlerOptions, "imitation"> & { readonly entrance: Entrance },
): void {
  const parts: ConsoleParts = {
    door,
    entrance,
    imitation,
    ask: async (c, path, request = {}) =>
      app.fetch(entrance.inside(requestTo(c, path, request), c.get("caller")), c.env),
  };
  addFiles(app);
  app.get("/sign-in", (c) => signIn(parts, c));
  app.post("/sign-in", (c) => takeToken(parts, c));
  app.post("/sign-out", (c) => signOut(c));
  app.get(
    "/",
    forReaders(parts, async (c) => {
      const query = overviewQuery(c);
      const caller = c.get("caller");
      const overview = await readOverview(parts.door.ledger, caller, query);
      return pageAnswer(framed(parts, caller, overviewPage(overview, query, new URL(c.req.url).origin)));
    }),
  );
  app.get(
    "/executions/:executionId",
    forReaders(parts, async (c) => {
      const [caller, shown] = [c.get("caller"), await readExecution(parts.door, c)];
      const done = doneNotice(shown.recorded.execution, c.req.query("done"));
      return pageAnswer(framed(parts, caller, executionPage(shown, caller, done)));
    }),
  );
  // A browser sends no token with a stream of events, but the cookie: the door itself takes tokens only.
  app.get(
    "/executions/:executionId/events",
    forReaders(parts, async (c) => {
      const executionId = executionIdIn(c);
      await visible(door, c.get("caller"), executionId);
      const method = c.req.method === "HEAD" ? "HEAD" : "GET";
      const response = await parts.ask(c, `${pathOf(executionId)}/events`, { method });
      // Where there is no stream, the page is asked for now and then; a browser would complain about the status.
      return response.status === 404 ? new Response("none", { headers: { "cache-control": "no-store" } }) : response;
    }),
  );
  for (const action of ["approve", "cancel", "redrive", "reopen"] as const) addAction(app, parts, action);
  addLimits(app, parts);
  addPlaces(app, parts);
}

/** A request to the door, with the token of whoever looks at the page. */
function requestTo(c: DoorContext, path: string, { method = "GET", body, headers = {} }: Asked): Request {
  const own = signedHeaders(c);
  for (const name of ["content-type", "content-length", "accept-encoding"]) own.delete(name);
  if (body !== undefined) own.set("content-type", "application/json");
  for (const [name, value] of Object.entries(headers)) own.set(name, value);
  const { signal } = c.req.raw;
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return new Request(new URL(path, c.req.url), { method, headers: own, signal, ...sent });
}

function addAction(app: Hono<DoorEnv>, parts: ConsoleParts, action: PlainAction): void {
  const path = `/executions/:executionId/${action}`;
  app.get(
    path,
    forReaders(parts, (c) => {
      checkScope(c.get("caller"), scopeOfAction[action]);
      return asked(parts, c, action);
    }),
  );
  app.post(
    path,
    forReaders(parts, (c) => {
      checkScope(c.get("caller"), scopeOfAction[action]);
      return act(parts, c, action);
    }),
  );
}

function addPlaces(app: Hono<DoorEnv>, parts: ConsoleParts): void {
  const path = "/executions/:executionId/recommendations/:recIndex";
  const page = (c: DoorContext, of: Parameters<typeof framed>[2], status = 200) =>
    pageAnswer(framed(parts, c.get("caller"), of), status);
  app.get(
    path,
    forReaders(parts, async (c) => page(c, placePage(await readPlace(parts, c), c.get("caller"), c.req.query("done")))),
  );
  app.get(
    `${path}/skip`,
    forReaders(parts, (c) => {
      checkScope(c.get("caller"), "approve");
      return askedToSkip(parts, c, () => readPlace(parts, c));
    }),
  );
  app.post(
    `${path}/skip`,
    forReaders(parts, (c) => {
      checkScope(c.get("caller"), "approve");
      return skip(parts, c, () => readPlace(parts, c));
    }),
  );
  app.get(
    `${path}/resolve`,
    forReaders(parts, async (c) => {
      checkScope(c.get("caller"), "resolve");
      return page(c, resolvePage(await readPlace(parts, c)));
    }),
  );
  app.get(
    `${path}/resolve/:finding`,
    forReaders(parts, async (c) => {
      checkScope(c.get("caller"), "resolve");
      return page(c, findingPage(await readPlace(parts, c), findingIn(c)));
    }),
  );
  app.post(
    `${path}/resolve/:finding`,
    forReaders(parts, async (c) => {
      checkScope(c.get("caller"), "resolve");
      return resolve(parts, c, findingIn(c));
    }),
  );
}

/** Records what a person found out. Where the record is not as it was shown, it is told, and nothing is done. */
async function resolve(parts: ConsoleParts, c: DoorContext, finding: Finding): Promise<Response> {
  const fields = await readForm(c);
  const [id, reason] = ["id", "reason"].map((name) => (fields.get(name) ?? "").trim()) as [string, string];
  const of = await readPlace(parts, c);
  const { executionId, record } = of;
  const done = redirect(placePath(executionId, record.recIndex));
  const show = async (why: Parameters<typeof findingPage>[2], status: number) =>
    pageAnswer(framed(parts, c.get("caller"), findingPage(await readPlace(parts, c), finding, why)), status);
  if (fields.get("seen") !== seenOf(record)) {
    const { decision } = record;
    const isMine = decision?.person === c.get("caller").name && decision.reason === reason;
    return isMine ? done : show({ why: recordChanged, id, reason }, 412);
  }
  const needsId = finding === "bought" || finding === "not-this";
  const problem = await problemFrom(parts, c, `${pathOf(executionId)}/recommendations/${record.recIndex}/resolution`, {
    method: "POST",
    body: { finding, reason, ...(needsId ? { id } : {}) },
  });
  return problem === undefined ? done : show({ why: problemText(problem), id, reason }, problem.status);
}

const recordChanged = html`<p>
  <strong>Nothing was changed.</strong> Somebody, or a drive, changed it after you opened the page. It is shown as it is
  now: look at it again before you go on.
</p>`;

async function readPlace(parts: ConsoleParts, c: DoorContext): Promise<PlaceOf> {
  const recIndex = recIndexIn(c);
  const shown = await readExecution(parts.door, c);
  const { recorded, places, steps, lastNumber, history: told } = shown;
  const place = places.find(({ outcome }) => outcome.recIndex === recIndex);
  if (place?.record === undefined) throw notFound("There is no such recommendation in this execution.");
  const { record } = place;
  const history = steps.filter(({ token }) => token === record.token);
  const { executionId } = recorded.execution;
  const canLimit = limitsMisfit(shown, { place: { ...place, record } }) === undefined;
  // While a driver holds it, that one finds out.
  const lookFor = isHeld(record, recorded.at) ? undefined : parts.door.purchaser.lookFor(record);
  return { executionId, place, record, history, told, lastNumber, canLimit, lookFor, termsTag: termsTag(recorded) };
}

function findingIn(c: DoorContext): Finding {
  const found = findings.find((finding) => finding === c.req.param("finding"));
  if (found === undefined) throw notFound("There is no such finding.");
  return found;
}

/** Style, script and sign: this server's own, for a browser loads nothing else. */
function addFiles(app: Hono<DoorEnv>): void {
  const files = [
    ["/console/style.css", "text/css; charset=utf-8", consoleStyles],
    ["/console/script.js", "text/javascript; charset=utf-8", consoleScript],
    ["/console/icon.svg", "image/svg+xml", consoleIcon],
  ] as const;
  for (const [path, type, text] of files) {
    const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 27)}"`;
    const headers = { "content-type": type, "cache-control": "no-cache", etag };
    app.get(path, (c) =>
      c.req.header("if-none-match") === etag
        ? new Response(null, { status: 304, headers })
        : new Response(text, { headers }),
    );
  }
}
