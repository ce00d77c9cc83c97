import { Hono, type MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { matchedRoutes } from "hono/route";
import { loopbackNames } from "../contract/endpoint.ts";
import type { Environment } from "../contract/environment.ts";
import { checkOrigin, corsOriginsOf, hostNamesOf, isFollowedLink } from "./check-origin.ts";
import { type DoorEnv, readingMethods } from "./door-context.ts";
import type { DoorMetrics } from "./door-metrics.ts";
import type { Caller, HandlerOptions } from "./door-parts.ts";
import type { Entrance } from "./entrance.ts";
import { isForOperator, problemOf, RequestError } from "./problem.ts";
import type { RequestLimits } from "./request-limits.ts";
import { addRoute, type AnyRoute, checkPath } from "./routes.ts";
import { shuttingDown } from "./service-routes.ts";

/** What an app takes from the options of its handler. */
interface AppOptions extends Pick<HandlerOptions, "hostNames" | "corsOrigins"> {
  readonly entrance: Entrance;
  readonly limits: RequestLimits;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly onError: (error: unknown, about: string) => void;
  readonly metrics: Pick<DoorMetrics, "answered" | "failed">;
  readonly now: Environment["now"];
  /** A problem as a page for people. Left out: there are no pages. */
  readonly problemPage?: ((problem: Response) => Promise<Response>) | undefined;
}

/** Whether somebody reads the answer in a browser. */
function isForReader({ url, headers }: Request): boolean {
  return !new URL(url).pathname.startsWith("/v1/") && (headers.get("accept") ?? "").includes("text/html");
}

/** What a page of a named site may send and read. It sends its token itself: no cookies are taken. */
const forBrowsers = {
  allowMethods: ["GET", "HEAD", "PUT", "POST"],
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "Last-Event-ID",
    "Prefer",
  ],
  exposeHeaders: ["ETag", "Idempotency-Replayed", "Location", "Preference-Applied", "Retry-After", "WWW-Authenticate"],
  maxAge: 600,
};

/** Measures each answer, under the path that its route has in the table. What a page asks the door is part of the page. */
function measuring({
  metrics,
  now,
  entrance,
}: Pick<AppOptions, "metrics" | "now" | "entrance">): MiddlewareHandler<DoorEnv> {
  return async (c, next) => {
    if (entrance.isInside(c.req.raw)) return next();
    const began = now();
    await next();
    const matched = matchedRoutes(c).at(-1)?.path ?? "*";
    const route = matched.includes("*") ? "none" : matched.replaceAll(/:(\w+)/g, "{$1}");
    metrics.answered({ method: c.req.method, route, status: c.res.status, milliseconds: now() - began });
  };
}

/** The routes as an app of hono, and what every request passes before its route. `draining`: only what reads is answered any more. */
export function createApp(
  routes: readonly AnyRoute[],
  {
    entrance,
    hostNames = entrance.asksNobody ? loopbackNames : undefined,
    corsOrigins = [],
    limits,
    onError,
    bodyLimit,
    problemPage,
    metrics,
    now,
  }: AppOptions,
  draining: AbortSignal,
): Hono<DoorEnv> {
  const origins = { hostNames: hostNames && hostNamesOf(hostNames), corsOrigins: corsOriginsOf(corsOrigins) };
  const app = new Hono<DoorEnv>();
  const answerWith = (problem: Response, request: Request) =>
    problemPage !== undefined && isForReader(request) ? problemPage(problem) : problem;
  app.onError((error, c) => {
    metrics.failed(error);
    if (isForOperator(error)) onError(error, `${c.req.method} ${c.req.path}`);
    const caller = c.get("caller") as Caller | undefined;
    return answerWith(problemOf(error, { isOperator: caller?.scopes.includes("all") === true }), c.req.raw);
  });
  app.notFound((c) =>
    answerWith(problemOf(new RequestError("not-found", "There is nothing at this address.")), c.req.raw),
  );
  app.use(measuring({ metrics, now, entrance }));
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_, methods) => {
        const allow = methods.join(", ");
        return problemOf(new RequestError("method-not-allowed", `This address has ${allow}.`, { headers: { allow } }));
      },
    }),
  );
  app.use(async (c, next) => {
    checkPath(c.req.url);
    const isFollowed = problemPage !== undefined && !c.req.path.startsWith("/v1/") && isFollowedLink(c.req.raw);
    checkOrigin(c.req.raw.headers, { ...origins, isFollowed });
    await next();
  });
  if (corsOrigins.length > 0) app.use("/v1/*", cors({ ...forBrowsers, origin: [...corsOrigins] }));
  const asked: MiddlewareHandler<DoorEnv> = async (c, next) => {
    const caller = await entrance.identify(c);
    c.set("caller", caller);
    if (draining.aborted && !readingMethods.includes(c.req.method)) throw shuttingDown();
    return entrance.admit(c, caller, next);
  };
  for (const path of ["/v1/*", "/metrics"]) app.use(path, asked);
  for (const route of routes) addRoute(app, route, { limit: bodyLimit, bodies: limits.bodies });
  return app;
}
