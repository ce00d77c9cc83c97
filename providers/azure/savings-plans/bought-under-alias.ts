import type { Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ArmClient } from "../arm-client.ts";
import type { GetOrderOptions } from "../azure-order.ts";
import type { SavingsPlanOrderAlias } from "./azure-plan-alias.ts";
import { getOrder, toCommitment } from "./azure-plan-order.ts";
import { planFacts } from "./plan-facts.ts";
import { marksOn } from "./token-marks.ts";

/**
 * What was bought under an alias, in the state of its order: the alias's own stays `Created` for ever. An order that is not
 * shown (yet) leaves the alias's. Throws like {@link ArmClient.read}, and an UnbelievableAnswerError where the alias does not
 * tell what it is of.
 */
export async function boughtUnder(
  client: ArmClient,
  alias: SavingsPlanOrderAlias,
  price: Money,
  options: GetOrderOptions,
): Promise<Listed> {
  const facts = planFacts(alias.answer);
  if (facts === undefined) throw new UnbelievableAnswerError("the alias shows no amount, term or SKU to compare");
  // Of an alias that failed before it had an order, only its own word is left.
  const order = alias.hasOrder ? await getOrder(client, alias.orderId, options) : undefined;
  return {
    commitment: toCommitment(alias.orderId, order?.state ?? alias.state, price),
    marks: order === undefined ? [] : marksOn(order, client.settings.tagNames),
    facts,
  };
}
