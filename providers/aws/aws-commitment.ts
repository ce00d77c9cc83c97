import type { Commitment, Standing } from "../../src/contract/commitment.ts";
import type { Priced } from "../../src/contract/payments.ts";

/**
 * What the states of all services mean. They are judged here and never by a filter: the documented filter `state` of EC2
 * does not know `queued`. Redshift writes `pending-payment` in its documentation and `payment-pending` in its answers; MediaLive
 * and MediaConnect write theirs in capitals, and do not say why something is canceled, which nobody can do by himself.
 * https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_SavingsPlan.html
 */
const standings: Readonly<Record<string, Standing>> = {
  "payment-pending": "live",
  active: "live",
  queued: "live",
  exchanging: "live",
  "payment-failed": "failed",
  "queued-deleted": "failed",
  "pending-payment": "live",
  "pending-return": "live",
  processing: "live",
  retired: "ended",
  returned: "ended",
  expired: "ended",
  canceled: "ended",
  deleted: "ended",
};

const final = new Set([
  "active",
  "payment-failed",
  "queued-deleted",
  "retired",
  "returned",
  "expired",
  "canceled",
  "deleted",
]);

/** The state in which everything that is bought begins. */
export const firstState = "payment-pending";

/** What a state means for buying. A state that nobody knows counts as bought. */
export function standingOf(state: string): Standing {
  const word = state.toLowerCase();
  return Object.hasOwn(standings, word) ? (standings[word] ?? "live") : "live";
}

/** Nothing is left to wait for. */
export function isFinal(state: string): boolean {
  return final.has(state.toLowerCase());
}

/** A purchase of which one part was paid for and another not is for a person to judge. */
export function together(standings: readonly Standing[]): Standing {
  const [first = "live"] = standings;
  return standings.every((standing) => standing === first) ? first : "unclear";
}

/** One entry of a service's list as the core knows it, by its state and what else is known of it. */
export function awsCommitment(
  id: string,
  state: string,
  { marked, start, ...priced }: Pick<Commitment, "marked"> & Priced & { readonly start?: Date | undefined },
): Commitment {
  return {
    id,
    state,
    standing: standingOf(state),
    settled: isFinal(state),
    marked,
    ...priced,
    ...(start ? { purchasedAt: start.toISOString() } : {}),
  };
}
