import { z } from "zod";
import type { Imitation } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import { finalStates, orders } from "./reservation-order.ts";
import { savingsPlanOrders } from "./savings-plans/plan-order.ts";

const state = z.string().min(1).max(100);

/** Puts an order, of a reservation or a savings plan, into a state, for good. Throws a RefusedError when there is no such order. */
export function setOrderState(store: SandboxStore, id: string, state: string): void {
  const order = orders(store).get(id);
  const savingsPlanOrder = savingsPlanOrders(store).get(id);
  if (order !== undefined) orders(store).set(id, { ...order, state });
  else if (savingsPlanOrder !== undefined) savingsPlanOrders(store).set(id, { ...savingsPlanOrder, state });
  else throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no order ${id}.` });
}

/** Orders of the SKU that are bought from now on end in the state: `BillingFailed`, say. */
export function setFinalState(store: SandboxStore, sku: string, state: string): void {
  finalStates(store).set(sku.toLowerCase(), state);
}

/** `POST /_sandbox/azure/order-state {id, state}` and `POST /_sandbox/azure/final-state {sku, state}`. */
export const azureCommands: NonNullable<Imitation["commands"]> = {
  "order-state": (body, store) => {
    const order = z.strictObject({ id: z.string(), state }).parse(body);
    setOrderState(store, order.id, order.state);
    return order;
  },
  "final-state": (body, store) => {
    const final = z.strictObject({ sku: z.string().min(1).max(200), state }).parse(body);
    setFinalState(store, final.sku, final.state);
    return final;
  },
};
