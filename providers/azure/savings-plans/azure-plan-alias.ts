import type { AliasKind } from "../aliases/order-alias.ts";
import { planPurchase } from "../azure-permissions.ts";
import { planOrders } from "./azure-plan-order.ts";
import { planFacts, readPlanFacts } from "./plan-facts.ts";

/** The aliases of savings plan orders. */
export const planAliases: AliasKind = {
  noun: "savings plan",
  resource: "savingsPlanOrderAliases",
  orderField: "savingsPlanOrderId",
  code: "SavingsPlanOrderAlias",
  orders: planOrders,
  purchase: planPurchase,
  factsOf: planFacts,
  readFacts: readPlanFacts,
};
