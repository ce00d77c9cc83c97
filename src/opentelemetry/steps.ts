// Which events begin and end a step of one recommendation.
import type { Attributes } from "@opentelemetry/api";
import type { DriveEvent, EventError } from "../contract/events.ts";

/** A step that has a span. */
export type StepName = "quote" | "write-ahead" | "send" | "reconcile" | "record" | "mark";

interface Step {
  readonly name: StepName;
  readonly attributes: Attributes;
  readonly error?: EventError | undefined;
}

/** The step that an event begins; undefined where it begins none. */
export function stepBegun(event: DriveEvent): Step | undefined {
  if (event.type === "quoting") return { name: "quote", attributes: {} };
  if (event.type === "writing-ahead") return { name: "write-ahead", attributes: {} };
  if (event.type === "sending") return { name: "send", attributes: { "buyonce.sent-before": event.sentBefore } };
  if (event.type === "reconciling") return { name: "reconcile", attributes: {} };
  if (event.type !== "recording" && event.type !== "marking") return undefined;
  const name = event.type === "recording" ? "record" : "mark";
  return { name, attributes: { "buyonce.commitment.id": event.commitmentId } };
}

/** The step that an event ends; `settle` is ended by the outcome. */
export function stepEnded(event: DriveEvent): Step | undefined {
  if (event.type === "quoted") {
    const { amount, currency } = event.price;
    return { name: "quote", attributes: { "buyonce.price.amount": amount, "buyonce.price.currency": currency } };
  }
  if (event.type === "submitted") return { name: "write-ahead", attributes: { "buyonce.attempt": event.attempt } };
  if (event.type === "sent") {
    return { name: "send", attributes: { "buyonce.result": event.result }, error: event.error };
  }
  if (event.type === "reconciled") return { name: "reconcile", attributes: { "buyonce.result": event.result } };
  if (event.type === "marked") return { name: "mark", attributes: { "buyonce.marked": event.marked } };
  return undefined;
}
