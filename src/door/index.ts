export { createHandler } from "./create-handler.ts";
export type {
  Authenticate,
  Caller,
  DoorHandler,
  DoorLedger,
  DoorPurchaser,
  DoorScope,
  HandlerOptions,
} from "./door-parts.ts";
