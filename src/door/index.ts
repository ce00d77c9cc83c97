export { createHandler } from "./create-handler.ts";
export { type JobQueue, type JobQueueOptions, openJobQueue, type TakenJob } from "./job-queue.ts";
export { createWorker, type Worker, type WorkerOptions } from "./worker.ts";
export type {
  Authenticate,
  Caller,
  DoorHandler,
  DoorLedger,
  DoorLimits,
  DoorPurchaser,
  DoorScope,
  HandlerOptions,
} from "./door-parts.ts";
export type { JwtIssuer } from "./jwt-settings.ts";
export { type JwtOptions, jwtTokens } from "./jwt-tokens.ts";
