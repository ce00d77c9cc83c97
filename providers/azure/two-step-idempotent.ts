import { RefusedError } from "../../src/contract/errors.ts";
import { buyInTwoSteps } from "./buy-in-two-steps.ts";
import { applyPurchaseTags } from "./tags.ts";
import { purchaseTwoStep, type TwoStepOptions, type TwoStepPurchase } from "./two-step.ts";

/** One purchase, guarded by its token. */
export interface IdempotentTwoStepOptions extends TwoStepOptions {
  /** Who decided to buy: stamped as a tag. */
  readonly source: string;
  /** Identifies the purchase for ever. Empty: no guard, as {@link purchaseTwoStep}. */
  readonly token: string;
  /** How often the purchase is sent at most, always under proof or under the same id; default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled before each further one; default 2,000. */
  readonly retryDelay?: number;
}

/**
 * Looks for an order with the token first and adopts it; else calculates the price and buys. Before every further attempt
 * it looks again. After an unknown outcome it reads that order id and then sends the same id; a new price, and with it a
 * new id, only after "session timed out" was said at least five minutes after the send, plus no order under the old id, plus
 * a fresh listing without the token.
 *
 * There is no ledger here: an answer lost together with the process leaves only the marker in Azure's listing, which may
 * lag, and two calls at the same time are not held apart. `createPurchaser` guards against both. So keep the `openOrder` of
 * an {@link OpenOrderError}, and hand it to the next call as `resume`.
 *
 * Throws a RefusedError when the lookup fails, a found order is not what was asked for, or the price is not to be believed;
 * a BuyonceError `purchase-rejected` with Azure's `providerCode` when nothing was bought or what was bought is over; an
 * OpenOrderError (`outcome-unknown`, not retryable) when that is not known after the last attempt.
 *
 * The Go engine has a function of this name.
 */
export async function purchaseTwoStepIdempotent(options: IdempotentTwoStepOptions): Promise<TwoStepPurchase> {
  const { client, source, token, signal, resume, attempts = 3, retryDelay = 2_000 } = options;
  if (token === "") return purchaseTwoStep(options);
  if (!Number.isInteger(attempts) || attempts < 1) {
    const message = `attempts must be a whole number from 1, not ${attempts}. Nothing was sent.`;
    throw new RefusedError({ code: "invalid-configuration", message });
  }
  const body = applyPurchaseTags(options.body, source, token, client.settings);
  return buyInTwoSteps({ client, body, token, resume, attempts, retryDelay, signal });
}
