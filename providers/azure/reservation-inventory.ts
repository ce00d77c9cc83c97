import type { Scope } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { Facts } from "../../src/contract/listed.ts";
import type { ReadStep } from "../http/refusal.ts";
import { getOrder, readStep, type ReservationOrder } from "./azure-order.ts";
import { toRefusal } from "./azure-refusal.ts";
import { tenantOf } from "./azure-scope.ts";
import { listedOrder } from "./listed-order.ts";
import { factsOfOrder, factsOfReservations, saysAllOfOrder } from "./order-facts.ts";
import { orderPages } from "./orders.ts";
import { calculateRefund } from "./refund.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { readReservations } from "./reservations.ts";

/** The reservation orders of a tenant, whichever service they are of: the seven services share it. */
export function createReservationInventory(clientOf: (tenantId: string | undefined) => ReservationsClient): Inventory {
  const clientIn = (scope: Scope) => clientOf(tenantOf(scope));
  return {
    async *list(scope, { signal, isComplete }) {
      const client = clientIn(scope);
      for await (const page of orderPages(client, isComplete, signal)) {
        yield page.map((order) => listedOrder(order, client.settings.tagNames));
      }
    },

    async read(scope, id, { signal }) {
      const client = clientIn(scope);
      const order = await readOrder(client, id, readStep, signal);
      // It is asked for by ids of this package alone, and nothing can be stamped on it later.
      return order && listedOrder(order, client.settings.tagNames, { marked: true });
    },

    facts: (scope, { id }, { signal, stated = {} }) => readFacts(clientIn(scope), id, stated, signal),
    refund: (scope, id, { signal }) => calculateRefund(clientIn(scope), id, signal),
  };
}

/** What an order's reservations say, and, where `stated` lacks some of it, the order itself. */
async function readFacts(client: ReservationsClient, id: string, stated: Facts, signal: AbortSignal): Promise<Facts> {
  const step: ReadStep = { ...readStep, code: "commitment-unverifiable" };
  const order = saysAllOfOrder(stated) ? undefined : await readOrder(client, id, step, signal);
  const { quantity, term, billingPlan, ...kind } = factsOfReservations(await readReservations(client, id, signal));
  return saysAllOfOrder(stated) ? kind : { ...kind, quantity, term, billingPlan, ...(order && factsOfOrder(order)) };
}

async function readOrder(
  client: ReservationsClient,
  id: string,
  step: ReadStep,
  signal: AbortSignal,
): Promise<ReservationOrder | undefined> {
  return getOrder(client, id, { signal }).catch((error: unknown) => {
    throw toRefusal(error, step, signal);
  });
}
