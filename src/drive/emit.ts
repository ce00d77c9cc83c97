import { BuyonceError, messageOf } from "../contract/errors.ts";
import type { Environment } from "../contract/environment.ts";
import type { ExecutionPlace } from "../contract/ledger.ts";
import { payerOf } from "../contract/payer.ts";
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

/** The same listener, told with each event about a recommendation who pays for it. */
export function withPayers(
  onEvent: ((event: DriveEvent) => void) | undefined,
  places: readonly Pick<ExecutionPlace, "recIndex" | "recommendation">[],
): ((event: DriveEvent) => void) | undefined {
  if (onEvent === undefined) return undefined;
  const payers = new Map(places.map(({ recIndex, recommendation }) => [recIndex, payerOf(recommendation)]));
  return (event) => onEvent("recIndex" in event ? { ...event, ...payers.get(event.recIndex) } : event);
}

/** What an event says about anything that was thrown. */
export function eventError(error: unknown): EventError {
  return { code: BuyonceError.isInstance(error) ? error.code : "internal", message: messageOf(error) };
}
