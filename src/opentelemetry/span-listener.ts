import type * as Api from "@opentelemetry/api";
import type { Attributes, Span, Tracer } from "@opentelemetry/api";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { DriveEvent, EventError } from "../contract/events.ts";
import { stepBegun, stepEnded, type StepName } from "./steps.ts";

/** A recommendation that is under way: its span, and those of its steps, the innermost last. */
interface Open {
  readonly span: Span;
  readonly attributes: Attributes;
  readonly steps: { readonly name: StepName; readonly span: Span }[];
}

/** The spans of one call of a purchaser, from its events. */
export function createSpanListener(
  { context, trace, SpanStatusCode }: Pick<typeof Api, "context" | "trace" | "SpanStatusCode">,
  tracer: Tracer,
): (event: DriveEvent) => void {
  let drive: Span | undefined;
  const named = new Map<number, Attributes>();
  const open = new Map<number, Open>();
  const lookups = new Map<string, Span[]>();

  function begin(name: string, parent: Span | undefined, at: number, attributes: Attributes): Span {
    const within = parent ? trace.setSpan(context.active(), parent) : context.active();
    return tracer.startSpan(`buyonce.${name}`, { startTime: new Date(at), attributes: visible(attributes) }, within);
  }

  function fail(span: Span, { code, message: raw }: EventError, at: number): void {
    const message = escapeHidden(raw);
    span.setAttribute("error.type", code);
    span.recordException({ name: code, message }, new Date(at));
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }

  function end(span: Span, at: number, attributes: Attributes = {}, error?: EventError): void {
    span.setAttributes(visible(attributes));
    if (error) fail(span, error, at);
    span.end(new Date(at));
  }

  function recommendation(event: DriveEvent & { readonly recIndex: number; readonly token: string }): Open {
    const known = open.get(event.recIndex);
    if (known) return known;
    const attributes = { ...named.get(event.recIndex), "buyonce.token": event.token };
    const index = { "buyonce.recommendation.index": event.recIndex };
    const span = begin("recommendation", drive, event.at, { ...attributes, ...index });
    const opened: Open = { span, attributes, steps: [] };
    open.set(event.recIndex, opened);
    return opened;
  }

  function step(event: DriveEvent & { readonly recIndex: number; readonly token: string }): void {
    const { at } = event;
    const { span, attributes, steps } = recommendation(event);
    const innermost = steps.at(-1);
    const begun = stepBegun(event);
    if (begun) {
      // The provider is asked several times within one reconciliation.
      if (innermost?.name === begun.name) innermost.span.addEvent(event.type, visible(begun.attributes), new Date(at));
      else {
        const asRefusal = begin(begun.name, innermost?.span ?? span, at, { ...attributes, ...begun.attributes });
        steps.push({ name: begun.name, span: asRefusal });
      }
      return;
    }
    const ended = stepEnded(event);
    if (ended && innermost?.name === ended.name) {
      steps.pop();
      end(innermost.span, at, ended.attributes, ended.error);
    } else if (event.type === "finished") finish(event);
    else if (!ended) span.addEvent(event.type, {}, new Date(at));
  }

  function finish(event: DriveEvent & { readonly type: "finished" }): void {
    const { outcome, at } = event;
    const { span, steps } = recommendation(event);
    const { status, error, commitment } = outcome;
    // A step that ended without a word of its own is the one that failed.
    for (const { span: left } of steps.reverse()) end(left, at, {}, error);
    const bought = commitment && { "buyonce.commitment.id": commitment.id };
    // That another driver is at it is no failure.
    const failure = status === "in-progress" ? undefined : error;
    end(span, at, { "buyonce.status": status, ...bought }, failure);
    open.delete(event.recIndex);
  }

  /** What is still open when a drive ends had no end of its own. */
  function endAll(at: number, error: EventError | undefined): void {
    for (const { span, steps } of open.values()) {
      for (const { span: left } of steps.reverse()) end(left, at, {}, error);
      end(span, at, {}, error);
    }
    for (const span of [...lookups.values()].flat()) end(span, at, {}, error);
    open.clear();
    lookups.clear();
    if (drive) end(drive, at, {}, error);
    drive = undefined;
  }

  return (event) => {
    const { at } = event;
    if ("recIndex" in event) return step(event);
    switch (event.type) {
      case "started": {
        named.clear();
        for (const { recIndex, provider, service } of event.recommendations) {
          named.set(recIndex, { "buyonce.provider": provider, "buyonce.service": service });
        }
        const recommendations = { "buyonce.recommendations": event.recommendations.length };
        drive = begin("drive", undefined, at, { "buyonce.execution.id": event.executionId, ...recommendations });
        return;
      }
      case "claimed": {
        const { granted, settled, inFlight } = event;
        drive?.addEvent("claimed", { granted, settled, inFlight }, new Date(at));
        return;
      }
      case "listing": {
        const span = begin("look-up", drive, at, { "buyonce.scope": event.scope });
        lookups.set(event.scope, [...(lookups.get(event.scope) ?? []), span]);
        return;
      }
      case "listed":
      case "look-up-failed": {
        const [span, ...others] = lookups.get(event.scope) ?? [];
        lookups.set(event.scope, others);
        if (span === undefined) return;
        if (event.type === "listed") end(span, at, { "buyonce.matches": event.matches });
        else end(span, at, {}, event.error);
        return;
      }
      case "still-pending":
        return;
      case "ended":
        endAll(at, event.error);
        return;
      default:
        event satisfies never;
    }
  };
}

/** Attributes as they are shown on screens of others: what does not show in them is written out. */
function visible(attributes: Attributes): Attributes {
  const written = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === "string" ? escapeHidden(value) : value,
  ]);
  return Object.fromEntries(written) as Attributes;
}
