import { context, SpanStatusCode, trace } from "@opentelemetry/api";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider } from "@opentelemetry/sdk-metrics";
import { PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import { createTelemetry } from "../../src/opentelemetry/index.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import { LedgerError } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup, token } from "../drive/setup.ts";

const noAttributes = { "buyonce.provider": "imitation", "buyonce.service": "disk", "buyonce.account": "a" };

/** A purchaser that is watched, with the SDK's own exporters. */
async function watched(...settings: Parameters<typeof setup>) {
  const spans = new InMemorySpanExporter();
  const tracers = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const telemetry = await createTelemetry({ tracer: tracers.getTracer("test"), meter: meters.getMeter("test") });
  const parts = setup(...settings);
  return {
    ...parts,
    telemetry,
    purchaser: telemetry.watch(parts.purchaser),
    spans: () => spans.getFinishedSpans(),
    /** `name(attributes)`: how often, sorted. */
    counters: async () => {
      await meters.forceFlush();
      await meters.shutdown();
      const scopes = metrics.getMetrics().at(-1)?.scopeMetrics ?? [];
      return scopes
        .flatMap(({ metrics: all }) => all)
        .flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
        );
    },
  };
}

/** Each span as `parent/child`, in the order in which they began. */
function paths(spans: readonly ReadableSpan[]): string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const path = (span: ReadableSpan): string => {
    const parent = names.get(span.parentSpanContext?.spanId ?? "");
    const name = span.name.replace("buyonce.", "");
    return parent ? `${path(parent)}/${name}` : name;
  };
  return spans.map(path).toSorted();
}

const named = (spans: readonly ReadableSpan[], name: string) => spans.filter((span) => span.name === `buyonce.${name}`);
const one = (spans: readonly ReadableSpan[], name: string): ReadableSpan => {
  const [span, ...others] = named(spans, name);
  if (span === undefined || others.length > 0) throw new Error(`${name}: ${others.length + 1} spans`);
  return span;
};

