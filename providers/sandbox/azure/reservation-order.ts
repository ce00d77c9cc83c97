import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import type { PurchaseRequest } from "./check-purchase-request.ts";
import type { OfTenant } from "./sandbox-tenant.ts";

/** An order that was bought. */
export type ReservationOrder = OfTenant & {
  readonly id: string;
  readonly reservationId: string;
  readonly request: PurchaseRequest;
  /** The operation that the answer to the PUT of its alias names. */
  readonly operationId?: string | undefined;
  /** Milliseconds since 1970, as below. */
  readonly requestedAt: number;
  /** How many orders of all kinds were bought before it. */
  readonly boughtBefore: number;
  /** When it came into its final state. */
  readonly finishedAt?: number | undefined;
  /** How often it was read while it was on its way. */
  readonly reads: number;
  readonly finalState: string;
  /** Set by hand; overrides the sequence. */
  readonly state?: string | undefined;
};

/** The recorded sequence, and the etag that each state was seen with. */
const sequence = [
  { state: "Creating", etag: 1 },
  { state: "PendingCapacity", etag: 4 },
  { state: "PendingBilling", etag: 6 },
  { state: "ConfirmedBilling", etag: 7 },
] as const;

/** Every order that was bought, oldest first. */
export function orders(store: SandboxStore): Collection<ReservationOrder> {
  return store.collection("azure.orders");
}

/** The states in which orders of a SKU end, set by hand; by SKU in lower case. */
export function finalStates(store: SandboxStore): Collection<string> {
  return store.collection("azure.finalStates");
}

/** Where an order stands: its state, etag, and whether nothing will change it any more. */
export function stateOf(
  order: ReservationOrder,
  { readsPerState }: AzureBehaviour,
): { readonly state: string; readonly etag: number; readonly final: boolean } {
  if (order.state !== undefined) {
    return { state: order.state, etag: 9, final: true };
  }
  // One that fails never gets past the billing.
  const states = sequence.slice(0, order.finalState === "Succeeded" ? 4 : 3);
  const current = states[Math.floor(order.reads / readsPerState)];
  return current === undefined ? { state: order.finalState, etag: 8, final: true } : { ...current, final: false };
}

/** The state in which orders of a SKU end: set by hand, or an option; else they succeed. */
export function finalStateOf(sku: string, store: SandboxStore, behaviour: AzureBehaviour): string {
  const wanted = sku.toLowerCase();
  const option = Object.entries(behaviour.finalStates).find(([name]) => name.toLowerCase() === wanted);
  return finalStates(store).get(wanted) ?? option?.[1] ?? "Succeeded";
}

/** The order after it was read once more: by id, or in a listing. The answer shows it as it is after the read. */
export function advance(
  order: ReservationOrder,
  { store, now }: { readonly store: SandboxStore; readonly now: number },
  behaviour: AzureBehaviour,
): ReservationOrder {
  if (stateOf(order, behaviour).final) {
    return order;
  }
  const read = { ...order, reads: order.reads + 1 };
  const advanced = stateOf(read, behaviour).final ? { ...read, finishedAt: now } : read;
  orders(store).set(order.id, advanced);
  return advanced;
}
