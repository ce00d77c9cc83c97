import type { Money } from "./money.ts";
import type { Outcome } from "./report.ts";

interface RecommendationEvent {
  readonly recIndex: number;
  /** Masked. */
  readonly token: string;
}

/** One step of a drive, for progress and logs. `at` is in milliseconds since 1970, `wait` in milliseconds. */
export type DriveEvent = { readonly at: number } & (
  | { readonly type: "claimed"; readonly granted: number; readonly settled: number; readonly inFlight: number }
  | { readonly type: "listing"; readonly scope: string }
  | { readonly type: "listed"; readonly scope: string; readonly matches: number }
  | { readonly type: "still-pending"; readonly pending: number; readonly wait: number }
  | (RecommendationEvent & { readonly type: "waiting-for-driver"; readonly holder: string; readonly until: number })
  | (RecommendationEvent & { readonly type: "reconciling"; readonly detail: string })
  | (RecommendationEvent & { readonly type: "adopting"; readonly commitmentId: string })
  | (RecommendationEvent & { readonly type: "quoting" })
  | (RecommendationEvent & { readonly type: "quoted"; readonly price: Money })
  | (RecommendationEvent & { readonly type: "submitted"; readonly attempt: number })
  | (RecommendationEvent & { readonly type: "sending"; readonly sentBefore: boolean })
  | (RecommendationEvent & { readonly type: "outcome-unknown"; readonly detail: string })
  | (RecommendationEvent & { readonly type: "marking"; readonly commitmentId: string })
  | (RecommendationEvent & { readonly type: "finished"; readonly outcome: Outcome })
);

/** An event before the drive stamps its time. */
export type DriveStep = DriveEvent extends infer E ? (E extends unknown ? Omit<E, "at"> : never) : never;
