import { z } from "zod";
import type { Marker } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ArmClient } from "../arm-client.ts";
import { marksOf } from "../azure-marker.ts";
import { getOrder, toCommitment } from "../azure-order.ts";
import { readOne, type ReadOptions } from "../azure-reads.ts";
import { meaningOf } from "../azure-states.ts";
import { isPlanAbsent, planOrders } from "./azure-plan-order.ts";
import { planFacts } from "./plan-facts.ts";

/** The name that the caller gives to a purchase, and what was bought under it. */
export interface SavingsPlanOrderAlias {
  /** The order, in lower case; of an alias that failed before it had one, its own name. */
  readonly orderId: string;
  readonly hasOrder: boolean;
  /** Of the request, not of the order: it stays `Created` in every recording, also when the order has succeeded. */
  readonly state: string;
  /** As answered, for the comparison with what was asked. */
  readonly answer: unknown;
}

const aliasSchema = z.object({
  id: z.string().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
  properties: z.object({
    savingsPlanOrderId: z.string().optional().catch(undefined),
    provisioningState: z.string().min(1),
  }),
});

/**
 * The first 32 digits of the token as a GUID, which is the Go engine's alias: the same for every attempt, on every machine,
 * whatever the time. It stands in addresses, and with them 128 bits of the token in logs. A generation above 0, which is only ever
 * opened by proof that the purchase before it came to nothing, is added.
 */
export function aliasNameOf({ token, generation }: Marker): string {
  const guid = token.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  return `${guid}${generation === 0 ? "" : `-g${generation}`}`;
}

/** The name in a handle; undefined where it holds none that Azure could take. */
export function aliasNameIn({ aliasName }: JsonObject): string | undefined {
  return typeof aliasName === "string" && /^[a-zA-Z0-9_.-]+$/.test(aliasName) ? aliasName : undefined;
}

/** The path of an alias. */
export function aliasPath(name: string): string {
  return `/providers/Microsoft.BillingBenefits/savingsPlanOrderAliases/${encodeURIComponent(name)}`;
}

/** Reads the alias of that name out of an answer; a text says what is wrong with it. */
export function parseAlias(value: unknown, name: string): SavingsPlanOrderAlias | string {
  const { success, data: alias } = aliasSchema.safeParse(value);
  if (!success) return "without a provisioningState in its body";
  const found = alias.name || alias.id?.split("/").at(-1);
  if (found?.toLowerCase() !== name.toLowerCase()) return `with another alias, ${found ?? "unnamed"}, in its body`;
  const { provisioningState: state, savingsPlanOrderId } = alias.properties;
  const orderId = savingsPlanOrderId?.split("/").at(-1)?.toLowerCase();
  if (orderId) return { orderId, hasOrder: true, state, answer: value };
  if (meaningOf(state).standing === "failed") return { orderId: name, hasOrder: false, state, answer: value };
  return "without a savingsPlanOrderId in its body";
}

/** The alias of a name; undefined only where Azure says that there is none. Throws like {@link ArmClient.read}. */
export async function getAlias(
  client: ArmClient,
  name: string,
  options: ReadOptions = {},
): Promise<SavingsPlanOrderAlias | undefined> {
  return readOne(client, aliasPath(name), {
    ...options,
    isAbsent: isPlanAbsent,
    parse: (answer) => {
      const alias = parseAlias(answer, name);
      return typeof alias === "string" ? `the answer for alias ${name} is ${alias}` : alias;
    },
  });
}

/**
 * What was bought under an alias, in the state of its order: the alias's own stays `Created` for ever. An order that is not
 * shown (yet) leaves the alias's. Throws like {@link ArmClient.read}, and an UnbelievableAnswerError where the alias does not
 * tell what it is of.
 */
export async function boughtUnder(
  client: ArmClient,
  { orderId: id, hasOrder, state, answer }: SavingsPlanOrderAlias,
  price: Money,
  options: ReadOptions,
): Promise<Listed> {
  const facts = planFacts(answer);
  if (facts === undefined) throw new UnbelievableAnswerError("the alias shows no amount, term or SKU to compare");
  // Of an alias that failed before it had an order, only its own word is left.
  const order = hasOrder ? await getOrder(client, planOrders, id, options) : undefined;
  // The token is in the display name, which travels with the purchase.
  const commitment = toCommitment({ id, state: order?.state ?? state }, { marked: true, price });
  return { commitment, marks: order === undefined ? [] : marksOf(order, client.settings.tagNames), facts };
}
