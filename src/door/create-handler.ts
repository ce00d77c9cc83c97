import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { RefusedError } from "../contract/errors.ts";
import { importOptional } from "../contract/optional-package.ts";
import type { Door } from "./door-context.ts";
import type { DoorHandler, HandlerOptions } from "./door-parts.ts";
import { executionRoutes } from "./execution-routes.ts";
import { personRoutes } from "./person-routes.ts";
import type { AnyRoute } from "./routes.ts";
import { createRequestLimits } from "./request-limits.ts";
import { runnerOf } from "./worker.ts";
import { serviceRoutes } from "./service-routes.ts";
import { submitRoutes } from "./submit-routes.ts";
import { termsRoutes } from "./terms-routes.ts";

/**
 * Makes a Fetch handler over a purchaser and its ledger: what it accepts is recorded first, and driven once `start` was called: in this
 * process, or by whoever takes it from the queue. The ledger is the only memory: any number of handlers share one, and a killed one loses nothing.
 *
 * Throws a RefusedError `invalid-configuration` for a number that cannot be, and where the package hono is not installed.
 */
export async function createHandler(options: HandlerOptions): Promise<DoorHandler> {
  const { bodyLimit = 10_000_000, onError = () => undefined, environment = systemEnvironment } = options;
  const { requireApproval = false, twoPersons = false } = options;
  checkNumber("bodyLimit", bodyLimit, { minimum: 1000, maximum: 1_000_000_000 });
  const { purchaser, ledger, authenticate, corsOrigins = [] } = options;
  const isAlone = authenticate === "nobody-is-asked";
  if (isAlone && corsOrigins.length > 0) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: "Pages of other sites may call only a server that asks who calls: give it tokens. Nothing was started.",
    });
  }
  const limits = createRequestLimits(options.limits ?? {}, { bodyLimit, isAlone }, environment);
  const runner = runnerOf(options);
  const door: Door = {
    purchaser,
    ledger,
    runner,
    requireApproval: requireApproval || twoPersons,
    twoPersons,
    limits,
    sleep: environment.sleep,
    now: environment.now,
  };
  const { createApp } = await importOptional("hono", () => import("./door-app.ts"));
  const pages = options.console === false ? undefined : await import("./console/index.ts");
  const settings = { ...options, limits, bodyLimit, onError, problemPage: pages?.problemPage };
  const app = createApp(doorRoutes(door), settings, runner.draining);
  pages?.addConsole(app, door, options);

  const answer: (...given: Parameters<DoorHandler>) => Promise<Response> = async (request, { address } = {}) => {
    const response = await app.fetch(request, { address });
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  return Object.assign(answer, { start: () => runner.start(), drain: () => runner.drain() });
}

/** All routes of a door. */
function doorRoutes(door: Door): readonly AnyRoute[] {
  const own = [...submitRoutes(door), ...executionRoutes(door), ...termsRoutes(door), ...personRoutes(door)];
  return [...own, ...serviceRoutes(door, own)];
}
