import type { ImitationContext } from "../../server/imitation.ts";
import { ArmError, armAnswer } from "../arm-answer.ts";
import { pageOf } from "../listings.ts";
import type { Operation } from "../operation.ts";
import { advance, orderBody, planBody, savingsPlanOrders, type SavingsPlanOrder } from "./plan-order.ts";
import { purchase, readAlias, validate } from "./put-plan-alias.ts";

/** Microsoft.BillingBenefits, api-version 2022-11-01, by the name that the request log shows. */
export const savingsPlanOperations = {
  "POST validate": {
    route: /^POST \/validate$/i,
    run: ({ request }) => validate(request.body),
  },
  "PUT savingsPlanOrderAliases": {
    route: /^PUT \/savingsPlanOrderAliases\/([^/]+)$/i,
    run: ({ name, request, context, behaviour }) => purchase({ name, body: request.body }, context, behaviour),
  },
  "GET savingsPlanOrderAliases/{name}": {
    route: /^GET \/savingsPlanOrderAliases\/([^/]+)$/i,
    run: ({ name, context }) => readAlias(name, context),
  },
  "GET savingsPlanOrders": {
    route: /^GET \/savingsPlanOrders$/i,
    listing: true,
    run: ({ request, context, behaviour }) =>
      pageOf(savingsPlanOrders(context.store).values(), request, context, (order) =>
        orderBody(advance(order, context, behaviour), behaviour),
      ),
  },
  "GET savingsPlanOrders/{id}": {
    route: /^GET \/savingsPlanOrders\/([^/]+)$/i,
    run: ({ name, context, behaviour }) =>
      armAnswer(200, orderBody(advance(orderOf(name, context), context, behaviour), behaviour)),
  },
  "GET savingsPlanOrders/{id}/savingsPlans": {
    route: /^GET \/savingsPlanOrders\/([^/]+)\/savingsPlans$/i,
    run: ({ name, context, behaviour }) => armAnswer(200, { value: [planBody(orderOf(name, context), behaviour)] }),
  },
} as const satisfies Readonly<Record<string, Operation>>;

function orderOf(id: string, { store }: ImitationContext): SavingsPlanOrder {
  const order = savingsPlanOrders(store).get(id.toLowerCase());
  if (order === undefined) {
    throw new ArmError(404, "SavingsPlanOrderNotFound", `Savings plan order ${id} was not found.`);
  }
  return order;
}
