import { BuyonceError, messageOf } from "../contract/errors.ts";
import type { Environment } from "../contract/environment.ts";
import type { DriveEvent, DriveStep, EventError } from "../contract/events.ts";

/** Tells a listener each step and its time. As documented, a listener that fails disturbs nothing. */
export function createEmit(
  onEvent: ((event: DriveEvent) => void) | undefined,
  environment: Pick<Environment, "now">,
): (step: DriveStep) => void {
  return (step) => {
    try {
      onEvent?.({ ...step, at: environment.now() });
    } catch {
      // Its own business.
    }
  };
}

/** What an event says about anything that was thrown. */
export function eventError(error: unknown): EventError {
  return { code: BuyonceError.isInstance(error) ? error.code : "internal", message: messageOf(error) };
}
