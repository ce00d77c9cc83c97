import type { Commitment } from "../../src/spec/commitment.ts";
import type { Money } from "../../src/spec/money.ts";
import { calculatePrice } from "./calculate-price.ts";
import type { ReservationsClient } from "./client.ts";
import { toCommitment } from "./order.ts";
import { toJson, type ReservationPurchaseBody } from "./purchase-body.ts";
import { purchaseOrder } from "./purchase-order.ts";

/** What a two-step purchase ended with. */
export interface TwoStepPurchase {
  readonly orderId: string;
  readonly commitment: Commitment;
  /** What it was bought at; undefined for an order that was found and adopted, whose price the listing does not say. */
  readonly price: Money | undefined;
  /** It was found by its token and not bought by this call. */
  readonly adopted: boolean;
}

/** One purchase without a guard. */
export interface TwoStepOptions {
  readonly client: ReservationsClient;
  readonly body: ReservationPurchaseBody;
  /** Ends the price calculation early. A purchase that is under way is always waited for. */
  readonly signal?: AbortSignal;
}

/**
 * Calculates the price, then buys under the minted id: for callers that have no execution. **Nothing guards against a
 * second purchase**: no token, no lookup. Calling it twice buys twice.
 *
 * Throws a RefusedError when the price could not be had, a PurchaseRejectedError when nothing was bought, and a
 * PurchaseOutcomeUnknownError when that is not known.
 */
export async function purchaseTwoStep({ client, body, signal }: TwoStepOptions): Promise<TwoStepPurchase> {
  const request = toJson(body);
  const { reservationOrderId, price } = await calculatePrice(client, request, signal);
  signal?.throwIfAborted();
  const order = await purchaseOrder(client, { reservationOrderId, request }, { sentBefore: false });
  return { orderId: order.id, commitment: toCommitment(order, { marked: false, price }), price, adopted: false };
}
