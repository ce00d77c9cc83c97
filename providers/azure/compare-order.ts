import { z } from "zod";
import { RefusedError } from "../../src/spec/errors.ts";
import type { Difference } from "../../src/spec/executor.ts";
import type { ReservationsClient } from "./client.ts";
import { orderPath, type ReservationOrder } from "./order.ts";
import { readPages } from "./pages.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { toRefusal, type ReadStep } from "./refusal.ts";

const step: ReadStep = {
  purpose: "read the reservations of an order that carries the token",
  operation: "Microsoft.Capacity/reservationorders/reservations/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

const text = z.string().optional().catch(undefined);

const reservationSchema = z.object({
  location: text,
  sku: z.object({ name: z.string().min(1) }),
  properties: z
    .object({
      reservedResourceType: text,
      quantity: z.number().optional().catch(undefined),
      term: text,
      billingPlan: text,
      billingScopeId: text,
    })
    .catch({}),
});

type Reservation = z.infer<typeof reservationSchema>;

/**
 * What differs between a found order and the purchase that was asked for: SKU, quantity, term, billing plan, and, where
 * the reservation shows them, region, resource type and billing subscription. One read: the order itself names no SKU.
 * Applied scope, flexibility and renewal are left out: they may be changed after the purchase.
 *
 * Throws a RefusedError `commitment-unverifiable` when a reservation cannot be read or lacks what decides.
 */
export async function compareOrder(
  client: ReservationsClient,
  asked: ReservationPurchaseBody,
  order: ReservationOrder,
  signal?: AbortSignal,
): Promise<readonly Difference[]> {
  const reservations = await readReservations(client, order.id, signal);
  const [first] = reservations;
  if (first === undefined) throw unverifiable(order.id, "it shows no reservation yet");
  const { properties } = asked;
  // A split order has several reservations: each keeps SKU and term, and the order the quantity that was bought.
  const only = reservations.length === 1 ? first.properties : undefined;
  const decisive = {
    quantity: [properties.quantity, order.quantity ?? only?.quantity],
    term: [properties.term, order.term ?? first.properties.term],
    // Left out of a request, the billing plan means Upfront.
    billingPlan: [properties.billingPlan ?? "Upfront", order.billingPlan ?? first.properties.billingPlan],
  } as const;

  const differences = new Map<string, Difference>();
  const compare = (
    field: string,
    wanted: string | number | undefined,
    found: string | number | undefined,
    normalise: (value: string) => string = lower,
  ) => {
    if (wanted === undefined) return;
    const [left, right] = [String(wanted), String(found)];
    if (normalise(left) !== normalise(right)) differences.set(field, { field, asked: left, found: right });
  };
  for (const [field, [wanted, found]] of Object.entries(decisive)) {
    if (wanted !== undefined && found === undefined) throw unverifiable(order.id, `it shows no ${field}`);
    compare(field, wanted, found);
  }
  for (const reservation of reservations) {
    compare("sku", asked.sku.name, reservation.sku.name);
    const { reservedResourceType, billingScopeId } = reservation.properties;
    if (reservation.location)
      compare("region", asked.location, reservation.location, (name) => lower(name).replaceAll(" ", ""));
    if (reservedResourceType) compare("reservedResourceType", properties.reservedResourceType, reservedResourceType);
    if (billingScopeId) compare("subscriptionId", properties.billingScopeId, billingScopeId, lastSegment);
  }
  return [...differences.values()];
}

async function readReservations(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal | undefined,
): Promise<readonly Reservation[]> {
  const reservations: Reservation[] = [];
  try {
    const url = client.url(`${orderPath(orderId)}/reservations`);
    for await (const page of readPages(client, url, signal)) {
      for (const entry of page) {
        const reservation = reservationSchema.safeParse(entry);
        if (!reservation.success) throw unverifiable(orderId, "a reservation of it names no SKU");
        reservations.push(reservation.data);
      }
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return reservations;
}

function unverifiable(orderId: string, problem: string): RefusedError {
  return new RefusedError({
    code: "commitment-unverifiable",
    message: `Reservation order ${orderId} carries the token, but cannot be compared with what was asked for: ${problem}.`,
    retryable: true,
  });
}

const lower = (value: string) => value.toLowerCase();

/** `/subscriptions/<id>` and the bare id both occur in recordings. */
export const lastSegment = (scope: string) => lower(scope.split("/").at(-1) ?? scope);
