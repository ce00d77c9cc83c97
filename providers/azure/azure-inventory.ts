import type { CallOptions, Scope } from "../../src/contract/executor.ts";
import type { Inventory, Refund } from "../../src/contract/inventory.ts";
import type { Facts } from "../../src/contract/listed.ts";
import type { ArmClient } from "./arm-client.ts";
import { getOrder, listedOrder, orderPages, type OrderKind } from "./azure-order.ts";
import { toRefusal } from "./azure-refusal.ts";
import { tenantOf } from "./azure-scope.ts";

/** What the orders of one kind do not say themselves. */
interface FurtherReads {
  /** What was bought by an order, but for what `stated` says of it already. */
  facts(client: ArmClient, id: string, signal: AbortSignal, stated: Facts | undefined): Promise<Facts>;
  /** What returning an order would give back; left out, Azure calculates none. */
  readonly refund?: (client: ArmClient, id: string, signal: AbortSignal) => Promise<Refund>;
}

/** The orders of one kind in a tenant, whoever bought them. */
export function createOrderInventory(
  clientOf: (tenantId: string | undefined) => ArmClient,
  kind: OrderKind,
  { facts, refund }: FurtherReads,
): Inventory {
  const clientIn = (scope: Scope) => clientOf(tenantOf(scope));
  return {
    async *list(scope, { signal, isComplete }) {
      const client = clientIn(scope);
      for await (const page of orderPages(client, kind, isComplete, signal)) {
        yield page.map((order) => listedOrder(order, kind, client.settings.tagNames));
      }
    },

    async read(scope, id, { signal }) {
      const client = clientIn(scope);
      const order = await getOrder(client, kind, id, { signal }).catch((error: unknown) => {
        throw toRefusal(error, kind.readStep, signal);
      });
      // It is asked for by ids of this package alone, and nothing can be stamped on it later.
      return order && listedOrder(order, kind, client.settings.tagNames, { marked: true });
    },

    facts: (scope, { id }, { signal, stated }) => facts(clientIn(scope), id, signal, stated),
    ...(refund && {
      refund: (scope: Scope, id: string, { signal }: CallOptions) => refund(clientIn(scope), id, signal),
    }),
  };
}