describe("spans", () => {
  test("of a purchase: the drive, its look-up, its recommendation and every step, with the masked token", async () => {
    const { purchaser, spans } = await watched({ identity: "stamped" });
    await purchaser.drive(execution());
    expect(paths(spans())).toEqual([
      "drive",
      "drive/look-up",
      "drive/recommendation",
      "drive/recommendation/quote",
      "drive/recommendation/record",
      "drive/recommendation/record/mark",
      "drive/recommendation/send",
      "drive/recommendation/write-ahead",
    ]);
    expect(one(spans(), "drive").attributes).toEqual({
      "buyonce.execution.id": "execution-1",
      "buyonce.recommendations": 1,
    });
    expect(one(spans(), "recommendation").attributes).toEqual({
      ...noAttributes,
      "buyonce.token": maskToken(token()),
      "buyonce.recommendation.index": 0,
      "buyonce.status": "purchased",
      "buyonce.commitment.id": expect.any(String) as string,
    });
    expect(one(spans(), "quote").attributes).toEqual({
      ...noAttributes,
      "buyonce.token": maskToken(token()),
      "buyonce.price.amount": "10",
      "buyonce.price.currency": "GBP",
    });
    expect(one(spans(), "send").attributes).toMatchObject({ "buyonce.sent-before": false, "buyonce.result": "bought" });
    expect(one(spans(), "mark").attributes).toMatchObject({ "buyonce.marked": true });
    expect(spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)).toEqual([]);
    const all = JSON.stringify(spans().map(({ attributes, events, status }) => ({ attributes, events, status })));
    expect(all).not.toContain(token().slice(0, 12));
  });

  test("of an answer that was lost: reconciled, with the second send within, and the time that it took", async () => {
    const { purchaser, cloud, spans } = await watched();
    cloud.faults.sends = ["lost-before"];
    await purchaser.drive(execution());
    expect(paths(spans())).toEqual([
      "drive",
      "drive/look-up",
      "drive/look-up",
      "drive/recommendation",
      "drive/recommendation/quote",
      "drive/recommendation/reconcile",
      "drive/recommendation/reconcile/send",
      "drive/recommendation/record",
      "drive/recommendation/send",
      "drive/recommendation/write-ahead",
    ]);
    const reconcile = one(spans(), "reconcile");
    expect(reconcile.attributes).toMatchObject({ "buyonce.result": "bought" });
    expect(reconcile.events.map(({ name }) => name)).toEqual(["reconciling"]);
    // Between the two questions it waited for a second, on the clock of the drive.
    expect(reconcile.duration).toEqual([1, 0]);
    const [failed] = named(spans(), "send").filter(({ status }) => status.code === SpanStatusCode.ERROR);
    expect(failed?.attributes).toMatchObject({ "error.type": "outcome-unknown", "buyonce.result": "unknown" });
    expect(failed?.events).toMatchObject([{ name: "exception", attributes: { "exception.type": "outcome-unknown" } }]);
  });

  test("of a refusal: the look-up that failed and the recommendation carry the stable code", async () => {
    const { purchaser, cloud, spans } = await watched();
    cloud.faults.listing = "throws";
    await purchaser.drive(execution());
    expect(paths(spans())).toEqual(["drive", "drive/look-up", "drive/recommendation"]);
    for (const name of ["look-up", "recommendation"]) {
      expect(one(spans(), name), name).toMatchObject({
        attributes: { "error.type": "lookup-failed" },
        status: { code: SpanStatusCode.ERROR },
      });
    }
    expect(one(spans(), "drive").status.code).toBe(SpanStatusCode.UNSET);
  });

  test("of a step that failed, and of a drive that throws, nothing stays open", async () => {
    const { spans, telemetry, options } = await watched();
    const ledger = {
      ...options.ledger,
      submit: async () => Promise.reject(new LedgerError({ code: "ledger-full", message: "The disk is full." })),
    };
    const purchaser = telemetry.watch(createPurchaser({ ...options, ledger }));
    await expect(purchaser.drive(execution())).rejects.toMatchObject({ code: "ledger-full" });
    expect(paths(spans())).toEqual([
      "drive",
      "drive/look-up",
      "drive/recommendation",
      "drive/recommendation/quote",
      "drive/recommendation/write-ahead",
    ]);
    for (const name of ["write-ahead", "recommendation", "drive"]) {
      expect(one(spans(), name).attributes, name).toMatchObject({ "error.type": "ledger-full" });
    }
    expect(one(spans(), "quote").status.code).toBe(SpanStatusCode.UNSET);
  });

  test("of several executions driven by one call: one drive each", async () => {
    const { purchaser, cloud, spans, environment } = await watched();
    cloud.faults.sends = ["lost-after", "lost-after"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    await purchaser.drive({ ...execution(), executionId: "execution-2" });
    const before = spans().length;
    cloud.faults.resolve = undefined;
    await environment.sleep(60_000);
    const reports = await purchaser.redriveUnfinished();
    expect(reports).toHaveLength(2);
    const drives = named(spans().slice(before), "drive");
    expect(drives.map(({ attributes }) => attributes["buyonce.execution.id"]).toSorted()).toEqual([
      "execution-1",
      "execution-2",
    ]);
    expect(paths(spans().slice(before)).filter((path) => path === "drive/recommendation/reconcile")).toHaveLength(2);
  });

  describe("within a span of the engine", () => {
    beforeAll(() => void context.setGlobalContextManager(new StackContextManager().enable()));
    afterAll(() => context.disable());

    test("the drive is its child", async () => {
      const { purchaser, spans } = await watched();
      const parent = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 });
      const drive = context.with(trace.setSpan(context.active(), parent), () => purchaser.drive(execution()));
      await drive;
      expect(one(spans(), "drive").parentSpanContext?.spanId).toBe("2".repeat(16));
      expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set(["1".repeat(32)]));
    });
  });
});

