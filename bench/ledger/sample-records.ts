import { claimPlaces } from "../../src/testing/ledger-values.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import type { Submission } from "../../src/contract/executor.ts";
import type { Claim, ExecutionPlace, Ledger } from "../../src/contract/ledger.ts";
import { fingerprint } from "../../src/contract/fingerprint.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { executionOf, purchaseBody, source } from "../execution.ts";

const [recommendation] = executionOf("sample", 1).recommendations;
if (recommendation === undefined) throw new Error("An execution of one has one.");
const sample = recommendation;

/** A request to claim one place of an execution. */
export function requestOf(executionId: string, recIndex: number, scopeKey: string): ExecutionPlace {
  return {
    token: deriveIdempotencyToken(executionId, recIndex),
    executionId,
    recIndex,
    source,
    recommendation: sample,
    fingerprint: fingerprint(sample),
    scope: { key: scopeKey, label: `Azure tenant ${scopeKey}` },
  };
}

/** What is written ahead for it. */
export function submissionOf(request: ExecutionPlace): Omit<Submission, "submittedAt" | "attempt"> {
  return {
    token: request.token,
    source,
    generation: 0,
    price: { amount: "24", currency: "GBP" },
    handle: { reservationOrderId: commitmentOf(request).id },
    request: JSON.parse(JSON.stringify(purchaseBody)) as Submission["request"],
    recommendation: request.recommendation,
    scope: request.scope,
    requestHash: request.fingerprint,
  };
}

/** What it becomes. */
export function commitmentOf({ token }: ExecutionPlace): Commitment {
  const id = `${token.slice(0, 8)}-${token.slice(8, 12)}-${token.slice(12, 16)}-${token.slice(16, 20)}-${token.slice(20, 32)}`;
  const price = { amount: "24", currency: "GBP" };
  return { id, state: "Succeeded", standing: "live", settled: true, marked: true, price };
}

/** Claims, and gives back the claims. */
export async function claimAll(ledger: Ledger, requests: readonly ExecutionPlace[]): Promise<readonly Claim[]> {
  const answers = await claimPlaces(ledger, requests, "bench", 30_000);
  return answers.map((answer) => {
    if (answer.kind !== "granted") throw new Error(`The ledger answers ${answer.kind}.`);
    return answer.claim;
  });
}
