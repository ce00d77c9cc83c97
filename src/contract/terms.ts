// What an execution's record allows at a moment, and the hash that an approval names.
import { todoOf } from "./error-advice.ts";
import { type ErrorCode, RefusedError } from "./errors.ts";
import type { ExecutionRecord } from "./execution-record.ts";
import { hashJson } from "./fingerprint.ts";
import type { TokenRecord } from "./ledger.ts";
import type { Money } from "./money.ts";
import type { ExecutionLimits } from "./recommendation.ts";

/** What the terms are made of. */
type Terms = ExecutionLimits & Pick<ExecutionRecord, "source" | "size">;

/**
 * SHA-256 (hex) of the terms of an execution: what it buys at each place, for which source, within which limits. Of two
 * executions with the same hash the same may be bought. What became of them is no part of it, nor is a skip by a person.
 */
export function termsHash(
  { source, size, maxTotals, notBefore, expiresAt, forbidTwinsWithin }: Terms,
  records: readonly Pick<TokenRecord, "recIndex" | "fingerprint" | "recommendation">[],
): string {
  const places: (string | null)[] = Array.from({ length: size }, () => "skip");
  const maxPrices: (Money | null)[] = Array.from({ length: size }, () => null);
  for (const { recIndex, fingerprint, recommendation } of records) {
    places[recIndex] = fingerprint;
    maxPrices[recIndex] = recommendation.maxPrice ?? null;
  }
  return hashJson({
    places,
    source,
    maxPrices,
    maxTotals: maxTotals === undefined ? null : sorted(maxTotals),
    notBefore: notBefore ?? null,
    expiresAt: expiresAt ?? null,
    // Left out where there is none: what was approved before there was this limit keeps its hash.
    ...(forbidTwinsWithin === undefined ? {} : { forbidTwinsWithin }),
  });
}

function sorted(amounts: readonly Money[]): Money[] {
  return amounts.toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** Why nothing may be sent for an execution. */
export interface Forbidden {
  /** `stopped`: for good, unless a person reopens it. `waiting`: it may be sent later. */
  readonly kind: "stopped" | "waiting";
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Why the record of an execution forbids to send anything for it at a time (ledger time, milliseconds since 1970). */
export function whyForbidden(execution: ExecutionRecord, now: number): Forbidden | undefined {
  return whyStopped(execution, now) ?? whyWaiting(execution, now);
}

/** Cancelled or expired: what was sent is looked after, and nothing more is bought. */
export function whyStopped({ cancelled, expiresAt }: ExecutionRecord, now: number): Forbidden | undefined {
  if (cancelled !== undefined) {
    const { person, reason, at } = cancelled;
    return {
      kind: "stopped",
      code: "execution-cancelled",
      reason: `${person} cancelled it at ${isoTime(at)}: ${endSentence(reason)}`,
    };
  }
  if (expiresAt === undefined || now < Date.parse(expiresAt)) return undefined;
  return { kind: "stopped", code: "execution-expired", reason: `It expired at ${expiresAt}.` };
}

/** It may be bought later, or once a person said so. */
export function whyWaiting(
  { approvalRequired, approval, mayNotApprove, notBefore, incomplete, restored }: ExecutionRecord,
  now: number,
): Forbidden | undefined {
  if (restored === true) {
    return {
      kind: "waiting",
      code: "restored-unconfirmed",
      reason: "The ledger was restored, and nobody has confirmed it since.",
    };
  }
  if (incomplete === true) {
    return {
      kind: "waiting",
      code: "execution-incomplete",
      reason: "The ledger does not know all of its recommendations.",
    };
  }
  if (approvalRequired && approval === undefined) {
    const other = mayNotApprove === undefined ? "" : `, and not by ${mayNotApprove.join(" or ")}`;
    return { kind: "waiting", code: "approval-missing", reason: `It waits for an approval${other}.` };
  }
  if (notBefore === undefined || now >= Date.parse(notBefore)) return undefined;
  return { kind: "waiting", code: "not-due", reason: `It may not be bought before ${notBefore}.` };
}

/** The refusal that says so. */
export function forbiddenError({ code, reason }: Forbidden): RefusedError {
  return new RefusedError({ code, message: `${reason} Nothing was sent for it. ${todoOf(code)}` });
}

/** The refusal of what a person decides who saw another version of the terms. */
export function termsMovedOn(now: number, meant: number): RefusedError {
  return new RefusedError({
    code: "terms-changed",
    message: `The terms are at version ${now} by now, and version ${meant} was meant. Nothing was decided. ${todoOf("terms-changed", "decide again")}`,
  });
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