describe("counters", () => {
  test("count outcomes by status and provider, refusals by their code, and sends by what came of them", async () => {
    const { purchaser, cloud, counters } = await watched();
    cloud.faults.sends = [undefined, "rejected"];
    const dear = disk({ maxPrice: { amount: "1", currency: "GBP" } });
    const order = execution(disk(), disk({ size: "large" }), dear);
    await purchaser.drive(order, { concurrency: 1 });
    await purchaser.drive({ ...order, source: "another" });
    const found = await counters();
    const count = (name: string, attributes: object) =>
      found.find((point) => point.name === name && JSON.stringify(point.attributes) === JSON.stringify(attributes))
        ?.value;
    const outcome = (status: string, code?: string) =>
      count("buyonce.outcomes", { ...noAttributes, "buyonce.status": status, ...(code ? { "error.type": code } : {}) });
    expect(outcome("purchased")).toBe(1);
    expect(outcome("already-purchased")).toBe(1);
    expect(outcome("rejected", "purchase-rejected")).toBe(1);
    expect(outcome("refused", "price-above-limit")).toBe(1);
    expect(count("buyonce.sends", { ...noAttributes, "buyonce.result": "bought" })).toBe(1);
    expect(count("buyonce.sends", { ...noAttributes, "buyonce.result": "rejected" })).toBe(1);
    expect(outcome("refused", "source-differs")).toBe(2);
    expect(found).toHaveLength(7);
  });
});

describe("a watched purchaser", () => {
  test("still tells the caller's listener, and buys although the tracer fails", async () => {
    const { options } = setup();
    const tracer = {
      startSpan: () => {
        throw new Error("no tracer");
      },
    };
    const telemetry = await createTelemetry({ tracer: tracer as never });
    const told: DriveEvent["type"][] = [];
    const purchaser = telemetry.watch(createPurchaser(options));
    const report = await purchaser.drive(execution(), { onEvent: ({ type }) => told.push(type) });
    expect(report.outcomes[0]?.status).toBe("purchased");
    expect(told).toContain("finished");
  });

  test("measures every call that drives, and passes the options on", async () => {
    const asked: [string, unknown][] = [];
    const call =
      (name: string) =>
      async (...values: unknown[]) =>
        void asked.push([name, values.at(-1)]);
    const names = ["drive", "redrive", "redriveUnfinished", "watchPending"] as const;
    const bare = Object.fromEntries(names.map((name) => [name, call(name)])) as unknown as Purchaser<unknown>;
    const purchaser = (await createTelemetry()).watch(bare);
    await purchaser.drive(execution(), { concurrency: 3 });
    await purchaser.redrive("execution-1", { concurrency: 3 });
    await purchaser.redriveUnfinished({ concurrency: 3 });
    await purchaser.watchPending({ concurrency: 3 });
    expect(asked).toEqual(names.map((name) => [name, { concurrency: 3, onEvent: expect.any(Function) as unknown }]));
  });

  test("without settings it uses the global providers, which do nothing unless an SDK is registered", async () => {
    const { options } = setup();
    const purchaser = (await createTelemetry()).watch(createPurchaser(options));
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
  });

  test("C11: what does not show in a provider's words is written out in attributes, events and status", async () => {
    const { telemetry, spans } = await watched();
    const words = "refused\u009b\u2028\u{e0041}";
    const error = { code: "lookup-failed", message: words } as const;
    const steps = [
      { at: 1, type: "started", executionId: words, recommendations: [] },
      { at: 2, type: "listing", scope: words },
      { at: 3, type: "look-up-failed", scope: words, error },
      { at: 4, type: "marking", recIndex: 0, token: "t", commitmentId: words },
      { at: 5, type: "ended", executionId: words, error },
    ] satisfies readonly DriveEvent[];
    const drive: Purchaser<unknown>["drive"] = async (_execution, options) => {
      for (const step of steps) options?.onEvent?.(step);
      return { executionId: words, outcomes: [], totals: [], atRisk: [], payments: [], accounts: [] };
    };
    await telemetry.watch({ drive } as Purchaser<unknown>).drive(execution());
    const text = JSON.stringify(spans().map(({ attributes, events, status }) => ({ attributes, events, status })));
    expect(text).toContain(String.raw`refused\\u009b\\u2028\\udb40\\udc41`);
    expect(text).not.toMatch(/[\u009b\u2028\u202e\u{e0041}]/u);
  });
});
