import { checkNumber, longestTimer } from "../../src/contract/check-number.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import type { Money } from "../../src/contract/money.ts";
import { applyPurchaseTags } from "./azure-marker.ts";
import { buyInTwoSteps } from "./buy-in-two-steps.ts";
import type { OpenOrder } from "./open-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import type { ReservationsClient } from "./reservations-client.ts";

/** What a two-step purchase ended with. */
export interface TwoStepPurchase {
  readonly orderId: string;
  readonly commitment: Commitment;
  /** What it was bought at; undefined for an order that was found and adopted, whose price the listing does not say. */
  readonly price: Money | undefined;
  /** It was found by its token and not bought by this call. */
  readonly adopted: boolean;
  /** An order of this purchase that was sent as well and is not known to have come to nothing: look at it in Azure. */
  readonly openOrder?: OpenOrder | undefined;
}

/** One purchase without a guard. */
export interface TwoStepOptions {
  readonly client: ReservationsClient;
  readonly body: ReservationPurchaseBody;
  /** Ends the price calculation early. A purchase that is under way is always waited for. */
  readonly signal?: AbortSignal;
  /**
   * The `openOrder` of the OpenOrderError that an earlier call with the same body ended with: it is looked at first, and
   * only its id is sent again; a new price is asked for once Azure proves that it came to nothing.
   */
  readonly resume?: OpenOrder;
}

/**
 * Calculates the price, then buys under the minted id: for callers that have no execution. **Nothing guards against a
 * second purchase**: no token, no lookup. Calling it twice buys twice, unless the second call is given `resume`.
 *
 * Throws a RefusedError when the price could not be had, a BuyonceError `purchase-rejected` with Azure's `providerCode` when
 * nothing was bought or what was bought is over, and an {@link OpenOrderError} (`outcome-unknown`) when that is not known: not
 * retryable, and with the order's id. "Session timed out" is such a case, because a hop on the way may have repeated the
 * purchase.
 *
 * The Go engine has a function of this name.
 */
export async function purchaseTwoStep({ client, body, signal, resume }: TwoStepOptions): Promise<TwoStepPurchase> {
  return buyInTwoSteps({ client, body, resume, attempts: 1, retryDelay: 0, signal });
}

/** One purchase, guarded by its token. */
export interface IdempotentTwoStepOptions extends TwoStepOptions {
  /** Who decided to buy: stamped as a tag. */
  readonly source: string;
  /** Identifies the purchase for ever. Empty: no guard, as {@link purchaseTwoStep}. */
  readonly token: string;
  /** How often the purchase is sent at most, always under proof or under the same id: 1 to 100, default 3. */
  readonly attempts?: number;
  /** Milliseconds before the second attempt, doubled before each further one, up to 25 days; default 2,000. */
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
 * Throws a RefusedError when an option cannot be used, the lookup fails, a found order is not what was asked for, or the price
 * is not to be believed; a BuyonceError `purchase-rejected` with Azure's `providerCode` when nothing was bought or what was
 * bought is over; an OpenOrderError (`outcome-unknown`, not retryable) when that is not known after the last attempt.
 *
 * The Go engine has a function of this name.
 */
export async function purchaseTwoStepIdempotent(options: IdempotentTwoStepOptions): Promise<TwoStepPurchase> {
  const { client, source, token, signal, resume, attempts = 3, retryDelay = 2_000 } = options;
  if (token === "") return purchaseTwoStep(options);
  checkNumber("attempts", attempts, { minimum: 1, maximum: 100 });
  checkNumber("retryDelay", retryDelay, { minimum: 0, maximum: longestTimer, unit: "milliseconds" });
  const body = applyPurchaseTags(options.body, source, token, client.settings);
  return buyInTwoSteps({ client, body, token, resume, attempts, retryDelay, signal });
}
