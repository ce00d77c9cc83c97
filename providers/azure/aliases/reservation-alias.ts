import { reservationAliasPurchase } from "../azure-permissions.ts";
import type { ReservationPurchaseBody } from "../purchase-body.ts";
import { factsOfAlias } from "../reservation-facts.ts";
import { reservationOrders } from "../reservation-orders.ts";
import { shownFacts } from "../resolve-order.ts";
import type { AliasKind } from "./order-alias.ts";

/**
 * The aliases of reservation orders. What is known of them is one recording of December 2022 (docs/azure-reservation-alias.md).
 */
export const reservationAliases: AliasKind = {
  noun: "reservation",
  resource: "reservationOrderAliases",
  orderField: "reservationOrderId",
  code: "ReservationOrderAlias",
  orders: reservationOrders,
  purchase: reservationAliasPurchase,
  factsOf: factsOfAlias,
  readFacts: shownFacts,
};

/** The body of a purchase in the words of the alias: `P1M` is monthly, and upfront is said by leaving the billing plan out. */
export function aliasBodyOf({ properties, ...rest }: ReservationPurchaseBody): object {
  const { billingPlan, ...others } = properties;
  return { ...rest, properties: { ...others, ...(billingPlan === "Monthly" ? { billingPlan: "P1M" } : {}) } };
}
