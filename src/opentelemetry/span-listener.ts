import type * as Api from "@opentelemetry/api";
import { payerAttributes } from "./payer-attributes.ts";
import type { Attributes, Span, Tracer } from "@opentelemetry/api";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { DriveEvent, EventError, StartedRecommendation } from "../contract/events.ts";
import { stepBegun, stepEnded, type StepName } from "./steps.ts";

/** A recommendation that is under way: its span, and those of its steps, the innermost last. */
interface Open {
  readonly span: Span;
  readonly attributes: Attributes;
  readonly steps: { readonly name: StepName; readonly span: Span }[];
}

type TelemetryApi = Pick<typeof Api, "context" | "trace" | "SpanStatusCode">;

/** The spans of one call of a purchaser, from its events. */
export function createSpanListener(api: TelemetryApi, tracer: Tracer): (event: DriveEvent) => void {
  const spans = createSpans(api, tracer);
  let drive: Span | undefined;
  const recommendations = createRecommendationSpans(spans, () => drive);
  const lookups = createLookupSpans(spans, () => drive);

  return (event) => {
    const { at } = event;
    if ("recIndex" in event) return recommendations.note(event);
    switch (event.type) {
      case "started": {
        recommendations.name(event.recommendations);
        const count = { "buyonce.recommendations": event.recommendations.length };
        drive = spans.begin("drive", undefined, at, { "buyonce.execution.id": event.executionId, ...count });
        return;
      }
      case "claimed": {
        const { granted, settled, inFlight } = event;
        drive?.addEvent("claimed", { granted, settled, inFlight }, new Date(at));
        return;
      }
      case "not-ready":
        drive?.addEvent("not-ready", { where: event.where, "error.code": event.error.code }, new Date(at));
        return;
      case "listing":
      case "listed":
      case "look-up-failed":
        lookups.note(event);
        return;
      case "still-pending":
        return;
      case "ended":
        // What is still open had no end of its own.
        recommendations.endAll(at, event.error);
        lookups.endAll(at, event.error);
        if (drive) spans.end(drive, at, {}, event.error);
        drive = undefined;
        return;
      default:
        event satisfies never;
    }
  };
}

type Spans = ReturnType<typeof createSpans>;

/** Begins and ends spans. */
function createSpans({ context, trace, SpanStatusCode }: TelemetryApi, tracer: Tracer) {
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
  return { begin, end };
}

type RecommendationEvent = Extract<DriveEvent, { readonly recIndex: number }>;

/** The spans of the recommendations, and within each those of its steps. */
function createRecommendationSpans({ begin, end }: Spans, drive: () => Span | undefined) {
  const named = new Map<number, Attributes>();
  const open = new Map<number, Open>();

  function recommendation(event: RecommendationEvent): Open {
    const known = open.get(event.recIndex);
    if (known) return known;
    const attributes = { ...named.get(event.recIndex), "buyonce.token": event.token };
    const index = { "buyonce.recommendation.index": event.recIndex };
    const span = begin("recommendation", drive(), event.at, { ...attributes, ...index });
    const opened: Open = { span, attributes, steps: [] };
    open.set(event.recIndex, opened);
    return opened;
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

  function note(event: RecommendationEvent): void {
    const { at } = event;
    const { span, attributes, steps } = recommendation(event);
    const innermost = steps.at(-1);
    const begun = stepBegun(event);
    const ended = stepEnded(event);
    if (begun && innermost?.name === begun.name) {
      // The provider is asked several times within one reconciliation.
      innermost.span.addEvent(event.type, visible(begun.attributes), new Date(at));
    } else if (begun) {
      const step = begin(begun.name, innermost?.span ?? span, at, { ...attributes, ...begun.attributes });
      steps.push({ name: begun.name, span: step });
    } else if (ended && innermost?.name === ended.name) {
      steps.pop();
      end(innermost.span, at, ended.attributes, ended.error);
    } else if (event.type === "finished") finish(event);
    else if (!ended) span.addEvent(event.type, {}, new Date(at));
  }

  return {
    note,
    name: (recommendations: readonly StartedRecommendation[]) => {
      named.clear();
      for (const one of recommendations) named.set(one.recIndex, payerAttributes(one));
    },
    endAll: (at: number, error: EventError | undefined) => {
      for (const { span, steps } of open.values()) {
        for (const { span: left } of steps.reverse()) end(left, at, {}, error);
        end(span, at, {}, error);
      }
      open.clear();
    },
  };
}

type LookupEvent = Extract<DriveEvent, { readonly type: "listing" | "listed" | "look-up-failed" }>;

/** The spans of the look-ups, by scope; several of one scope may be under way. */
function createLookupSpans({ begin, end }: Spans, drive: () => Span | undefined) {
  const lookups = new Map<string, Span[]>();
  return {
    note: (event: LookupEvent) => {
      const { at, scope } = event;
      if (event.type === "listing") {
        const span = begin("look-up", drive(), at, { "buyonce.scope": scope });
        lookups.set(scope, [...(lookups.get(scope) ?? []), span]);
        return;
      }
      const [span, ...others] = lookups.get(scope) ?? [];
      lookups.set(scope, others);
      if (span === undefined) return;
      if (event.type === "listed") end(span, at, { "buyonce.matches": event.matches });
      else end(span, at, {}, event.error);
    },
    endAll: (at: number, error: EventError | undefined) => {
      for (const span of [...lookups.values()].flat()) end(span, at, {}, error);
      lookups.clear();
    },
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
