import type { Attributes, Meter } from "@opentelemetry/api";
import { payerAttributes } from "./payer-attributes.ts";
import type { DriveEvent } from "../contract/events.ts";

/** The counters of a meter; each call of what is returned makes the listener of one call of a purchaser. */
export function createOutcomeCounters(meter: Meter): () => (event: DriveEvent) => void {
  const outcomes = meter.createCounter("buyonce.outcomes", { description: "Outcomes of recommendations" });
  const sends = meter.createCounter("buyonce.sends", { description: "Purchase requests that were sent" });

  return () => {
    const services = new Map<number, Attributes>();
    return (event) => {
      if (event.type === "started") {
        services.clear();
        for (const one of event.recommendations) services.set(one.recIndex, payerAttributes(one));
      } else if (event.type === "sent") {
        sends.add(1, { ...services.get(event.recIndex), "buyonce.result": event.result });
      } else if (event.type === "finished") {
        const { status, error } = event.outcome;
        const code = error && { "error.type": error.code };
        outcomes.add(1, { ...services.get(event.recIndex), "buyonce.status": status, ...code });
      }
    };
  };
}
