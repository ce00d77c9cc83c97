import { Hono } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { loopbackNames } from "../contract/endpoint.ts";
import { checkOrigin, corsOriginsOf, hostNamesOf, isFollowedLink } from "./check-origin.ts";
import { type DoorContext, type DoorEnv, readingMethods } from "./door-context.ts";
import { type Authenticate, type Caller, doorScopes, type HandlerOptions, localName } from "./door-parts.ts";
import { isForOperator, problemOf, RequestError } from "./problem.ts";
import type { RequestLimits } from "./request-limits.ts";
import { addRoute, type AnyRoute, checkPath } from "./routes.ts";
import { shuttingDown } from "./service-routes.ts";

/** Who calls where nobody is asked: only on this machine. */
const local: Caller = { name: localName, scopes: doorScopes };

/** What proxies write. */
const proxyHeaders = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/** Throws a RequestError for a request that came through a proxy: whoever sent it may be anybody. */
export function localCaller({ headers }: Request): Caller {
  if (!proxyHeaders.some((name) => headers.has(name))) return local;
  throw new RequestError(
    "not-permitted",
    "The request came through a proxy, and this server asks nobody who they are. Start it with tokens (buyonce serve --tokens FILE).",
  );
}

/** What an app takes from the options of its handler. */
interface AppOptions extends Pick<HandlerOptions, "addressHeader" | "authenticate" | "hostNames" | "corsOrigins"> {
  readonly limits: RequestLimits;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly onError: (error: unknown, about: string) => void;
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

/**
 * Who sends a request. Whoever sends tokens that are not valid is made to wait, by address. Throws a RequestError for nobody that is
 * known.
 */
async function known(
  c: DoorContext,
  authenticate: Authenticate,
  { limits, addressHeader }: Pick<AppOptions, "limits" | "addressHeader">,
): Promise<Caller> {
  const credential = c.req.header("authorization");
  const told = addressHeader === undefined ? undefined : c.req.header(addressHeader)?.split(",").at(-1)?.trim();
  const address = told ?? c.env.address ?? "";
  // Who names no token does not guess.
  if (credential !== undefined) limits.checkAddress(address, credential);
  try {
    const caller = await authenticate(c.req.raw);
    if (caller === undefined) throw notAuthenticated();
    if (credential !== undefined) limits.noteValid(credential);
    return caller;
  } catch (error) {
    const isFalse = error instanceof RequestError && error.code === "not-authenticated";
    if (isFalse && credential !== undefined) limits.noteFailure(address, credential);
    throw error;
  }
}

function notAuthenticated(): RequestError {
  return new RequestError("not-authenticated", "The request needs a valid token: Authorization: Bearer …", {
    headers: { "www-authenticate": "Bearer" },
  });
}

/** The routes as an app of hono, and what every request passes before its route. `draining`: only what reads is answered any more. */
export function createApp(
  routes: readonly AnyRoute[],
  {
    authenticate,
    hostNames = authenticate === "nobody-is-asked" ? loopbackNames : undefined,
    corsOrigins = [],
    addressHeader,
    limits,
    onError,
    bodyLimit,
    problemPage,
  }: AppOptions,
  draining: AbortSignal,
): Hono<DoorEnv> {
  const origins = { hostNames: hostNames && hostNamesOf(hostNames), corsOrigins: corsOriginsOf(corsOrigins) };
  const asking = { limits, addressHeader };
  const app = new Hono<DoorEnv>();
  const answerWith = (problem: Response, request: Request) =>
    problemPage !== undefined && isForReader(request) ? problemPage(problem) : problem;
  app.onError((error, c) => {
    if (isForOperator(error)) onError(error, `${c.req.method} ${c.req.path}`);
    const caller = c.get("caller") as Caller | undefined;
    return answerWith(problemOf(error, { isOperator: caller?.scopes.includes("all") === true }), c.req.raw);
  });
  app.notFound((c) =>
    answerWith(problemOf(new RequestError("not-found", "There is nothing at this address.")), c.req.raw),
  );
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
  app.use("/v1/*", async (c, next) => {
    const caller = authenticate === "nobody-is-asked" ? localCaller(c.req.raw) : await known(c, authenticate, asking);
    c.set("caller", caller);
    if (draining.aborted && !readingMethods.includes(c.req.method)) throw shuttingDown();
    if (authenticate !== "nobody-is-asked") limits.checkRate(caller.name);
    const leave = limits.enter(caller.name);
    c.set("leave", leave);
    try {
      await next();
    } finally {
      c.get("leave")();
    }
  });
  for (const route of routes) addRoute(app, route, { limit: bodyLimit, bodies: limits.bodies });
  return app;
}
