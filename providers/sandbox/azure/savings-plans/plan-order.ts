import { addMonths, armDate } from "../arm-date.ts";
import { months } from "../azure-sandbox-price.ts";
import type { ImitationContext } from "../../server/imitation.ts";
import type { Collection, SandboxStore } from "../../server/sandbox-store.ts";
import type { AzureBehaviour } from "../azure-sandbox-options.ts";
import type { OfTenant } from "../sandbox-tenant.ts";
import type { SavingsPlanRequest } from "./plan-request.ts";

/** A savings plan order that was bought. */
export type SavingsPlanOrder = OfTenant & {
  readonly id: string;
  readonly planId: string;
  /** The operation that the answer to the PUT names. */
  readonly operationId: string;
  readonly request: SavingsPlanRequest;
  /** Milliseconds since 1970. */
  readonly requestedAt: number;
  /** How many orders of all kinds were bought before it. */
  readonly boughtBefore: number;
  /** How often it was read while it was on its way. */
  readonly reads: number;
  readonly finalState: string;
  /** Set by hand; overrides the sequence. */
  readonly state?: string | undefined;
};

/** An alias: the caller's name for a purchase. */
export type Alias = OfTenant & { readonly name: string; readonly orderId: string };

const sequence = ["Creating", "PendingBilling", "ConfirmedBilling"];

/** Every savings plan order that was bought, oldest first. */
export function savingsPlanOrders(store: SandboxStore): Collection<SavingsPlanOrder> {
  return store.collection("azure.savingsPlanOrders");
}

/** By name in lower case, after that of its tenant and a slash, which no name has. */
export function aliases(store: SandboxStore): Collection<Alias> {
  return store.collection("azure.savingsPlanOrderAliases");
}

/** The alias of a name that is seen in a tenant. */
export function findAlias(store: SandboxStore, name: string, tenant: string | undefined): Alias | undefined {
  return aliases(store).get(aliasKey(name, tenant)) ?? aliases(store).get(aliasKey(name, undefined));
}

/** Keeps an alias, in the place of an earlier one of its name and tenant. */
export function setAlias(store: SandboxStore, alias: Alias): void {
  aliases(store).set(aliasKey(alias.name, alias.tenant), alias);
}

function aliasKey(name: string, tenant: string | undefined): string {
  return tenant === undefined ? name.toLowerCase() : `${tenant}/${name.toLowerCase()}`;
}

/** Where an order stands. */
export function stateOf(
  { state, reads, finalState }: SavingsPlanOrder,
  { readsPerState }: Pick<AzureBehaviour, "readsPerState">,
): string {
  return state ?? sequence[Math.floor(reads / readsPerState)] ?? finalState;
}

/** The order after it was read once more: by id, or in the listing. */
export function advance(
  order: SavingsPlanOrder,
  { store }: Pick<ImitationContext, "store">,
  behaviour: AzureBehaviour,
): SavingsPlanOrder {
  if (order.state !== undefined || order.reads >= sequence.length * behaviour.readsPerState) return order;
  const read = { ...order, reads: order.reads + 1 };
  savingsPlanOrders(store).set(order.id, read);
  return read;
}

const orderPath = (id: string) => `/providers/microsoft.billingbenefits/savingsPlanOrders/${id}`;

/** An order as GET and the listing show it; the keys are the recorded ones. It names no amount, and upfront no plan. */
export function orderBody(order: SavingsPlanOrder, behaviour: AzureBehaviour): object {
  const { id, request } = order;
  const { tags, billingPlan, term, displayName, billingScopeId } = request;
  return {
    id: orderPath(id),
    name: id,
    type: "microsoft.billingbenefits/savingsPlanOrders",
    ...(behaviour.savingsPlan.returnTags && Object.keys(tags).length > 0 ? { tags } : {}),
    properties: {
      billingScopeId: billingScopeId.split("/").at(-1),
      savingsPlans: [`${orderPath(id)}/savingsPlans/${order.planId}`],
      ...(billingPlan === undefined ? {} : { billingPlan }),
      term,
      displayName,
      provisioningState: stateOf(order, behaviour),
      ...dates(order, behaviour),
    },
    sku: { name: request.sku },
  };
}

/** The savings plan of an order: what was bought. */
export function planBody(order: SavingsPlanOrder, behaviour: AzureBehaviour): object {
  const { sku, tags: _tags, billingPlan, appliedScopeProperties, ...shown } = order.request;
  return {
    id: `${orderPath(order.id)}/savingsPlans/${order.planId}`,
    name: order.planId,
    type: "microsoft.billingbenefits/savingsPlanOrders/savingsPlans",
    sku: { name: sku },
    properties: {
      ...shown,
      ...(billingPlan === undefined ? {} : { billingPlan }),
      ...(appliedScopeProperties === null ? {} : { appliedScopeProperties }),
      provisioningState: stateOf(order, behaviour),
      displayProvisioningState: stateOf(order, behaviour),
      userFriendlyAppliedScopeType: order.request.appliedScopeType,
      purchaseDateTime: armDate(order.requestedAt),
      ...dates(order, behaviour),
    },
  };
}

/** An alias as PUT and GET show it. Its state stays `Created`, as recorded, whatever becomes of the order. */
export function aliasBody({ name, orderId }: Alias, { request }: SavingsPlanOrder): object {
  const { sku, tags: _tags, renew: _renew, billingPlan, ...shown } = request;
  return {
    id: `/providers/Microsoft.BillingBenefits/savingsPlanOrderAliases/${name}`,
    name,
    type: "Microsoft.BillingBenefits/savingsPlanOrderAliases",
    kind: null,
    sku: { name: sku },
    properties: {
      savingsPlanOrderId: `/providers/Microsoft.BillingBenefits/savingsPlanOrders/${orderId}`,
      ...shown,
      ...(billingPlan === undefined ? {} : { billingPlan }),
      provisioningState: "Created",
    },
  };
}

function dates(order: SavingsPlanOrder, behaviour: AzureBehaviour): object {
  if (stateOf(order, behaviour) !== "Succeeded") return {};
  const expiry = addMonths(order.requestedAt, months(order.request.term)).getTime();
  return { benefitStartTime: armDate(order.requestedAt), expiryDateTime: armDate(expiry) };
}
