import { z } from "zod";
import type { AskedFacts } from "../../src/contract/executor.ts";
import type { Facts } from "../../src/contract/listed.ts";
import { regionName } from "./azure-canonical.ts";
import { subscriptionIn } from "./azure-facts.ts";
import type { AzureOrder } from "./azure-order.ts";
import { meaningOf } from "./azure-states.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";

/** Absent or null: not said. Of another type it cannot be read, and nothing can be compared with it. */
const text = z
  .string()
  .nullish()
  .transform((said) => said ?? undefined);

/** A reservation of an order, as Azure shows it. */
export const reservationSchema = z.object({
  name: text,
  location: text,
  sku: z.object({ name: z.string().min(1) }),
  properties: z
    .object({
      reservedResourceType: text,
      quantity: z
        .number()
        .nullish()
        .transform((said) => said ?? undefined),
      term: text,
      billingPlan: text,
      billingScopeId: text,
      provisioningState: text,
      /** `2027-11-22`. */
      expiryDate: text,
    })
    .nullish()
    .transform((properties): Partial<NonNullable<typeof properties>> => properties ?? {}),
});

/** A reservation of an order: it says what was bought. */
export type Reservation = z.infer<typeof reservationSchema>;

/** Whether a reservation has neither failed nor ended. */
export const isLive = ({ properties }: Reservation): boolean =>
  meaningOf(properties.provisioningState ?? "").standing === "live";

/**
 * The reservations of an order that still count. One that was split, merged or exchanged stays in the list as `Cancelled`, in
 * part with another SKU (azure-rest-api-specs, Reservations SplitReservation and MergeReservation); what replaced it counts.
 * Where all have ended there are none. A state that nobody knows counts.
 */
export function inForce(reservations: readonly Reservation[]): readonly Reservation[] {
  const live = reservations.filter(isLive);
  const current = live.filter(({ properties }) => !/^(split|merged)$/i.test(properties.provisioningState ?? ""));
  return current.length > 0 ? current : live;
}

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
export function factsOfOrder({ quantity, term, billingPlan }: AzureOrder): Facts {
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

/**
 * What an alias, or the body that is sent under one, is of; undefined where it lacks what decides. It has the members of a
 * reservation, and says upfront by naming no billing plan.
 */
export function factsOfAlias(shown: unknown): Facts | undefined {
  const { success, data } = reservationSchema.safeParse(shown);
  if (!success) return undefined;
  const { sku, location, properties } = data;
  const { reservedResourceType, quantity, term, billingPlan, billingScopeId } = properties;
  if (quantity === undefined || !term) return undefined;
  return said({
    sku: sku.name.toLowerCase(),
    region: location && regionName(location),
    reservedResourceType: reservedResourceType?.toLowerCase(),
    subscriptionId: subscriptionIn(billingScopeId),
    quantity: quantity.toString(),
    term: term.toUpperCase(),
    billingPlan: planName(billingPlan || "Upfront"),
  });
}

/** `Upfront`, however it is written; an alias calls monthly `P1M`. */
function planName(plan: string): string {
  if (/^P1M$/i.test(plan)) return "Monthly";
  return plan.slice(0, 1).toUpperCase() + plan.slice(1).toLowerCase();
}

/** What is not said, or empty, is left out. */
function said(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value));
}
