import type { Commitment } from "../../src/contract/commitment.ts";
import type { Money } from "../../src/contract/money.ts";
import { buyInTwoSteps } from "./buy-in-two-steps.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import type { OpenOrder } from "./open-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";

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
