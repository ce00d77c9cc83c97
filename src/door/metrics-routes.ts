import type { DoorMetrics } from "./door-metrics.ts";
import { type AnyRoute, route } from "./routes.ts";

/** The route of the series: docs/metrics.md. */
export function metricsRoutes(metrics: DoorMetrics): readonly AnyRoute[] {
  return [
    route({
      method: "get",
      path: "/metrics",
      summary: "How the server and its ledger are, in Prometheus' text format: sums over all callers.",
      scope: "metrics",
      answers: { 200: "text" },
      handle: async () => new Response(await metrics.text(), { headers: textFormat }),
    }),
  ];
}

const textFormat = { "content-type": "text/plain; version=0.0.4; charset=utf-8", "cache-control": "no-store" };

/** Asks at most once in so many milliseconds, and for all that ask meanwhile: what was answered is shared. */
export function sharedFor<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last !== undefined && now() - last.at < milliseconds) return last.answer;
    const answer = ask();
    const asked = { at: now(), answer };
    last = asked;
    answer.catch(() => {
      if (last === asked) last = undefined;
    });
    return answer;
  };
}
