import type { Commitment } from "../../../src/contract/commitment.ts";
import { messageOf, RefusedError } from "../../../src/contract/errors.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Money } from "../../../src/contract/money.ts";
import { isObject } from "../../http/answer.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { ArmClient } from "../arm-client.ts";
import { combine, type Fate } from "../fate.ts";
import { bearerOf } from "../marker.ts";
import type { GetOrderOptions } from "../azure-order.ts";
import { toRefusal } from "../azure-refusal.ts";
import { getAlias } from "./azure-plan-alias.ts";
import type { SavingsPlanBody } from "./azure-plan-body.ts";
import { compareSavingsPlanOrder } from "./compare-plan-order.ts";
import { listDifferences } from "./compare-plan.ts";
import { getOrder, toCommitment } from "./azure-plan-order.ts";
import { purchaseUnder } from "./bought-under-alias.ts";

/** What is bought under which name. */
export interface SentPlan {
  readonly aliasName: string;
  readonly request: JsonObject;
  readonly price: Money;
  /** The token that the request carries. */
  readonly token: string;
  /** Other orders and aliases that an answer to it named: {@link namedIn}. */
  readonly evidence?: readonly string[] | undefined;
}

/** How reading what was bought is described when it fails. */
export const readStep: ReadStep = {
  purpose: "read a savings plan order",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/read and savingsPlanOrderAliases/read",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

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

/**
 * What became of a savings plan that was sent: reads its alias and whatever an answer named besides, which is this purchase
 * if it carries the token and is what was asked for. Absent only where there is no such alias and no answer ever named
 * something else. Throws nothing but the signal's reason.
 */
export async function fateOfPlan(
  client: ArmClient,
  sent: SentPlan,
  options: GetOrderOptions = {},
): Promise<Fate<Commitment>> {
  const own = await attempt(options, async () => {
    const alias = await getAlias(client, sent.aliasName, options);
    if (alias === undefined) {
      return { kind: "absent", reason: `Azure shows no savings plan order alias ${sent.aliasName}` };
    }
    return found(await purchaseUnder(client, alias, sent, options));
  });
  const others: Fate<Commitment>[] = [];
  for (const named of new Set(sent.evidence)) {
    others.push(await attempt(options, async () => readEvidence(client, named, sent, options)));
  }
  return combine(own, others);
}

async function readEvidence(
  client: ArmClient,
  named: string,
  { token, request, price }: SentPlan,
  options: GetOrderOptions,
): Promise<Fate<Commitment>> {
  const doubt = (reason: string): Fate<Commitment> => ({
    kind: "unclear",
    reason: `Azure answered with ${named}, ${reason}`,
  });
  const id = named.startsWith(aliases)
    ? (await getAlias(client, named.slice(aliases.length), options))?.orderId
    : named;
  const order = id === undefined ? undefined : await getOrder(client, id, options);
  if (order === undefined) return doubt("which it does not show");
  const bearer = bearerOf(order, token, client.settings.tagNames);
  if (bearer !== "ours") return doubt(`which carries ${bearer === "nobody's" ? "no token" : "another token"}`);
  const commitment = toCommitment(order.id, order.state, price);
  if (commitment.standing === "failed") return found(commitment);
  // It is one: it was made from such a body.
  const asked = request as unknown as SavingsPlanBody;
  const differences = await compareSavingsPlanOrder(client, asked, order.id, options.signal).catch((error: unknown) => {
    // A new order shows no plan for a while, which is no difference.
    if (RefusedError.isInstance(error) && error.cause === undefined) return [];
    throw error;
  });
  if (differences.length === 0) return found(commitment);
  return doubt(`which carries the token but is something else (${listDifferences(differences)})`);
}

function found(commitment: Commitment): Fate<Commitment> {
  return { kind: "found", what: commitment, id: commitment.id, standing: commitment.standing };
}

async function attempt({ signal }: GetOrderOptions, look: () => Promise<Fate<Commitment>>): Promise<Fate<Commitment>> {
  try {
    return await look();
  } catch (error) {
    signal?.throwIfAborted();
    const cause = toRefusal(error, readStep, signal);
    return { kind: "unclear", reason: messageOf(cause), cause };
  }
}
