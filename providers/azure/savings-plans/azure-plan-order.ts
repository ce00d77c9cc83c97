import { isAliasAbsent } from "../aliases/order-alias.ts";
import type { OrderKind } from "../azure-order.ts";

/**
 * Savings plan orders. They name no amount and no scope: that is on their savings plan. Nor do they say when they were bought,
 * and their own words for term and billing plan are not compared.
 */
export const planOrders: OrderKind = {
  noun: "savings plan order",
  path: "/providers/Microsoft.BillingBenefits/savingsPlanOrders",
  isAbsent: isAliasAbsent,
  readStep: {
    purpose: "read a savings plan order",
    permission: "Microsoft.BillingBenefits/savingsPlanOrders/read and savingsPlanOrderAliases/read",
    code: "lookup-failed",
    untrusted: "lookup-untrusted",
  },
  listStep: {
    purpose: "list the savings plan orders",
    permission: "Microsoft.BillingBenefits/savingsPlanOrders/read at tenant scope (role Savings plan Reader)",
    code: "lookup-failed",
    untrusted: "lookup-untrusted",
  },
  factsOf: () => ({}),
};
