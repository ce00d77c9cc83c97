import { BuyonceError, messageOf } from "../spec/errors.ts";
import type { EventError } from "../spec/events.ts";

/** What an event says about anything that was thrown. */
export function eventError(error: unknown): EventError {
  return { code: BuyonceError.isInstance(error) ? error.code : "internal", message: messageOf(error) };
}
