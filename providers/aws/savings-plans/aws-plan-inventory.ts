import type { Inventory } from "../../../src/contract/inventory.ts";
import { parseScope } from "../aws-scope.ts";
import type { ConnectSavingsPlans } from "./aws-plan-api.ts";
import { listedPlan } from "./aws-plan-commitment.ts";

/** The savings plans of an account. They say all that decides, wherever they are shown. */
export function createPlanInventory(connect: ConnectSavingsPlans, tokenTag: string): Inventory {
  return {
    // A plan that was returned was bought all the same, and given back by a person: it is not bought again by itself.
    endedCounts: true,

    async *list(scope, { signal }) {
      const api = await connect(parseScope(scope), signal);
      yield (await api.all(signal)).map((plan) => listedPlan(plan, tokenTag));
    },

    async read(scope, id, { signal }) {
      const api = await connect(parseScope(scope), signal);
      const found = await api.one(id, signal);
      return found && listedPlan(found, tokenTag);
    },
  };
}
