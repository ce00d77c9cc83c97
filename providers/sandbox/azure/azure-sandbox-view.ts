import type { SandboxStore } from "../server/sandbox-store.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import { orders, stateOf } from "./reservation-order.ts";
import { aliases, savingsPlanOrders, stateOf as savingsPlanStateOf } from "./savings-plans/plan-order.ts";

/** A reservation order in the sandbox, for tests. */
export interface ReservationOrderView {
  readonly id: string;
  /** In lower case; undefined for one that was bought with a credential that names none. */
  readonly tenantId: string | undefined;
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
      tenantId: order.tenant,
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

/** A savings plan order in the sandbox, for tests. */
export interface SavingsPlanOrderView {
  readonly id: string;
  /** As that of a {@link ReservationOrderView}. */
  readonly tenantId: string | undefined;
  /** Those that name it. */
  readonly aliases: readonly string[];
  readonly displayName: string;
  /** As sent, whether or not the answers show them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly state: string;
  readonly commitment: { readonly amount: number; readonly currencyCode: string };
  readonly term: string;
  readonly billingPlan: "Upfront" | "Monthly";
  readonly billingScopeId: string;
}

export function viewSavingsPlanOrders(store: SandboxStore, behaviour: AzureBehaviour): readonly SavingsPlanOrderView[] {
  return savingsPlanOrders(store)
    .values()
    .map((order) => ({
      id: order.id,
      tenantId: order.tenant,
      aliases: aliases(store)
        .values()
        .filter(({ orderId }) => orderId === order.id)
        .map(({ name }) => name),
      displayName: order.request.displayName,
      tags: order.request.tags,
      state: savingsPlanStateOf(order, behaviour),
      commitment: { amount: order.request.commitment.amount, currencyCode: order.request.commitment.currencyCode },
      term: order.request.term,
      billingPlan: order.request.billingPlan === undefined ? "Upfront" : "Monthly",
      billingScopeId: order.request.billingScopeId,
    }));
}
