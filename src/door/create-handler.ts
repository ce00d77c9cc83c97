import { Hono } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { BuyonceError } from "../contract/errors.ts";
import { checkOrigin, loopbackNames } from "./check-origin.ts";
import type { Door, DoorEnv } from "./door-context.ts";
import { type Caller, type DoorHandler, doorScopes, type HandlerOptions } from "./door-parts.ts";
import { executionRoutes } from "./execution-routes.ts";
import { personRoutes } from "./person-routes.ts";
import { problemOf, RequestError } from "./problem.ts";
import { addRoute, type AnyRoute, checkPath } from "./routes.ts";
import { createRunner } from "./runner.ts";
import { serviceRoutes, shuttingDown } from "./service-routes.ts";
import { submitRoutes } from "./submit-routes.ts";

/** Who calls where nobody is asked: only on this machine. */
const local: Caller = { name: "local", scopes: doorScopes };

/**
 * Makes a Fetch handler over a purchaser and its ledger: what it accepts is recorded first, and driven in this process once `start` was
 * called. The ledger is the only memory: any number of handlers share one, and a killed one loses nothing.
 *
 * Throws a RefusedError `invalid-configuration` for a number that cannot be.
 */
export function createHandler(options: HandlerOptions): DoorHandler {
  const { bodyLimit = 10_000_000, onError = () => undefined, environment = systemEnvironment } = options;
  const { executionsAtOnce = 16, concurrency = 4, sweepInterval = 30_000, requireApproval = false } = options;
  checkNumber("executionsAtOnce", executionsAtOnce, { minimum: 1, maximum: 1000 });
  checkNumber("concurrency", concurrency, { minimum: 1, maximum: 1000 });
  checkNumber("sweepInterval", sweepInterval, { minimum: 10, maximum: 86_400_000, unit: "milliseconds" });
  checkNumber("bodyLimit", bodyLimit, { minimum: 1000, maximum: 1_000_000_000 });
  const { purchaser, ledger } = options;
  const runner = createRunner({
    purchaser,
    ledger,
    environment,
    executionsAtOnce,
    concurrency,
    sweepInterval,
    onError,
  });
  const door: Door = { purchaser, ledger, runner, requireApproval, sleep: environment.sleep, now: environment.now };
  const app = createApp(options, runner.draining, onError);
  for (const route of doorRoutes(door)) addRoute(app, route, bodyLimit);

  const answer = async (request: Request): Promise<Response> => {
    const response = await app.fetch(request);
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  return Object.assign(answer, { start: () => runner.start(), drain: () => runner.drain() });
}

/** All routes of a door. */
export function doorRoutes(door: Door): readonly AnyRoute[] {
  const own = [...submitRoutes(door), ...executionRoutes(door), ...personRoutes(door)];
  return [...own, ...serviceRoutes(door, own)];
}

/** What every request passes before its route. */
function createApp(
  { authenticate, hostNames = authenticate === undefined ? loopbackNames : undefined }: HandlerOptions,
  draining: AbortSignal,
  onError: (error: unknown, about: string) => void,
): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>();
  app.onError((error, c) => {
    if (!BuyonceError.isInstance(error) || error.code === "internal") onError(error, `${c.req.method} ${c.req.path}`);
    return problemOf(error);
  });
  app.notFound(() => problemOf(new RequestError("not-found", "There is nothing at this address.")));
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
    checkOrigin(c.req.raw.headers, hostNames);
    await next();
  });
  app.use("/v1/*", async (c, next) => {
    const caller = authenticate === undefined ? local : await authenticate(c.req.raw);
    if (caller === undefined) {
      throw new RequestError("not-authenticated", "The request needs a valid token: Authorization: Bearer …", {
        headers: { "www-authenticate": "Bearer" },
      });
    }
    if (draining.aborted && c.req.method !== "GET") throw shuttingDown();
    c.set("caller", caller);
    await next();
  });
  return app;
}
