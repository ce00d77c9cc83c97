import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { RefusedError } from "../contract/errors.ts";
import { importOptional } from "../contract/optional-package.ts";
import { createChanges, telling } from "./changes.ts";
import type { Door } from "./door-context.ts";
import type { DoorHandler, HandlerOptions } from "./door-parts.ts";
import { eventRoutes, type StreamParts } from "./event-routes.ts";
import { executionRoutes } from "./execution-routes.ts";
import { personRoutes } from "./person-routes.ts";
import type { AnyRoute } from "./routes.ts";
import { createRequestLimits } from "./request-limits.ts";
import { createRunner } from "./runner.ts";
import { serviceRoutes } from "./service-routes.ts";
import { submitRoutes } from "./submit-routes.ts";
import { termsRoutes } from "./terms-routes.ts";

/**
 * Makes a Fetch handler over a purchaser and its ledger: what it accepts is recorded first, and driven in this process once `start` was
 * called. The ledger is the only memory: any number of handlers share one, and a killed one loses nothing.
 *
 * Throws a RefusedError `invalid-configuration` for a number that cannot be, and where the package hono is not installed.
 */
export async function createHandler(options: HandlerOptions): Promise<DoorHandler> {
  const { bodyLimit = 10_000_000, onError = () => undefined, environment = systemEnvironment } = options;
  const {
    executionsAtOnce = 16,
    concurrency = 4,
    sweepInterval = 30_000,
    requireApproval = false,
    eventStreams = 400,
  } = options;
  const { twoPersons = false } = options;
  checkNumber("executionsAtOnce", executionsAtOnce, { minimum: 1, maximum: 1000 });
  checkNumber("concurrency", concurrency, { minimum: 1, maximum: 1000 });
  checkNumber("sweepInterval", sweepInterval, { minimum: 10, maximum: 86_400_000, unit: "milliseconds" });
  checkNumber("bodyLimit", bodyLimit, { minimum: 1000, maximum: 1_000_000_000 });
  checkNumber("eventStreams", eventStreams, { minimum: 4, maximum: 100_000 });
  const { purchaser, ledger, authenticate, corsOrigins = [] } = options;
  const isAlone = authenticate === "nobody-is-asked";
  if (isAlone && corsOrigins.length > 0) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: "Pages of other sites may call only a server that asks who calls: give it tokens. Nothing was started.",
    });
  }
  const limits = createRequestLimits(options.limits ?? {}, { bodyLimit, isAlone }, environment);
  const changes = createChanges();
  const runner = createRunner({
    purchaser,
    ledger,
    environment,
    executionsAtOnce,
    concurrency,
    sweepInterval,
    onError,
    onEvent: (executionId) => changes.tell(executionId),
  });
  const { sleep, now } = environment;
  const door: Door = {
    purchaser,
    ledger,
    runner,
    changes,
    requireApproval: requireApproval || twoPersons,
    twoPersons,
    limits,
    sleep,
    now,
  };
  const { createApp } = await importOptional("hono", () => import("./door-app.ts"));
  const pages = options.console === false ? undefined : await import("./console/index.ts");
  const settings = { ...options, limits, bodyLimit, onError, problemPage: pages?.problemPage };
  const app = createApp(doorRoutes(door, { mostStreams: eventStreams, onError }), settings, runner.draining);
  pages?.addConsole(app, door, options);

  const answer: (...given: Parameters<DoorHandler>) => Promise<Response> = async (request, from = {}) => {
    const response = await app.fetch(request, from);
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  return Object.assign(answer, { start: () => runner.start(), drain: () => runner.drain() });
}

/** All routes of a door. */
function doorRoutes(door: Door, streams: StreamParts): readonly AnyRoute[] {
  const changing = [...submitRoutes(door), ...termsRoutes(door), ...personRoutes(door)];
  const own = [...telling(changing, door.changes), ...executionRoutes(door), ...eventRoutes(door, streams, new Map())];
  return [...own, ...serviceRoutes(door, own)];
}
