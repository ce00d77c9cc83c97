import type { Commitment } from "../../src/spec/commitment.ts";
import type { Submission } from "../../src/spec/executor.ts";
import { claimRequest } from "./claim-request.ts";

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
