import { BuyonceError } from "../contract/errors.ts";
import type { PurchaseAnswer, Said } from "../contract/purchase-answer.ts";

/** An answer that is no purchase of this send, as the error that is reported: `purchase-rejected`, or `outcome-unknown`. */
export function answerError(answer: Exclude<PurchaseAnswer, { readonly kind: "bought" }>): BuyonceError {
  const { reason: message, providerCode, retryAfter, cause } = answer;
  const said = { message, providerCode, retryAfter, cause };
  return answer.kind === "rejected"
    ? new BuyonceError({ ...said, code: "purchase-rejected", retryable: answer.retryable })
    : unknownError(said);
}

/** The longest that a provider is waited for before something is sent to it again, in milliseconds. */
const longestThrottled = 3_600_000;

/** Milliseconds to wait before the same is sent again, where a send was refused because too much was asked of the provider. */
export function throttledFor({ throttled = false, retryAfter = 0 }: Partial<Said>): number | undefined {
  return throttled ? Math.min(retryAfter, longestThrottled) : undefined;
}

/** It was sent, and nobody can say yet whether it was bought. */
export function unknownError(
  said: Omit<ConstructorParameters<typeof BuyonceError>[0], "code" | "retryable">,
): BuyonceError {
  return new BuyonceError({ ...said, code: "outcome-unknown", retryable: true });
}
