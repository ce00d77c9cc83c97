export { createHandler } from "./create-handler.ts";
export type {
  Authenticate,
  Caller,
  DoorHandler,
  DoorLedger,
  DoorPurchaser,
  DoorScope,
  HandlerOptions,
  Submitted,
  Submitter,
} from "./door-parts.ts";
