import type { Standing } from "../../src/spec/commitment.ts";

/**
 * What the states of EC2 mean. The documented filter `state` does not know `queued`, so states are judged here and never
 * by a filter. `retired` is expired, modified or exchanged, and also what follows a payment that did not arrive.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-concepts-buying.html
 */
const standings: Readonly<Record<string, Standing>> = {
  "payment-pending": "live",
  active: "live",
  queued: "live",
  exchanging: "live",
  "payment-failed": "failed",
  "queued-deleted": "failed",
  retired: "unclear",
};

const final = new Set(["active", "payment-failed", "queued-deleted", "retired"]);

/** What a state means for buying. A state that nobody knows counts as bought. */
export function standingOf(state: string): Standing {
  return Object.hasOwn(standings, state) ? (standings[state] ?? "live") : "live";
}

/** Nothing is left to wait for. */
export function isFinal(state: string): boolean {
  return final.has(state);
}
