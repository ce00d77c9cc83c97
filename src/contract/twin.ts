// A twin: an identical commitment that was bought lately for something else. Who buys another one may do it by mistake.
import { unprovenBeside } from "./at-risk.ts";
import { todoOf } from "./error-advice.ts";
import { RefusedError } from "./errors.ts";
import type { TokenRecord } from "./ledger.ts";
import { maskToken } from "./token.ts";

/** How long after its purchase an identical commitment is a twin, unless told otherwise. */
export const usualTwinsWithin = "P7D";

/** Of one to 999 days. */
export const twinsWithinPattern = /^P([1-9]\d{0,2})D$/;

/** What a caller says about twins: identical commitments that were bought lately for something else. */
export interface TwinOptions {
  /** Those bought within so long: ISO 8601, in days, `P1D` to `P999D`. Default `P7D`. */
  readonly within?: string;
  /** They are refused, not only warned of; a drive records that as a limit of the execution. Default false. */
  readonly forbid?: boolean;
}

/** What is compared with what is about to be bought. */
export interface AlikeQuery {
  /** {@link TokenRecord.fingerprint} */
  readonly fingerprints: readonly string[];
  /** Since when it was bought or sent (ledger time, milliseconds since 1970). */
  readonly since: number;
  /** The execution that is about to be bought. */
  readonly exceptExecution: string;
}

/** A length of time in days (`P7D`) as milliseconds. Throws a RefusedError `invalid-configuration` for anything else. */
export function twinsMilliseconds(within: string): number {
  const days = twinsWithinPattern.exec(within)?.[1];
  if (days !== undefined) return Number(days) * 86_400_000;
  throw new RefusedError({
    code: "invalid-configuration",
    message: 'twins.within must be a number of days such as "P7D", from "P1D" to "P999D".',
  });
}

/** The longer of two times for which twins are forbidden; undefined: they are not. */
export function longerTwinsWithin(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return twinsMilliseconds(one) < twinsMilliseconds(other) ? other : one;
}

/**
 * When what a record holds was bought, or last sent and may be bought (ledger time, milliseconds since 1970); undefined for what is
 * neither, is over or came to nothing. A store may index by this.
 */
export function boughtAt(record: TokenRecord): number | undefined {
  const { state, submission, commitment, purchasedAt } = record;
  const isSent = ["submitted", "unknown", "written-off"].includes(state);
  const isThere = state === "purchased" && ["live", "unclear"].includes(commitment?.standing ?? "live");
  const sent = [...(isSent && submission ? [submission] : []), ...unprovenBeside(record, submission)];
  const times = sent.map(({ submittedAt, resentAt }) => resentAt ?? submittedAt);
  if (isThere && purchasedAt !== undefined) {
    // What was adopted may be older than its record.
    const began = Date.parse(commitment?.purchasedAt ?? "");
    times.push(began < purchasedAt ? began : purchasedAt);
  }
  return times.length === 0 ? undefined : Math.max(...times);
}

/** What a twin is, as a sentence. `isNamed`: the reader may know for which execution it was bought. */
export function twinText(twin: TokenRecord, isNamed: boolean): string {
  const { token, executionId, recIndex, state, commitment } = twin;
  const whose = isNamed
    ? `#${recIndex} of execution ${executionId}`
    : `another recommendation (token ${maskToken(token)})`;
  const at = new Date(boughtAt(twin) ?? 0).toISOString();
  const isBought = state === "purchased" && commitment !== undefined;
  if (!isBought) return `The same was sent for ${whose} at ${at}, and may be bought.`;
  return `The same was bought for ${whose} at ${at}${isNamed ? `: ${commitment.id}` : ""}.`;
}

/** The refusal of what has a twin where twins are forbidden. `found`: sentences about it. */
export function twinForbidden(found: string, within: string): RefusedError {
  return new RefusedError({
    code: "twin-forbidden",
    message: `${found} A second one within ${twinsMilliseconds(within) / 86_400_000} days is forbidden. Nothing was sent for it. ${todoOf("twin-forbidden")}`,
  });
}
