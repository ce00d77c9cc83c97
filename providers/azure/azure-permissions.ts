import type { ServicePermissions } from "../../src/contract/provider-access.ts";
import type { AdvisedService } from "./refusal-advice.ts";

/** What buys a reservation. */
export const reservationPurchase: AdvisedService = {
  namespace: "Microsoft.Capacity",
  action: "reservationorders/write",
  role: "Reservation Purchaser",
};

/** What buys a reservation under an alias. Microsoft's lists of operations and roles name neither: by the pattern of the others. */
export const reservationAliasPurchase: AdvisedService = {
  namespace: "Microsoft.BillingBenefits",
  action: "reservationOrderAliases/write",
  role: "Reservation Purchaser",
};

/** What buys a savings plan. */
export const planPurchase: AdvisedService = {
  namespace: "Microsoft.BillingBenefits",
  action: "savingsPlanOrderAliases/write",
  role: "Savings plan Purchaser",
};

const named = ({ namespace, action }: AdvisedService) => `${namespace}/${action}`;

/** The operations that reservations need, of whichever service. */
export const reservationPermissions: ServicePermissions = {
  list: ["Microsoft.Capacity/reservationorders/read", "Microsoft.Capacity/reservationorders/reservations/read"],
  price: ["Microsoft.Capacity/calculateprice/action", "Microsoft.Capacity/catalogs/read"],
  purchase: [named(reservationPurchase)],
};

/** The operations that reservations need which are bought under an alias. */
export const reservationAliasPermissions: ServicePermissions = {
  ...reservationPermissions,
  list: [...reservationPermissions.list, "Microsoft.BillingBenefits/reservationOrderAliases/read"],
  purchase: [named(reservationAliasPurchase)],
};

/** The operations that savings plans need. */
export const planPermissions: ServicePermissions = {
  list: [
    "Microsoft.BillingBenefits/savingsPlanOrders/read",
    "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans/read",
    "Microsoft.BillingBenefits/savingsPlanOrderAliases/read",
  ],
  price: ["Microsoft.BillingBenefits/validate/action"],
  purchase: [named(planPurchase)],
};
