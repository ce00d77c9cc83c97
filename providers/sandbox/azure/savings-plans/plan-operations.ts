import { ArmError, armAnswer } from "../arm-answer.ts";
import { pageOf } from "../listings.ts";
import type { Call, Operation } from "../operation.ts";
import { isSeenIn } from "../sandbox-tenant.ts";
import { advance, orderBody, planBody, savingsPlanOrders, type SavingsPlanOrder } from "./plan-order.ts";
import { purchase, readAlias, validate } from "./put-plan-alias.ts";

/** Microsoft.BillingBenefits, by the name that the request log shows. */
export const savingsPlanOperations = {
  "POST validate": {
    right: "Microsoft.BillingBenefits/validate/action",
    route: /^POST \/validate$/i,
    run: validate,
  },
  "PUT savingsPlanOrderAliases": {
    right: "Microsoft.BillingBenefits/savingsPlanOrderAliases/write",
    route: /^PUT \/savingsPlanOrderAliases\/([^/]+)$/i,
    run: purchase,
  },
  "GET savingsPlanOrderAliases/{name}": {
    right: "Microsoft.BillingBenefits/savingsPlanOrderAliases/read",
    route: /^GET \/savingsPlanOrderAliases\/([^/]+)$/i,
    run: readAlias,
  },
  "GET savingsPlanOrders": {
    right: "Microsoft.BillingBenefits/savingsPlanOrders/read",
    route: /^GET \/savingsPlanOrders$/i,
    listing: true,
    run: (call) =>
      pageOf(savingsPlanOrders(call.context.store).values(), call, (order) =>
        orderBody(advance(order, call.context, call.behaviour), call.behaviour),
      ),
  },
  "GET savingsPlanOrders/{id}": {
    right: "Microsoft.BillingBenefits/savingsPlanOrders/read",
    route: /^GET \/savingsPlanOrders\/([^/]+)$/i,
    run: (call) => armAnswer(200, orderBody(advance(orderOf(call), call.context, call.behaviour), call.behaviour)),
  },
  "GET savingsPlanOrders/{id}/savingsPlans": {
    right: "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans/read",
    route: /^GET \/savingsPlanOrders\/([^/]+)\/savingsPlans$/i,
    run: (call) => armAnswer(200, { value: [planBody(orderOf(call), call.behaviour)] }),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function orderOf({ name: id, tenant, context }: Call): SavingsPlanOrder {
  const order = savingsPlanOrders(context.store).get(id.toLowerCase());
  if (order === undefined || !isSeenIn(order, tenant)) {
    throw new ArmError(404, "SavingsPlanOrderNotFound", `Savings plan order ${id} was not found.`);
  }
  return order;
}
