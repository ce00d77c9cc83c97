import type { Attributes, Meter, Observable, ObservableGauge } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import type { DriveEvent } from "../contract/events.ts";
import { createOutcomeCounters } from "../opentelemetry/outcome-counters.ts";
import { type Answered, type DoorMetrics, ledgerCode, type Observed } from "./door-metrics.ts";

/** Methods that are named; a stranger may invent others. */
const knownMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"]);

/** Upper bounds of the buckets of latencies, in seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Reads when it is asked, and sends nothing anywhere. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {
    // There is nothing to send.
  }
  protected override async onShutdown(): Promise<void> {
    // Nor to stop.
  }
}

/** The series, as OpenTelemetry measures them and Prometheus reads them. */
export function createMeters(observed: Observed): DoorMetrics {
  const reader = new AskedReader();
  const meter = new MeterProvider({ readers: [reader] }).getMeter("buyonce");
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const errors = meter.createCounter("buyonce.ledger.errors", { description: "Errors of the ledger, by code" });
  errors.add(0, { code: "ledger-unavailable" });
  const failed = (error: unknown) => {
    const code = ledgerCode(error);
    if (code !== undefined) errors.add(1, { code });
  };
  observeAll(meter, observed, failed);
  return {
    answered: requestMeters(meter),
    driven: driveMeters(meter),
    failed,
    text: async () => serializer.serialize((await reader.collect()).resourceMetrics),
  };
}

function requestMeters(meter: Meter): DoorMetrics["answered"] {
  const requests = meter.createCounter("buyonce.http.requests", {
    description: "Requests that were answered, by route and status",
  });
  const latency = meter.createHistogram("buyonce.http.duration.seconds", {
    description: "Seconds until an answer began, by route",
    advice: { explicitBucketBoundaries: buckets },
  });
  return ({ method: given, route, status, milliseconds }: Answered) => {
    const method = knownMethods.has(given) ? given : "other";
    requests.add(1, { method, route, status: String(status) });
    latency.record(milliseconds / 1000, { method, route });
  };
}

/** A listener for each drive: which recommendation is whose, its first event says. */
function driveMeters(meter: Meter): DoorMetrics["driven"] {
  const listener = createOutcomeCounters(meter);
  const drives = new Map<string, (event: DriveEvent) => void>();
  return (executionId, event) => {
    if (event === "done") {
      drives.delete(executionId);
      return;
    }
    const own = drives.get(executionId) ?? listener();
    drives.set(executionId, own);
    own(event);
  };
}

/** Measures what is asked for; of a ledger that cannot be read only that. */
function observeAll(meter: Meter, { figures, load }: Observed, failed: (error: unknown) => void): void {
  const gauge = (name: string, description: string) => meter.createObservableGauge(`buyonce.${name}`, { description });
  const own = {
    drives: gauge("drives", "Executions that this server drives now"),
    queue: gauge("queue", "Executions that wait for this server to drive them"),
    streams: gauge("event.streams", "Event streams that are open at this server"),
    readable: gauge("ledger.readable", "1: the ledger was read for this answer; 0: it could not be"),
  };
  const read = {
    executions: gauge("executions", "Executions on which something is left, by state"),
    recommendations: gauge("recommendations", "Recommendations on which something is left, by what they wait for"),
    money: gauge("money.at.risk", "What was sent and is not known to be bought or not, by currency"),
    atRisk: gauge("purchases.at.risk", "Purchases that were sent and are not known to be bought or not"),
    oldest: gauge("oldest.unfinished.seconds", "Seconds for which the longest of what may be bought waits to be"),
    partial: gauge("figures.partial", "1: more is left in the ledger than was counted; 0: all of it was"),
  };
  const currencies = new Set<string>();
  const all: Observable[] = [...Object.values(own), ...Object.values(read)];
  meter.addBatchObservableCallback(async (result) => {
    const each = (of: ObservableGauge, label: string, values: Iterable<readonly [string, number]>) => {
      for (const [name, value] of values) result.observe(of, value, { [label]: name } satisfies Attributes);
    };
    const { drives, queue, streams } = load();
    result.observe(own.drives, drives);
    result.observe(own.queue, queue);
    result.observe(own.streams, streams);
    try {
      const { executions, recommendations, atRisk, oldest, isPartial } = await figures();
      each(read.executions, "state", executions);
      each(read.recommendations, "work", recommendations);
      // What is no longer at risk is 0, and not the value of before.
      for (const { currency } of atRisk.sums) currencies.add(currency);
      const sums = new Map(atRisk.sums.map(({ amount, currency }) => [currency, Number(amount)]));
      each(
        read.money,
        "currency",
        [...currencies].map((currency) => [currency, sums.get(currency) ?? 0] as const),
      );
      result.observe(read.atRisk, atRisk.count);
      result.observe(read.oldest, oldest / 1000);
      result.observe(read.partial, isPartial ? 1 : 0);
      result.observe(own.readable, 1);
    } catch (error) {
      failed(error);
      result.observe(own.readable, 0);
    }
  }, all);
}
