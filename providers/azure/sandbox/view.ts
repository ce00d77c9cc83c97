import type { SandboxStore } from "../../../src/sandbox/store.ts";
import type { AzureBehaviour } from "./options.ts";
import { orders, stateOf } from "./reservation-order.ts";

/** A reservation order in the sandbox, for tests. */
export interface ReservationOrderView {
  readonly id: string;
  readonly displayName: string;
  /** As sent, whether or not the answers show them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly state: string;
  readonly sku: string;
  readonly reservedResourceType: string;
  readonly location: string;
  readonly quantity: number;
  readonly term: string;
  readonly billingPlan: string;
  readonly billingScopeId: string;
}

export function viewOrders(store: SandboxStore, behaviour: AzureBehaviour): readonly ReservationOrderView[] {
  return orders(store)
    .values()
    .map((order) => ({
      id: order.id,
      displayName: order.request.displayName,
      tags: order.request.tags,
      state: stateOf(order, behaviour).state,
      sku: order.request.sku,
      reservedResourceType: order.request.reservedResourceType,
      location: order.request.location,
      quantity: order.request.quantity,
      term: order.request.term,
      billingPlan: order.request.billingPlan,
      billingScopeId: order.request.billingScopeId,
    }));
}
