import type { Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import { isObject } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import { getAlias } from "./azure-plan-alias.ts";
import { getOrder, listedOrder } from "./azure-plan-order.ts";

const aliases = "savingsPlanOrderAliases/";

/**
 * What an answer to the purchase names: its order, or where it names none another alias than the one that was sent, as
 * `savingsPlanOrderAliases/{name}`.
 */
export function namedIn(answer: unknown, aliasName: string): readonly string[] {
  if (!isObject(answer)) return [];
  const { name, properties } = answer;
  const order = lastOf(isObject(properties) ? properties["savingsPlanOrderId"] : undefined);
  if (order !== undefined) return [order.toLowerCase()];
  const alias = lastOf(name) ?? lastOf(answer["id"]);
  return alias === undefined || alias.toLowerCase() === aliasName.toLowerCase() ? [] : [`${aliases}${alias}`];
}

function lastOf(path: unknown): string | undefined {
  const last = typeof path === "string" ? (path.split("/").at(-1) ?? "") : "";
  return /^[\w.-]{1,64}$/.test(last) ? last : undefined;
}

/** The order that an answer named, itself or by its alias; undefined where Azure shows none. Throws like {@link ArmClient.read}. */
export async function readNamed(
  client: ArmClient,
  named: string,
  price: Money,
  signal: AbortSignal,
): Promise<Listed | undefined> {
  const id = named.startsWith(aliases)
    ? (await getAlias(client, named.slice(aliases.length), { signal }))?.orderId
    : named;
  const order = id === undefined ? undefined : await getOrder(client, id, { signal });
  return order && listedOrder(order, client.settings.tagNames, price);
}
