import type { Environment } from "../contract/environment.ts";
import type { DriveEvent, DriveStep } from "../contract/events.ts";

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
