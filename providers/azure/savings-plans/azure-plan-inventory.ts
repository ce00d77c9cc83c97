import type { Inventory } from "../../../src/contract/inventory.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { ArmClient } from "../arm-client.ts";
import { toRefusal } from "../azure-refusal.ts";
import { tenantOf } from "../azure-scope.ts";
import { getOrder, listedOrder, ordersPath, parseOrder, readStep } from "./azure-plan-order.ts";
import { readEntryPages } from "./entry-pages.ts";
import { planFactsOfOrder } from "./plan-facts-of-order.ts";

const listStep: ReadStep = {
  purpose: "list the savings plan orders",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/read at tenant scope (role Savings plan Reader)",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** The savings plan orders of a tenant. They tell neither what was bought nor when: what, their savings plans tell. */
export function createPlanInventory(clientOf: (tenantId: string | undefined) => ArmClient): Inventory {
  return {
    async *list(scope, { signal, isComplete }) {
      const client = clientOf(tenantOf(scope));
      const listing = { path: ordersPath, parse: parseOrder, step: listStep, isComplete, signal };
      for await (const page of readEntryPages(client, listing)) {
        yield page.map((order) => {
          const listed = listedOrder(order, client.settings.tagNames);
          return { ...listed, commitment: { ...listed.commitment, marked: listed.marks.length > 0 } };
        });
      }
    },

    async read(scope, id, { signal }) {
      const client = clientOf(tenantOf(scope));
      const order = await getOrder(client, id, { signal }).catch((error: unknown) => {
        throw toRefusal(error, readStep, signal);
      });
      return order && listedOrder(order, client.settings.tagNames);
    },

    facts: (scope, { id }, { signal }) => planFactsOfOrder(clientOf(tenantOf(scope)), id, signal),
  };
}
