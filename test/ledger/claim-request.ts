import type { ClaimRequest } from "../../src/spec/ledger.ts";

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
