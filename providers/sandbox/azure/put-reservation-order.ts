import { randomUUID } from "node:crypto";
import type { ImitationContext, SandboxResponse } from "../server/imitation.ts";
import { ArmError, armAnswer } from "./arm-answer.ts";
import { quotes } from "./post-calculate-price.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import { orderBody } from "./order-body.ts";
import { type PurchaseRequest, parsePurchaseRequest, sameRequest } from "./check-purchase-request.ts";
import { type ReservationOrder, finalStateOf, orders } from "./reservation-order.ts";
import { purchasesIn } from "./azure-purchase-requests.ts";
import { isSeenIn, markOf } from "./sandbox-tenant.ts";

/** Where the order can be read, absolute. */
type Purchase = {
  readonly id: string;
  readonly tenant: string | undefined;
  readonly body: string;
  readonly orderUrl: string;
};

/** PUT reservationOrders/{id}: buys what was quoted under the id, once. */
export function purchase(
  { id, tenant, body, orderUrl }: Purchase,
  { store, now }: Pick<ImitationContext, "store" | "now">,
  behaviour: AzureBehaviour,
): SandboxResponse {
  const request = parsePurchaseRequest(body);
  const bought = orders(store).get(id);
  if (bought !== undefined && isSeenIn(bought, tenant)) {
    return putAgain(bought, request, behaviour);
  }
  const quote = quotes(store).get(id);
  if (quote === undefined || !isSeenIn(quote, tenant) || quote.expiresAt <= now) {
    throw sessionTimedOut();
  }
  demandSame(quote.request, request);
  const order: ReservationOrder = {
    id,
    ...markOf(tenant),
    reservationId: randomUUID(),
    request,
    requestedAt: now,
    boughtBefore: purchasesIn(store),
    reads: 0,
    finalState: finalStateOf(request.sku, store, behaviour),
  };
  // The order first: if the sandbox dies between the two, the id is bought and its quote is never looked at again.
  orders(store).set(id, order);
  quotes(store).delete(id);
  return armAnswer(202, orderBody(order, behaviour), {
    location: orderUrl,
    "retry-after": "120",
    "x-ms-ratelimit-remaining-tenant-writes": "1198",
  });
}

function putAgain(order: ReservationOrder, request: PurchaseRequest, behaviour: AzureBehaviour): SandboxResponse {
  if (behaviour.secondPut === "already-exists") {
    throw new ArmError(409, "ReservationOrderIdAlreadyExists", `Reservation order ${order.id} already exists.`);
  }
  if (behaviour.secondPut === "session-timed-out") {
    throw sessionTimedOut();
  }
  demandSame(order.request, request);
  return armAnswer(200, orderBody(order, behaviour));
}

/** The code and message of this refusal are assumptions: it was never recorded. */
function demandSame(quoted: PurchaseRequest, sent: PurchaseRequest): void {
  if (!sameRequest(quoted, sent)) {
    throw new ArmError(
      400,
      "BadRequest",
      "The purchase request differs from the one that CalculatePrice was called with.",
    );
  }
}

function sessionTimedOut(): ArmError {
  return new ArmError(
    400,
    "BadRequest",
    "Session timed out - Call CalculatePrice again and provide the new Reservation Order ID for purchase",
  );
}
