import type { Difference } from "../../src/contract/executor.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import type { ReservationOrder } from "./azure-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { inForce, readReservations, unverifiable } from "./reservations.ts";
import { regionName } from "./azure-canonical.ts";
import { subscriptionIn } from "./subscription.ts";

/**
 * What differs between a found order and the purchase that was asked for: SKU, quantity, term, billing plan, and, where
 * the reservations in force show them, region, resource type and billing subscription. One read: the order itself names no
 * SKU.
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
  const all = await readReservations(client, order.id, signal);
  const reservations = inForce(all);
  const [first] = reservations;
  if (first === undefined) {
    throw unverifiable(order.id, all.length > 0 ? "all its reservations have ended" : "it shows no reservation yet");
  }
  const { properties } = asked;
  // A split order has several reservations: each keeps SKU and term, and the order the quantity that was bought.
  const only = all.length === 1 ? first.properties : undefined;
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
    if (reservation.location) compare("region", asked.location, reservation.location, regionName);
    if (reservedResourceType) compare("reservedResourceType", properties.reservedResourceType, reservedResourceType);
    if (subscriptionIn(billingScopeId) !== undefined) {
      compare("subscriptionId", properties.billingScopeId, billingScopeId, (scope) => subscriptionIn(scope) ?? scope);
    }
  }
  return [...differences.values()];
}

const lower = (value: string) => value.toLowerCase();
