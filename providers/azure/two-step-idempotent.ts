import { messageOf, PurchaseOutcomeUnknownError, PurchaseRejectedError, RefusedError } from "../../src/spec/errors.ts";
import type { Money } from "../../src/spec/money.ts";
import { maskToken } from "../../src/spec/token.ts";
import { calculatePrice } from "./calculate-price.ts";
import type { ReservationsClient } from "./client.ts";
import { compareOrder } from "./compare-order.ts";
import { getOrder, toCommitment, type ReservationOrder } from "./order.ts";
import { findOrders } from "./orders.ts";
import { toJson, type ReservationPurchaseBody } from "./purchase-body.ts";
import { purchaseOrder, type OrderPurchase } from "./purchase-order.ts";
import { meaningOf } from "./states.ts";
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

/** Milliseconds after a send before "session timed out" may count as proof that it came to nothing. */
const minimumAgeOfExpired = 300_000;

/** What was sent and is not known to be dead: it is asked about, and sent again under the same id only. */
interface OpenPurchase extends OrderPurchase {
  readonly price: Money;
  /** Azure said that the id timed out, which alone does not prove that the earlier send came to nothing. */
  readonly expired: boolean;
  /** When it was first sent, in milliseconds since 1970. */
  readonly sentAt: number;
}

/**
 * Looks for an order with the token first and adopts it; else calculates the price and buys. Before every further attempt
 * it looks again. After an unknown outcome it reads that order id and then sends the same id; a new price, and with it a
 * new id, only after "session timed out", plus no order under the old id, plus a fresh listing without the token.
 *
 * There is no ledger here: an answer lost together with the process leaves only the marker in Azure's listing, and two
 * calls at the same time are not held apart. `createPurchaser` guards against both.
 *
 * Throws a RefusedError when the lookup fails or a found order is not what was asked for, a PurchaseRejectedError when
 * nothing was bought, and a PurchaseOutcomeUnknownError when that is not known after the last attempt.
 */
export async function purchaseTwoStepIdempotent(options: IdempotentTwoStepOptions): Promise<TwoStepPurchase> {
  const { client, source, token, signal, attempts = 3, retryDelay = 2_000 } = options;
  if (token === "") return purchaseTwoStep(options);
  if (!Number.isInteger(attempts) || attempts < 1) {
    const message = `attempts must be a whole number from 1, not ${attempts}. Nothing was sent.`;
    throw new RefusedError({ code: "invalid-configuration", message });
  }
  const body = applyPurchaseTags(options.body, source, token, client.settings);
  const request = toJson(body);

  let open: OpenPurchase | undefined;
  let problem: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    let found: ReservationOrder | undefined;
    try {
      if (attempt > 1) await client.settings.environment.sleep(retryDelay * 2 ** (attempt - 2), signal);
      found = await findLive(client, token, body, signal, open?.reservationOrderId);
    } catch (error) {
      // While a send is open, no failed look may end as a refusal: only an answer about that send can. Once it is aborted,
      // every further wait ends here at once.
      if (open === undefined) throw error;
      problem = error;
      continue;
    }
    if (found !== undefined) {
      const own = open?.reservationOrderId.toLowerCase() === found.id ? open : undefined;
      return result(found, own?.price, own === undefined);
    }
    if (open !== undefined) {
      const look = await lookAt(client, open, signal);
      if (look.kind === "bought") return result(look.order, open.price, false);
      if (look.kind === "unclear") {
        problem = look.problem;
        continue;
      }
      if (look.kind === "dead") open = undefined;
    }
    const sentBefore = open !== undefined;
    const purchase: OpenPurchase = open ?? {
      ...(await calculatePrice(client, request, signal)),
      request,
      expired: false,
      sentAt: client.settings.environment.now(),
    };
    try {
      signal?.throwIfAborted();
      return result(await purchaseOrder(client, purchase, { sentBefore }), purchase.price, false);
    } catch (error) {
      problem = error;
      if (PurchaseOutcomeUnknownError.isInstance(error)) open = purchase;
      else if (PurchaseRejectedError.isInstance(error) && error.handleExpired) {
        open = sentBefore ? { ...purchase, expired: true } : undefined;
      } else if (!sentBefore) throw error;
      // Else the earlier send of the id stays open: neither a no to this one nor an abort says anything about that one.
    }
  }
  if (open === undefined) throw problem;
  throw new PurchaseOutcomeUnknownError({
    message:
      `Whether reservation order ${open.reservationOrderId} was bought for token ${maskToken(token)} is not known after ` +
      `${attempts} attempts: ${messageOf(problem)} Look at that order before buying again.`,
    cause: problem,
  });
}

/** The one live order with the token, if it is what was asked for. */
async function findLive(
  client: ReservationsClient,
  token: string,
  body: ReservationPurchaseBody,
  signal: AbortSignal | undefined,
  ownId: string | undefined,
): Promise<ReservationOrder | undefined> {
  const live = (await findOrders(client, token, signal)).filter(({ state }) => meaningOf(state).standing === "live");
  const [order] = live;
  if (order === undefined) return undefined;
  if (live.length > 1) {
    const ids = live.map(({ id }) => id).join(", ");
    const message = `Several live reservation orders carry the token ${maskToken(token)}: ${ids}. Look at them; nothing was bought.`;
    throw new RefusedError({ code: "several-commitments", message });
  }
  // Bought with this very body; a new order shows no reservation to compare for a while.
  if (order.id === ownId?.toLowerCase()) return order;
  const differences = await compareOrder(client, body, order, signal);
  if (differences.length === 0) return order;
  const list = differences.map(({ field, asked, found }) => `${field} is ${found}, not ${asked}`).join("; ");
  const message = `Reservation order ${order.id} carries the token ${maskToken(token)} but is something else: ${list}. Nothing was bought.`;
  throw new RefusedError({ code: "commitment-mismatch", message });
}

type Look =
  | { readonly kind: "bought"; readonly order: ReservationOrder }
  | { readonly kind: "dead" }
  | { readonly kind: "absent" }
  | { readonly kind: "unclear"; readonly problem: unknown };

/** What became of an id that was sent. It is dead when its order failed, or it timed out and there is no order. */
async function lookAt(client: ReservationsClient, open: OpenPurchase, signal: AbortSignal | undefined): Promise<Look> {
  try {
    const order = await getOrder(client, open.reservationOrderId, { signal });
    if (order !== undefined)
      return meaningOf(order.state).standing === "failed" ? { kind: "dead" } : { kind: "bought", order };
    // Soon after it was sent, that very send may be what used the id up, with its order not yet shown.
    const age = client.settings.environment.now() - open.sentAt;
    return open.expired && age >= minimumAgeOfExpired ? { kind: "dead" } : { kind: "absent" };
  } catch (problem) {
    return { kind: "unclear", problem };
  }
}

function result(order: ReservationOrder, price: Money | undefined, adopted: boolean): TwoStepPurchase {
  return { orderId: order.id, commitment: toCommitment(order, { marked: true, price }), price, adopted };
}
