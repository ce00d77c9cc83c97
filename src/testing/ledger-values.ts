import type { Commitment } from "../contract/commitment.ts";
import type { Submission } from "../contract/executor.ts";
import type { NewExecution } from "../contract/execution-record.ts";
import type { ClaimAnswer, ClaimOptions, ExecutionPlace, Ledger } from "../contract/ledger.ts";

/** A claim request for the recommendation at an index of an execution that buys nothing real. */
export function claimRequest(recIndex: number): ExecutionPlace {
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

/** An execution as it is to be recorded: of these places, without limits. */
export function newExecution(places: readonly ExecutionPlace[], changes: Partial<NewExecution> = {}): NewExecution {
  const { executionId = "execution-1", source = "test" } = places[0] ?? {};
  return { executionId, source, places, emptyPlaces: [], approvalRequired: false, ...changes };
}

/** Records an execution of so many places, without limits. */
export async function recordPlaces(ledger: Ledger, size: number): Promise<void> {
  await ledger.recordExecution(newExecution(Array.from({ length: size }, (_, recIndex) => claimRequest(recIndex))));
}

/** How many places an execution has that is recorded because some of it are claimed. */
const usualSize = 4;

/**
 * Records the executions of these places, unless they are recorded, and claims the places. An execution gets four places, or
 * as many as are claimed, so that others of it may be claimed later.
 */
export async function claimPlaces(
  ledger: Ledger,
  places: readonly ExecutionPlace[],
  holder: string,
  leaseLength: number,
  options: ClaimOptions = {},
): Promise<readonly ClaimAnswer[]> {
  for (const [executionId, own] of Map.groupBy(places, (place) => place.executionId)) {
    if ((await ledger.execution(executionId)) !== undefined) continue;
    const size = Math.max(usualSize, ...own.map(({ recIndex }) => recIndex + 1));
    const others = executionId === "execution-1" ? Array.from({ length: size }, (_, index) => claimRequest(index)) : [];
    const all = new Map([...others, ...own].map((place) => [place.recIndex, place]));
    await ledger.recordExecution(newExecution([...all.values()].toSorted((a, b) => a.recIndex - b.recIndex)));
  }
  return ledger.claim(places, holder, leaseLength, options);
}
