import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { RefusedError } from "../contract/errors.ts";
import { importOptional } from "../contract/optional-package.ts";
import { auditRoutes } from "./audit-routes.ts";
import { createChanges, telling } from "./changes.ts";
import type { Door } from "./door-context.ts";
import type { DoorHandler, HandlerOptions } from "./door-parts.ts";
import { createDoorMetrics, type DoorMetrics } from "./door-metrics.ts";
import { createEntrance } from "./entrance.ts";
import { eventRoutes, type OpenStreams, openStreams, type StreamParts } from "./event-routes.ts";
import { executionRoutes } from "./execution-routes.ts";
import { readFigures } from "./ledger-figures.ts";
import { metricsRoutes, sharedFor } from "./metrics-routes.ts";
import { personRoutes } from "./person-routes.ts";
import type { AnyRoute } from "./routes.ts";
import { createRequestLimits } from "./request-limits.ts";
import { runnerOf } from "./worker.ts";
import { serviceRoutes } from "./service-routes.ts";
import { submitRoutes } from "./submit-routes.ts";
import { termsRoutes } from "./terms-routes.ts";

/** Milliseconds for which what was counted in the ledger is shown again, to whoever asks how it is. */
const figuresAge = 10_000;

/**
 * Makes a Fetch handler over a purchaser and its ledger: what it accepts is recorded first, and driven once `start` was called: in this
 * process, or by whoever takes it from the queue. The ledger is the only memory: any number of handlers share one, and a killed one loses nothing.
 *
 * Throws a RefusedError `invalid-configuration` for a number that cannot be, and where the package hono is not installed.
 */
export async function createHandler(options: HandlerOptions): Promise<DoorHandler> {
  const { onError = () => undefined, environment = systemEnvironment, requireApproval = false } = options;
  const { bodyLimit, eventStreams } = checkedNumbers(options);
  const { purchaser, ledger, twoPersons = false } = options;
  const isAlone = checkAlone(options);
  const limits = createRequestLimits(options.limits ?? {}, { bodyLimit, isAlone }, environment);
  const { sleep, now } = environment;
  const changes = createChanges();
  const streams: OpenStreams = new Map();
  const metrics = await createDoorMetrics({
    figures: sharedFor(figuresAge, now, () => readFigures(ledger)),
    load: () => ({ ...runner.load(), streams: openStreams(streams) }),
  });
  const failed: typeof onError = (error, about) => {
    metrics.failed(error);
    onError(error, about);
  };
  const runner = runnerOf({ ...options, onError: failed }, (executionId, event) => {
    changes.tell(executionId);
    metrics.driven(executionId, event);
  });
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
  const entrance = createEntrance(options, limits);
  const settings = { ...options, entrance, limits, bodyLimit, onError, metrics, now, problemPage: pages?.problemPage };
  const routes = doorRoutes(door, metrics, { open: streams, most: eventStreams, onError: failed });
  const app = createApp(routes, settings, runner.draining);
  pages?.addConsole(app, door, { ...options, entrance });

  const answer: (...given: Parameters<DoorHandler>) => Promise<Response> = async (request, from = {}) => {
    const response = await app.fetch(request, from);
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  return Object.assign(answer, { start: () => runner.start(), drain: () => runner.drain() });
}

/** The numbers of a handler that its runner does not check. Throws a RefusedError for one that cannot be. */
function checkedNumbers(options: HandlerOptions) {
  const { bodyLimit = 10_000_000, eventStreams = 400 } = options;
  checkNumber("bodyLimit", bodyLimit, { minimum: 1000, maximum: 1_000_000_000 });
  checkNumber("eventStreams", eventStreams, { minimum: 4, maximum: 100_000 });
  return { bodyLimit, eventStreams };
}

/** Whether nobody is asked who calls. Throws a RefusedError where pages of other sites could call then. */
function checkAlone({ authenticate, corsOrigins = [] }: HandlerOptions): boolean {
  const isAlone = authenticate === "nobody-is-asked";
  if (!isAlone || corsOrigins.length === 0) return isAlone;
  throw new RefusedError({
    code: "invalid-configuration",
    message: "Pages of other sites may call only a server that asks who calls: give it tokens. Nothing was started.",
  });
}

/** All routes of a door. */
function doorRoutes(door: Door, metrics: DoorMetrics, streams: StreamParts): readonly AnyRoute[] {
  const changing = [...submitRoutes(door), ...termsRoutes(door), ...personRoutes(door), ...auditRoutes(door)];
  const reading = [...executionRoutes(door), ...eventRoutes(door, streams), ...metricsRoutes(metrics)];
  const own = [...telling(changing, door.changes), ...reading];
  return [...own, ...serviceRoutes(door, own)];
}
