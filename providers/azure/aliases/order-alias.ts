import { z } from "zod";
import type { Marker } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import { isObject } from "../../http/answer.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ArmClient } from "../arm-client.ts";
import { marksOf } from "../azure-marker.ts";
import { getOrder, type OrderKind, toCommitment } from "../azure-order.ts";
import { readOne, type ReadOptions } from "../azure-reads.ts";
import { meaningOf } from "../azure-states.ts";
import type { AdvisedService } from "../refusal-advice.ts";

/** What sets the aliases of savings plans and of reservations apart. */
export interface AliasKind {
  /** What is bought under one, for messages: `savings plan`. */
  readonly noun: string;
  /** As the path has it: `savingsPlanOrderAliases`. */
  readonly resource: string;
  /** What the alias calls its order: `savingsPlanOrderId`. */
  readonly orderField: string;
  /** What the codes for it are made of: `SavingsPlanOrderAlias`. */
  readonly code: string;
  readonly orders: OrderKind;
  readonly purchase: AdvisedService;
  /** What an alias, or the body of a purchase, is of; undefined where it lacks what decides. */
  factsOf(shown: unknown): Facts | undefined;
  /** What was bought by an order. */
  readFacts(client: ArmClient, orderId: string, signal: AbortSignal): Promise<Facts>;
}

/** The name that the caller gives to a purchase, and what was bought under it. */
export interface OrderAlias {
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
  properties: z.looseObject({ provisioningState: z.string().min(1) }),
});

/**
 * The first 32 digits of the token as a GUID, which is the Go engine's alias: the same for every attempt, on every machine,
 * whatever the time. It stands in addresses, and with them 128 bits of the token in logs. A generation above 0, which is only ever
 * opened by proof that the purchase before it came to nothing, is added.
 */
export function aliasNameOf({ token, generation }: Pick<Marker, "token" | "generation">): string {
  const guid = token.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
  return `${guid}${generation === 0 ? "" : `-g${generation}`}`;
}

/** The name in a handle; undefined where it holds none that Azure could take. */
export function aliasNameIn({ aliasName }: JsonObject): string | undefined {
  return typeof aliasName === "string" && /^[a-zA-Z0-9_.-]+$/.test(aliasName) ? aliasName : undefined;
}

/** The path of an alias. */
export function aliasPath({ resource }: Pick<AliasKind, "resource">, name: string): string {
  return `/providers/Microsoft.BillingBenefits/${resource}/${encodeURIComponent(name)}`;
}

/** Reads the alias of that name out of an answer; a text says what is wrong with it. */
export function parseAlias({ orderField }: AliasKind, value: unknown, name: string): OrderAlias | string {
  const { success, data: alias } = aliasSchema.safeParse(value);
  if (!success) return "without a provisioningState in its body";
  const found = alias.name || alias.id?.split("/").at(-1);
  if (found?.toLowerCase() !== name.toLowerCase()) return `with another alias, ${found ?? "unnamed"}, in its body`;
  const { provisioningState: state, [orderField]: order } = alias.properties;
  const orderId = typeof order === "string" ? order.split("/").at(-1)?.toLowerCase() : undefined;
  if (orderId) return { orderId, hasOrder: true, state, answer: value };
  if (meaningOf(state).standing === "failed") return { orderId: name, hasOrder: false, state, answer: value };
  return `without a ${orderField} in its body`;
}

/** The alias of a name; undefined only where Azure says that there is none. Throws like {@link ArmClient.read}. */
export async function getAlias(
  client: ArmClient,
  kind: AliasKind,
  name: string,
  options: ReadOptions = {},
): Promise<OrderAlias | undefined> {
  return readOne(client, aliasPath(kind, name), {
    ...options,
    isAbsent: isAliasAbsent,
    parse: (answer) => {
      const alias = parseAlias(kind, answer, name);
      return typeof alias === "string" ? `the answer for alias ${name} is ${alias}` : alias;
    },
  });
}

/** What Azure Resource Manager says about things above an alias or an order: they prove nothing about those. */
const elsewhere = new Set(["SubscriptionNotFound", "ResourceGroupNotFound", "ResourceTypeNotFound", "TenantNotFound"]);

/**
 * Whether the code of a 404 says that there is no such alias, or savings plan order: one of its own that ends so. Which code the
 * service uses is an assumption, no recording shows it.
 */
export function isAliasAbsent(code: string): boolean {
  return code.endsWith("NotFound") && !elsewhere.has(code);
}

/**
 * What was bought under an alias, in the state of its order: the alias's own stays `Created` for ever. An order that is not
 * shown (yet) leaves the alias's. Throws like {@link ArmClient.read}, and an UnbelievableAnswerError where the alias does not
 * tell what it is of.
 */
export async function boughtUnder(
  client: ArmClient,
  { orders, factsOf }: AliasKind,
  { orderId: id, hasOrder, state, answer }: OrderAlias,
  price: Money,
  options: ReadOptions,
): Promise<Listed> {
  const facts = factsOf(answer);
  if (facts === undefined) throw new UnbelievableAnswerError("the alias shows no amount, term or SKU to compare");
  // Of an alias that failed before it had an order, only its own word is left.
  const order = hasOrder ? await getOrder(client, orders, id, options) : undefined;
  // The token is in the display name, which travels with the purchase.
  const commitment = toCommitment({ id, state: order?.state ?? state }, { marked: true, price });
  return { commitment, marks: order === undefined ? [] : marksOf(order, client.settings.tagNames), facts };
}

/**
 * What an answer to the purchase names: its order, or where it names none another alias than the one that was sent, as
 * `savingsPlanOrderAliases/{name}`.
 */
export function namedIn({ resource, orderField }: AliasKind, answer: unknown, aliasName: string): readonly string[] {
  if (!isObject(answer)) return [];
  const { name, properties } = answer;
  const order = lastOf(isObject(properties) ? properties[orderField] : undefined);
  if (order !== undefined) return [order.toLowerCase()];
  const alias = lastOf(name) ?? lastOf(answer["id"]);
  return alias === undefined || alias.toLowerCase() === aliasName.toLowerCase() ? [] : [`${resource}/${alias}`];
}

function lastOf(path: unknown): string | undefined {
  const last = typeof path === "string" ? (path.split("/").at(-1) ?? "") : "";
  return /^[\w.-]{1,64}$/.test(last) ? last : undefined;
}
