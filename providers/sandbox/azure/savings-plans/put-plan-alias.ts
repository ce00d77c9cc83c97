import { randomUUID } from "node:crypto";
import type { ImitationContext, SandboxResponse } from "../../server/imitation.ts";
import { ArmError, armAnswer } from "../arm-answer.ts";
import type { Call } from "../operation.ts";
import { orderOfOperation } from "../put-reservation-alias.ts";
import { advance as advanceReservation, finalStateOf, stateOf as reservationStateOf } from "../reservation-order.ts";
import {
  advance,
  aliasBody,
  findAlias,
  savingsPlanOrders,
  setAlias,
  stateOf,
  type Alias,
  type SavingsPlanOrder,
} from "./plan-order.ts";
import { parseBenefits, parseJson, parseSavingsPlanRequest } from "./plan-request.ts";
import { purchasesIn } from "../azure-purchase-requests.ts";
import { isSeenIn, markOf } from "../sandbox-tenant.ts";

/** POST validate: whether each would be sold. Buys nothing. */
export function validate({ request, behaviour }: Call): SandboxResponse {
  const { terms } = behaviour.savingsPlan;
  const benefits = parseBenefits(request.body).map((benefit) => {
    const { term } = parseSavingsPlanRequest(benefit);
    if (terms.includes(term)) return { valid: true };
    return { valid: false, reasonCode: "InvalidTerm", reason: `Savings plans are sold for ${terms.join(" and ")}.` };
  });
  return armAnswer(200, { benefits }, { "x-ms-ratelimit-remaining-tenant-writes": "1199" });
}

/** PUT savingsPlanOrderAliases/{name}: buys. What a second one does is an option: it is not documented. */
export function purchase({ name, tenant, request: { body }, context, behaviour }: Call): SandboxResponse {
  const { store, now, origin } = context;
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) throw new ArmError(400, "InvalidRequestUri", `The alias "${name}" is no name.`);
  const request = parseSavingsPlanRequest(parseJson(body));
  const { secondPut } = behaviour.savingsPlan;
  const existing = findAlias(store, name, tenant);
  if (existing !== undefined && secondPut === "already-exists") {
    throw new ArmError(409, "SavingsPlanOrderAliasAlreadyExists", `The alias ${name} already exists.`);
  }
  if (existing !== undefined && secondPut === "existing") {
    return armAnswer(200, aliasBody(existing, orderOf(existing, store)));
  }
  const order: SavingsPlanOrder = {
    id: randomUUID(),
    ...markOf(tenant),
    planId: randomUUID(),
    operationId: randomUUID(),
    request,
    requestedAt: now,
    boughtBefore: purchasesIn(store),
    reads: 0,
    finalState: finalStateOf(request.sku, store, behaviour),
  };
  const alias: Alias = { name, ...markOf(tenant), orderId: order.id };
  savingsPlanOrders(store).set(order.id, order);
  setAlias(store, alias);
  return armAnswer(201, aliasBody(alias, order), {
    "azure-asyncoperation": `${origin}/providers/Microsoft.Capacity/operationResults/${order.operationId}?api-version=2022-11-01`,
    "retry-after": "5",
    "x-ms-ratelimit-remaining-tenant-writes": "1199",
  });
}

/** GET Microsoft.Capacity/operationResults/{id}: how far a purchase is, in the recorded words. Every look moves it on. */
export function readOperation({ name: id, tenant, context, behaviour }: Call): SandboxResponse {
  const order = savingsPlanOrders(context.store)
    .values()
    .find((bought) => bought.operationId === id.toLowerCase() && isSeenIn(bought, tenant));
  const reservation = order === undefined ? orderOfOperation(context.store, id, tenant) : undefined;
  const state =
    (order && stateOf(advance(order, context, behaviour), behaviour)) ??
    (reservation && reservationStateOf(advanceReservation(reservation, context, behaviour), behaviour).state);
  if (state === undefined) throw new ArmError(404, "OperationNotFound", `Operation ${id} was not found.`);
  const status = state === (order ?? reservation)?.finalState ? state : "PendingPurchases";
  return armAnswer(200, { id: `/providers/Microsoft.Capacity/operationResults/${id}`, name: id, status });
}

/** GET savingsPlanOrderAliases/{name}. The code of its 404 is an assumption. */
export function readAlias({ name, tenant, context: { store } }: Call): SandboxResponse {
  const alias = findAlias(store, name, tenant);
  if (alias === undefined) {
    throw new ArmError(404, "SavingsPlanOrderAliasNotFound", `Savings plan order alias ${name} was not found.`);
  }
  return armAnswer(200, aliasBody(alias, orderOf(alias, store)));
}

function orderOf({ orderId }: Alias, store: ImitationContext["store"]): SavingsPlanOrder {
  const order = savingsPlanOrders(store).get(orderId);
  if (order === undefined) throw new TypeError(`The alias names no order ${orderId}.`);
  return order;
}
