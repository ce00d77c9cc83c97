import { BuyonceError } from "../contract/errors.ts";
import type { PurchaseAnswer } from "../contract/purchase-answer.ts";

/** An answer that is no purchase of this send, as the error that is reported: `purchase-rejected`, or `outcome-unknown`. */
export function answerError(answer: Exclude<PurchaseAnswer, { readonly kind: "bought" }>): BuyonceError {
  const { reason: message, providerCode, retryAfter, cause } = answer;
  const said = { message, providerCode, retryAfter, cause };
  return answer.kind === "rejected"
    ? new BuyonceError({ ...said, code: "purchase-rejected", retryable: answer.retryable })
    : unknownError(said);
}

/** It was sent, and nobody can say yet whether it was bought. */
export function unknownError(
  said: Omit<ConstructorParameters<typeof BuyonceError>[0], "code" | "retryable">,
): BuyonceError {
  return new BuyonceError({ ...said, code: "outcome-unknown", retryable: true });
}
