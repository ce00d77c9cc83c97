import { BuyonceError, messageOf } from "../contract/errors.ts";
import type { EventError } from "../contract/events.ts";

/** What an event says about anything that was thrown. */
export function eventError(error: unknown): EventError {
  return { code: BuyonceError.isInstance(error) ? error.code : "internal", message: messageOf(error) };
}
