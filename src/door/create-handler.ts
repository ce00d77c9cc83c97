import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import { importOptional } from "../contract/optional-package.ts";
import type { Door } from "./door-context.ts";
import type { DoorHandler, HandlerOptions } from "./door-parts.ts";
import { executionRoutes } from "./execution-routes.ts";
import { personRoutes } from "./person-routes.ts";
import type { AnyRoute } from "./routes.ts";
import { runnerOf } from "./worker.ts";
import { serviceRoutes } from "./service-routes.ts";
import { submitRoutes } from "./submit-routes.ts";

/**
 * Makes a Fetch handler over a purchaser and its ledger: what it accepts is recorded first, and driven once `start` was called: in this
 * process, or by whoever takes it from the queue. The ledger is the only memory: any number of handlers share one, and a killed one loses nothing.
 *
 * Throws a RefusedError `invalid-configuration` for a number that cannot be, and where the package hono is not installed.
 */
export async function createHandler(options: HandlerOptions): Promise<DoorHandler> {
  const { bodyLimit = 10_000_000, onError = () => undefined, environment = systemEnvironment } = options;
  const { purchaser, ledger, requireApproval = false } = options;
  checkNumber("bodyLimit", bodyLimit, { minimum: 1000, maximum: 1_000_000_000 });
  const runner = runnerOf(options);
  const door: Door = { purchaser, ledger, runner, requireApproval, sleep: environment.sleep, now: environment.now };
  const { createApp } = await importOptional("hono", () => import("./door-app.ts"));
  const app = createApp(doorRoutes(door), { ...options, bodyLimit, onError }, runner.draining);

  const answer = async (request: Request): Promise<Response> => {
    const response = await app.fetch(request);
    response.headers.set("x-content-type-options", "nosniff");
    return response;
  };
  return Object.assign(answer, { start: () => runner.start(), drain: () => runner.drain() });
}

/** All routes of a door. */
function doorRoutes(door: Door): readonly AnyRoute[] {
  const own = [...submitRoutes(door), ...executionRoutes(door), ...personRoutes(door)];
  return [...own, ...serviceRoutes(door, own)];
}
