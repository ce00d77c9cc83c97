import type { CallOptions, Submission } from "../../../src/contract/executor.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import { isObject } from "../../http/answer.ts";
import type { ArmClient } from "../arm-client.ts";
import { getOrder, listedOrder } from "../azure-order.ts";
import { type Fate, resolveSent } from "../resolve-sent.ts";
import { aliasNameIn, boughtUnder, getAlias } from "./azure-plan-alias.ts";
import { planOrders } from "./azure-plan-order.ts";
import { readPlanFacts } from "./plan-facts.ts";

/**
 * What became of a savings plan that was sent, going by its alias and by everything that answers named besides. Throws nothing
 * but the signal's reason.
 */
export async function resolvePlan(client: ArmClient, submission: Submission, { signal }: CallOptions): Promise<Fate> {
  const { handle, price } = submission;
  const aliasName = aliasNameIn(handle);
  if (aliasName === undefined) return { kind: "unclear", reason: "The submission names no savings plan order alias." };
  const looks = {
    step: planOrders.readStep,
    absent: `Azure shows no savings plan order alias ${aliasName}`,
    own: async () => {
      const alias = await getAlias(client, aliasName, { signal });
      return alias && boughtUnder(client, alias, price, { signal });
    },
    named: (name: string) => readNamed(client, name, submission, signal),
    facts: (id: string) => readPlanFacts(client, id, signal),
  };
  return resolveSent(looks, submission, signal);
}

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

/** The order that an answer named, itself or by its alias; undefined where Azure shows none. */
async function readNamed(
  client: ArmClient,
  named: string,
  { price }: Submission,
  signal: AbortSignal,
): Promise<Listed | undefined> {
  const id = named.startsWith(aliases)
    ? (await getAlias(client, named.slice(aliases.length), { signal }))?.orderId
    : named;
  const order = id === undefined ? undefined : await getOrder(client, planOrders, id, { signal });
  return order && listedOrder(order, planOrders, client.settings.tagNames, { marked: true, price });
}
