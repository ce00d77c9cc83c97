import type { ErrorCode } from "./errors.ts";
import type { Money } from "./money.ts";
import type { Payments } from "./payments.ts";
import type { Payer } from "./payer.ts";
import type { PurchaseAnswer } from "./purchase-answer.ts";
import type { Outcome } from "./report.ts";

interface RecommendationEvent extends Partial<Payer> {
  readonly recIndex: number;
  /** Masked. */
  readonly token: string;
}

/** One recommendation of a drive, as its first event names it. */
export type StartedRecommendation = RecommendationEvent & Payer;

/**
 * One step of a drive, for progress, logs and traces; docs/events.md says when each comes, and which one ends it. `at` is
 * in milliseconds since 1970, `wait` in milliseconds.
 */
export type DriveEvent = { readonly at: number } & (
  | {
      readonly type: "started";
      readonly executionId: string;
      readonly recommendations: readonly StartedRecommendation[];
    }
  | { readonly type: "claimed"; readonly granted: number; readonly settled: number; readonly inFlight: number }
  | { readonly type: "not-ready"; readonly where: string; readonly error: EventError }
  | { readonly type: "listing"; readonly scope: string }
  | { readonly type: "listed"; readonly scope: string; readonly matches: number }
  | { readonly type: "still-pending"; readonly pending: number; readonly wait: number }
  | { readonly type: "look-up-failed"; readonly scope: string; readonly error: EventError }
  | (RecommendationEvent & { readonly type: "waiting-for-driver"; readonly holder: string; readonly until: number })
  | (RecommendationEvent & { readonly type: "reconciling"; readonly detail: string })
  | (RecommendationEvent & { readonly type: "reconciled"; readonly result: "bought" | "dead" | "unresolved" })
  | (RecommendationEvent & { readonly type: "adopting"; readonly commitmentId: string })
  | (RecommendationEvent & { readonly type: "twin"; readonly detail: string })
  | (RecommendationEvent & { readonly type: "quoting" })
  | (RecommendationEvent & { readonly type: "waiting-for-provider"; readonly wait: number })
  | (RecommendationEvent & { readonly type: "quoted"; readonly price: Money; readonly payments?: Payments })
  | (RecommendationEvent & { readonly type: "writing-ahead" })
  | (RecommendationEvent & { readonly type: "submitted"; readonly attempt: number })
  | (RecommendationEvent & { readonly type: "sending"; readonly sentBefore: boolean })
  | (RecommendationEvent & { readonly type: "sent"; readonly result: SendResult; readonly error?: EventError })
  | (RecommendationEvent & { readonly type: "outcome-unknown"; readonly detail: string })
  | (RecommendationEvent & { readonly type: "recording"; readonly commitmentId: string })
  | (RecommendationEvent & { readonly type: "marking"; readonly commitmentId: string })
  | (RecommendationEvent & { readonly type: "marked"; readonly marked: boolean })
  | (RecommendationEvent & { readonly type: "finished"; readonly outcome: Outcome })
  | { readonly type: "ended"; readonly executionId: string; readonly error?: EventError }
);

/** What went wrong in a step, with its stable code. */
export interface EventError {
  readonly code: ErrorCode;
  readonly message: string;
}

/**
 * What one send was answered with: the kind of the answer; `expired` is a refusal that says that the handle can no longer be
 * bought under.
 */
export type SendResult = PurchaseAnswer["kind"] | "expired";

/** An event before the drive stamps its time. */
export type DriveStep = DriveEvent extends infer E ? (E extends unknown ? Omit<E, "at"> : never) : never;
