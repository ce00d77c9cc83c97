import { z } from "zod";
import type { Commitment } from "../../src/contract/commitment.ts";
import type { Money } from "../../src/contract/money.ts";
import { ApiError, UnbelievableAnswerError } from "../http/api-error.ts";
import type { ReadStep } from "../http/refusal.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { meaningOf } from "./azure-states.ts";

/** A reservation order as far as it matters here. It names no SKU: that is on its reservations. */
export interface ReservationOrder {
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
export function parseOrder(value: unknown): ReservationOrder | undefined {
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
  order: ReservationOrder,
  known: { marked: boolean; price?: Money | undefined },
): Commitment {
  const { standing, settled } = meaningOf(order.state);
  return {
    id: order.id,
    state: order.state,
    standing,
    settled,
    marked: known.marked,
    price: known.price,
    purchasedAt: order.requestedAt ?? order.createdAt,
  };
}

/** The path of an order. */
export function orderPath(id: string): string {
  return `/providers/Microsoft.Capacity/reservationOrders/${encodeURIComponent(id)}`;
}

/** How reading an order is described when it fails. */
export const readStep: ReadStep = {
  purpose: "read a reservation order",
  permission: "Microsoft.Capacity/reservationorders/read",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/** Bounds of one read of an order. */
export interface GetOrderOptions {
  readonly signal?: AbortSignal | undefined;
  readonly attempts?: number;
}

/**
 * One order by id; undefined only for 404 with the code `ReservationOrderNotFound`: any other 404 may come from a
 * gateway. Throws like {@link ReservationsClient.read}.
 */
export async function getOrder(
  client: ReservationsClient,
  id: string,
  options: GetOrderOptions = {},
): Promise<ReservationOrder | undefined> {
  try {
    const body = await client.read({ method: "GET", url: client.url(orderPath(id)), ...options });
    const order = parseOrder(body);
    if (order?.id !== id.toLowerCase()) {
      const problem = order === undefined ? "lacks its id or provisioningState" : `is order ${order.id} instead`;
      throw new UnbelievableAnswerError(`the answer for order ${id} ${problem}`);
    }
    return order;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404 && error.code === "ReservationOrderNotFound")
      return undefined;
    throw error;
  }
}
