import type { Meter, Tracer } from "@opentelemetry/api";
import type { DriveOptions } from "../drive/drive-execution.ts";
import type { Purchaser } from "../purchaser.ts";
import type { DriveEvent } from "../contract/events.ts";
import { importOptional } from "../contract/optional-package.ts";
import { createOutcomeCounters } from "./outcome-counters.ts";
import { createSpanListener } from "./span-listener.ts";

/** Where spans and counters go. */
export interface TelemetrySettings {
  /** Default: the global provider's tracer `buyonce`. */
  readonly tracer?: Tracer;
  /** Default: the global provider's meter `buyonce`. */
  readonly meter?: Meter;
}

/** Spans and counters of drives; docs/events.md lists them. */
export interface Telemetry {
  /** The `onEvent` of one call of a purchaser. */
  listener(): (event: DriveEvent) => void;
  /** The same purchaser, whose drives are measured; an `onEvent` that is given is told as well. */
  watch<Asked>(purchaser: Purchaser<Asked>): Purchaser<Asked>;
}

/**
 * Makes spans and counters of what drives tell. It only listens: whatever it does, a purchase goes on. Throws a
 * RefusedError `invalid-configuration` when `@opentelemetry/api` is not installed.
 */
export async function createTelemetry({ tracer, meter }: TelemetrySettings = {}): Promise<Telemetry> {
  const api = await importOptional("@opentelemetry/api", () => import("@opentelemetry/api"));
  const usedTracer = tracer ?? api.trace.getTracer("buyonce");
  const count = createOutcomeCounters(meter ?? api.metrics.getMeter("buyonce"));

  function listener(): (event: DriveEvent) => void {
    const trace = createSpanListener(api, usedTracer);
    const counted = count();
    return (event) => {
      trace(event);
      counted(event);
    };
  }

  function told<Options extends Pick<DriveOptions, "onEvent">>(options: Options | undefined): Options {
    const measure = listener();
    const given = options?.onEvent;
    const onEvent = (event: DriveEvent) => {
      try {
        measure(event);
      } finally {
        given?.(event);
      }
    };
    return { ...(options as Options), onEvent };
  }

  return {
    listener,
    watch: (purchaser) => ({
      ...purchaser,
      drive: (execution, options) => purchaser.drive(execution, told(options)),
      redrive: (executionId, options) => purchaser.redrive(executionId, told(options)),
      redriveUnfinished: (options) => purchaser.redriveUnfinished(told(options)),
      watchPending: (options) => purchaser.watchPending(told(options)),
    }),
  };
}
