import { checkNumber } from "../contract/check-number.ts";
import { systemEnvironment } from "../contract/environment.ts";
import type { HandlerOptions } from "./door-parts.ts";
import { createQueueRunner } from "./queue-runner.ts";
import { createRunner, type Runner, type RunnerParts } from "./runner.ts";

/** What a worker is made of: what a handler is made of, without the door. */
export type WorkerOptions = Pick<
  HandlerOptions,
  "purchaser" | "ledger" | "queue" | "executionsAtOnce" | "concurrency" | "sweepInterval" | "onError" | "environment"
>;

/** Drives what others accept. */
export type Worker = Pick<Runner, "start" | "drain">;

/**
 * A worker without a door: it drives what the queue gives it, and what its looks into the ledger find. Without a queue it is the looks
 * alone. Throws a RefusedError `invalid-configuration` for a number that cannot be.
 */
export function createWorker(options: WorkerOptions): Worker {
  const { start, drain } = runnerOf(options);
  return { start, drain };
}

/** The runner of a handler or a worker, and who is told what it does. Throws as `createWorker`. */
export function runnerOf(
  {
    purchaser,
    ledger,
    queue,
    executionsAtOnce = 16,
    concurrency = 4,
    sweepInterval = 30_000,
    onError = () => undefined,
    environment = systemEnvironment,
  }: WorkerOptions,
  onEvent?: RunnerParts["onEvent"],
): Runner {
  checkNumber("executionsAtOnce", executionsAtOnce, { minimum: 1, maximum: 1000 });
  checkNumber("concurrency", concurrency, { minimum: 1, maximum: 1000 });
  checkNumber("sweepInterval", sweepInterval, { minimum: 10, maximum: 86_400_000, unit: "milliseconds" });
  const parts = { purchaser, ledger, environment, executionsAtOnce, concurrency, sweepInterval, onError, onEvent };
  return queue === undefined ? createRunner(parts) : createQueueRunner(parts, queue);
}
