import { z } from "zod";
import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { ArmClient } from "../arm-client.ts";
import type { GetOrderOptions } from "../azure-order.ts";
import { meaningOf } from "../azure-states.ts";
import { isNotFound } from "./azure-plan-not-found.ts";
import { marksOn } from "./token-marks.ts";

/** A savings plan order as far as it matters here. It names no amount: that is on its plan. */
export interface SavingsPlanOrder {
  /** Lowercase. */
  readonly id: string;
  readonly state: string;
  readonly displayName: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/** Not decisive: null, absent or of another type is taken for absent. */
const text = z.string().optional().catch(undefined);

const orderSchema = z.object({
  id: text,
  name: text,
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
  properties: z.object({ provisioningState: z.string().min(1), displayName: text }),
});

/** Where all orders of the tenant are listed. */
export const ordersPath = "/providers/Microsoft.BillingBenefits/savingsPlanOrders";

/** The path of an order. */
export function orderPath(id: string): string {
  return `${ordersPath}/${encodeURIComponent(id)}`;
}

/** Reads an order out of an answer; undefined when it lacks what decides: an id and a provisioning state. */
export function parseOrder(value: unknown): SavingsPlanOrder | undefined {
  const { success, data: order } = orderSchema.safeParse(value);
  const id = order?.name || order?.id?.split("/").at(-1);
  if (!success || !id) return undefined;
  const { provisioningState: state, displayName } = order.properties;
  return { id: id.toLowerCase(), state, displayName, tags: order.tags };
}

/** The commitment that an order in a state is. */
export function toCommitment(id: string, state: string, price?: Commitment["price"]): Commitment {
  // The token is in the display name, which travels with the purchase.
  return { id, state, ...meaningOf(state), marked: true, ...(price === undefined ? {} : { price }) };
}

/** What an order shows of what was bought: its marker and its state. */
export function listedOrder(order: SavingsPlanOrder, tagNames: TagNames, price?: Commitment["price"]): Listed {
  return { commitment: toCommitment(order.id, order.state, price), marks: marksOn(order, tagNames), facts: {} };
}

/** How reading what was bought is described when it fails. */
export const readStep: ReadStep = {
  purpose: "read a savings plan order",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/read and savingsPlanOrderAliases/read",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** One order by id; undefined only where Azure says that there is none. Throws like {@link ArmClient.read}. */
export async function getOrder(
  client: ArmClient,
  id: string,
  options: GetOrderOptions = {},
): Promise<SavingsPlanOrder | undefined> {
  try {
    const order = parseOrder(await client.read({ method: "GET", url: client.url(orderPath(id)), ...options }));
    if (order?.id !== id.toLowerCase()) {
      const problem = order === undefined ? "lacks its id or provisioningState" : `is order ${order.id} instead`;
      throw new UnbelievableAnswerError(`the answer for savings plan order ${id} ${problem}`);
    }
    return order;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
