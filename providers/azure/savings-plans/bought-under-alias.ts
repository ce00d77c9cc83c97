import type { Commitment } from "../../../src/contract/commitment.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Money } from "../../../src/contract/money.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ArmClient } from "../arm-client.ts";
import type { GetOrderOptions } from "../azure-order.ts";
import type { SavingsPlanOrderAlias } from "./azure-plan-alias.ts";
import { comparePlan, listDifferences } from "./compare-plan.ts";
import { getOrder, toCommitment } from "./azure-plan-order.ts";

/**
 * The commitment that was bought under an alias, in the state of its order: the alias's own stays `Created` for ever. An
 * order that is not shown (yet) leaves the alias's. Throws like {@link ArmClient.read}, and an UnbelievableAnswerError
 * where the alias shows something else than was asked for.
 */
export async function purchaseUnder(
  client: ArmClient,
  alias: SavingsPlanOrderAlias,
  { request, price }: { readonly request: JsonObject; readonly price: Money },
  options: GetOrderOptions,
): Promise<Commitment> {
  const differences = comparePlan(request, alias.answer);
  if (differences === undefined) throw new UnbelievableAnswerError("the alias shows no amount, term or SKU to compare");
  if (differences.length > 0) {
    throw new UnbelievableAnswerError(`the alias shows something else (${listDifferences(differences)})`);
  }
  // Of an alias that failed before it had an order, only its own word is left.
  const order = alias.hasOrder ? await getOrder(client, alias.orderId, options) : undefined;
  return toCommitment(alias.orderId, order?.state ?? alias.state, price);
}
