import { addMonths, armDate } from "./arm-date.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import { months } from "./azure-sandbox-price.ts";
import { type ReservationOrder, stateOf } from "./reservation-order.ts";

const billingAccountId = "/providers/Microsoft.Billing/billingAccounts/61e667a1-0558-45a2-b21a-57fa7893951d";
const neverBought = new Set(["Failed", "BillingFailed"]);

/** An order as GET, PUT and the listing show it; the keys are the recorded ones. Failed orders carry no dates. */
export function orderBody(order: ReservationOrder, behaviour: AzureBehaviour): object {
  const { id, request } = order;
  const { state, etag } = stateOf(order, behaviour);
  return {
    id: `/providers/microsoft.capacity/reservationOrders/${id}`,
    name: id,
    type: "microsoft.capacity/reservationOrders",
    etag,
    ...(behaviour.returnTags && Object.keys(request.tags).length > 0 ? { tags: request.tags } : {}),
    properties: {
      originalQuantity: request.quantity,
      requestDateTime: armDate(order.requestedAt),
      billingPlan: request.billingPlan,
      reservations: [
        { id: `/providers/Microsoft.Capacity/reservationOrders/${id}/reservations/${order.reservationId}` },
      ],
      term: request.term,
      displayName: request.displayName,
      ...benefitDates(order, state),
      provisioningState: state,
      billingAccountId,
    },
  };
}

/** The reservation of an order: what was bought. */
export function reservationBody(order: ReservationOrder, behaviour: AzureBehaviour): object {
  const { request } = order;
  const { state, etag } = stateOf(order, behaviour);
  const { createdDateTime, ...dates } = benefitDates(order, state);
  return {
    id: `/providers/microsoft.capacity/reservationOrders/${order.id}/reservations/${order.reservationId}`,
    name: order.reservationId,
    type: "microsoft.capacity/reservationOrders/reservations",
    location: request.location,
    etag,
    sku: { name: request.sku },
    properties: {
      reservedResourceType: request.reservedResourceType,
      userFriendlyRenewState: request.renew ? "On" : "Off",
      skuDescription: request.sku,
      renew: request.renew,
      archived: false,
      quantity: request.quantity,
      appliedScopeType: request.appliedScopeType,
      ...(request.appliedScopes.length > 0 ? { appliedScopes: request.appliedScopes } : {}),
      displayName: request.displayName,
      provisioningState: state,
      term: request.term,
      displayProvisioningState: state,
      userFriendlyAppliedScopeType: request.appliedScopeType,
      purchaseDateTime: armDate(order.requestedAt),
      purchaseDate: armDate(order.requestedAt).slice(0, 10),
      ...dates,
      lastUpdatedDateTime: createdDateTime ?? armDate(order.requestedAt),
      ...(createdDateTime === undefined ? {} : { effectiveDateTime: createdDateTime }),
      ...(request.instanceFlexibility === undefined ? {} : { instanceFlexibility: request.instanceFlexibility }),
      billingScopeId: request.billingScopeId,
    },
  };
}

function benefitDates({ finishedAt, request }: ReservationOrder, state: string): Readonly<Record<string, string>> {
  if (finishedAt === undefined || neverBought.has(state)) {
    return {};
  }
  const expiry = armDate(addMonths(finishedAt, months(request.term)).getTime());
  return {
    createdDateTime: armDate(finishedAt),
    benefitStartTime: armDate(finishedAt),
    expiryDate: expiry.slice(0, 10),
    expiryDateTime: expiry,
  };
}
