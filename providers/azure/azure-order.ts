import { z } from "zod";
import type { Commitment } from "../../src/contract/commitment.ts";
import type { Facts, Listed } from "../../src/contract/listed.ts";
import type { Money } from "../../src/contract/money.ts";
import type { TagNames } from "../../src/contract/tag-names.ts";
import type { ReadStep } from "../http/refusal.ts";
import type { ArmClient } from "./arm-client.ts";
import { marksOf, resembles } from "./azure-marker.ts";
import { readOne, readOrderPages, type ReadOptions } from "./azure-reads.ts";
import { meaningOf } from "./azure-states.ts";

/** A reservation order, or a savings plan order, which says less, as far as it matters here. Neither names an amount or SKU. */
export interface AzureOrder {
  /** Lowercase. */
  readonly id: string;
  readonly state: string;
  readonly displayName: string | undefined;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly quantity: number | undefined;
  readonly term: string | undefined;
  readonly billingPlan: string | undefined;
  /** When it was ordered (ISO 8601); there from the first answer on. */
  readonly requestedAt: string | undefined;
  readonly createdAt: string | undefined;
}

/** What sets reservation orders and savings plan orders apart. */
export interface OrderKind {
  /** For messages: `savings plan order`. */
  readonly noun: string;
  /** Where all orders of a tenant are listed; the id of one follows. */
  readonly path: string;
  /** Whether the code of a 404 says that there is no such order. */
  readonly isAbsent: (code: string) => boolean;
  /** How reading one is described when it fails. */
  readonly readStep: ReadStep;
  readonly listStep: ReadStep;
  /** What an order itself says of what was bought. */
  readonly factsOf: (order: AzureOrder) => Facts;
}

/** Not decisive: null, absent or of another type is taken for absent. Listings leave some properties empty. */
const text = z.string().optional().catch(undefined);

const orderSchema = z.object({
  id: text,
  name: text,
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
  properties: z.object({
    provisioningState: z.string().min(1),
    displayName: text,
    originalQuantity: z.number().optional().catch(undefined),
    term: text,
    billingPlan: text,
    requestDateTime: text,
    createdDateTime: text,
  }),
});

/** Reads an order out of an answer; undefined when it lacks what decides: an id and a provisioning state. */
export function parseOrder(value: unknown): AzureOrder | undefined {
  const { success, data: order } = orderSchema.safeParse(value);
  const id = order?.name || order?.id?.split("/").at(-1);
  if (!success || !id) return undefined;
  const { properties } = order;
  return {
    id: id.toLowerCase(),
    state: properties.provisioningState,
    displayName: properties.displayName,
    tags: order.tags,
    quantity: properties.originalQuantity,
    term: properties.term,
    billingPlan: properties.billingPlan,
    requestedAt: properties.requestDateTime,
    createdAt: properties.createdDateTime,
  };
}

/** The commitment that an order is. */
export function toCommitment(
  { id, state, requestedAt, createdAt }: Pick<AzureOrder, "id" | "state"> & Partial<AzureOrder>,
  { marked, price }: { readonly marked: boolean; readonly price?: Money | undefined },
): Commitment {
  const { standing, settled } = meaningOf(state);
  return { id, state, standing, settled, marked, price, purchasedAt: requestedAt ?? createdAt };
}

/** An order as the drive sees it. `marked`: whether it counts as marked; default: whether a marker shows. */
export function listedOrder(
  order: AzureOrder,
  { factsOf }: OrderKind,
  tagNames: TagNames,
  { marked, price }: { readonly marked?: boolean; readonly price?: Money } = {},
): Listed {
  const marks = marksOf(order, tagNames);
  const commitment = toCommitment(order, { marked: marked ?? marks.length > 0, price });
  return {
    commitment,
    marks,
    facts: factsOf(order),
    resembles: marks.length > 0 ? undefined : resembles(order, tagNames),
  };
}

/** The path of an order. */
export function orderPath({ path }: OrderKind, id: string): string {
  return `${path}/${encodeURIComponent(id)}`;
}

/** One order by id; undefined only where Azure says that there is none. Throws like {@link ArmClient.read}. */
export async function getOrder(
  client: ArmClient,
  kind: OrderKind,
  id: string,
  options: ReadOptions = {},
): Promise<AzureOrder | undefined> {
  return readOne(client, orderPath(kind, id), {
    ...options,
    isAbsent: kind.isAbsent,
    parse: (answer) => {
      const order = parseOrder(answer);
      if (order?.id === id.toLowerCase()) return order;
      const problem = order === undefined ? "lacks its id or provisioningState" : `is order ${order.id} instead`;
      return `the answer for ${kind.noun} ${id} ${problem}`;
    },
  });
}

/**
 * The tenant's orders, page by page; each may come several times. Throws a RefusedError when it cannot vouch for
 * completeness; `isComplete` says when that no longer matters.
 */
export function orderPages(
  client: ArmClient,
  { path, listStep: step }: OrderKind,
  isComplete: () => boolean,
  signal?: AbortSignal,
): AsyncIterable<readonly AzureOrder[]> {
  return readOrderPages(client, { path, parse: parseOrder, step, isComplete, signal });
}
