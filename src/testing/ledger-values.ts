import type { Commitment } from "../contract/commitment.ts";
import type { Submission } from "../contract/executor.ts";
import type { ClaimRequest } from "../contract/ledger.ts";

/** A claim request for the recommendation at an index of an execution that buys nothing real. */
export function claimRequest(recIndex: number): ClaimRequest {
  return {
    token: `token-${recIndex}`,
    executionId: "execution-1",
    recIndex,
    source: "test",
    recommendation: { provider: "imitation", service: "disk", quantity: 1, term: "P1Y" },
    fingerprint: "a",
    scope: { key: "scope-1", label: "scope 1" },
  };
}

/** A submission that is about to be written ahead. */
export function planned(changes: Partial<Submission> = {}): Omit<Submission, "submittedAt" | "attempt"> {
  return {
    token: "token-0",
    source: "test",
    generation: 0,
    recommendation: claimRequest(0).recommendation,
    scope: claimRequest(0).scope,
    price: { amount: "24", currency: "GBP" },
    handle: { orderId: "order-1" },
    request: { orderId: "order-1" },
    requestHash: "c",
    ...changes,
  };
}

/** A commitment in its final state. */
export function bought(changes: Partial<Commitment> = {}): Commitment {
  return { id: "order-1", state: "Succeeded", standing: "live", settled: true, marked: true, ...changes };
}
