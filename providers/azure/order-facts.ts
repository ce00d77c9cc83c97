import type { AskedFacts, Difference } from "../../src/contract/executor.ts";
import type { Facts } from "../../src/contract/listed.ts";
import { regionName } from "./azure-canonical.ts";
import type { ReservationOrder } from "./azure-order.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { inForce, type Reservation } from "./reservations.ts";
import { subscriptionIn } from "./subscription.ts";

/**
 * What a purchase has to be: SKU, quantity, term, billing plan, and, where it is shown, region, resource type and billing
 * subscription. What the body leaves out is Azure's to choose, but for the billing plan: left out, it means Upfront.
 * Applied scope, flexibility and renewal are not among them: they may be changed after the purchase.
 */
export function askedFacts({ sku, location, properties }: ReservationPurchaseBody): AskedFacts {
  const { quantity, term, billingPlan, reservedResourceType, billingScopeId } = properties;
  return {
    decisive: said({
      sku: sku.name?.toLowerCase(),
      quantity: quantity?.toString(),
      term: term?.toUpperCase(),
      billingPlan: planName(billingPlan ?? "Upfront"),
    }),
    ifStated: said({
      region: location && regionName(location),
      reservedResourceType: reservedResourceType?.toLowerCase(),
      subscriptionId: subscriptionIn(billingScopeId) ?? billingScopeId?.toLowerCase(),
    }),
  };
}

/** What an order says itself; listings are known to leave some of it empty. */
export function factsOfOrder({ quantity, term, billingPlan }: ReservationOrder): Facts {
  return said({
    quantity: quantity?.toString(),
    term: term?.toUpperCase(),
    billingPlan: billingPlan && planName(billingPlan),
  });
}

/** Whether facts say all that an order can say itself. */
export function saysAllOfOrder(facts: Facts): boolean {
  return ["quantity", "term", "billingPlan"].every((field) => facts[field] !== undefined);
}

/** What the reservations of an order say that are in force; where they differ, all of it. */
export function factsOfReservations(all: readonly Reservation[]): Facts {
  const current = inForce(all);
  const each = (read: (reservation: Reservation) => string | undefined) =>
    [...new Set(current.flatMap((reservation) => read(reservation) || []))].toSorted().join(", ");
  return said({
    sku: each(({ sku }) => sku.name.toLowerCase()),
    region: each(({ location }) => location && regionName(location)),
    reservedResourceType: each(({ properties }) => properties.reservedResourceType?.toLowerCase()),
    subscriptionId: each(({ properties }) => subscriptionIn(properties.billingScopeId)),
    // One of several is a part of what was bought.
    quantity: all.length === 1 ? each(({ properties }) => properties.quantity?.toString()) : undefined,
    term: each(({ properties }) => properties.term?.toUpperCase()),
    billingPlan: each(({ properties }) => properties.billingPlan && planName(properties.billingPlan)),
  });
}

/** In what facts differ from what was asked for, where they say so. */
export function differencesBetween({ decisive, ifStated }: AskedFacts, found: Facts): readonly Difference[] {
  return Object.entries({ ...decisive, ...ifStated }).flatMap(([field, asked = ""]) => {
    const there = found[field];
    return there === undefined || there === asked ? [] : [{ field, asked, found: there }];
  });
}

/** `term is P3Y, not P1Y; …`, for messages. */
export function listDifferences(differences: readonly Difference[]): string {
  return differences.map(({ field, asked, found }) => `${field} is ${found}, not ${asked}`).join("; ");
}

/** `Upfront`, however it is written. */
function planName(plan: string): string {
  return plan.slice(0, 1).toUpperCase() + plan.slice(1).toLowerCase();
}

/** What is not said, or empty, is left out. */
function said(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
}
