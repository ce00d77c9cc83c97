import { z } from "zod";
import { RefusedError } from "../../src/contract/errors.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { orderPath } from "./azure-order.ts";
import { readPages } from "./azure-pages.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./azure-refusal.ts";
import { meaningOf } from "./azure-states.ts";

const step: ReadStep = {
  purpose: "read the reservations of an order",
  permission: "Microsoft.Capacity/reservationorders/reservations/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

/** Absent or null: not said. Of another type it cannot be read, and nothing can be compared with it. */
const text = z
  .string()
  .nullish()
  .transform((said) => said ?? undefined);

const reservationSchema = z.object({
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

/**
 * The reservations of an order, each once. Throws a RefusedError `commitment-unverifiable` where one cannot be read or names
 * no SKU.
 */
export async function readReservations(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal | undefined,
): Promise<readonly Reservation[]> {
  const reservations = new Map<string, Reservation>();
  try {
    const url = client.url(`${orderPath(orderId)}/reservations`);
    for await (const page of readPages(client, url, signal)) {
      for (const entry of page) {
        const reservation = reservationSchema.safeParse(entry);
        if (!reservation.success) throw unverifiable(orderId, "a reservation of it names no SKU or cannot be read");
        const name = reservation.data.name?.toLowerCase() || `unnamed ${reservations.size}`;
        const earlier = reservations.get(name);
        if (earlier === undefined || !isLive(earlier)) reservations.set(name, reservation.data);
      }
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  return [...reservations.values()];
}

/**
 * The reservations of an order that still count. One that was split, merged or exchanged stays in the list as `Cancelled`, in
 * part with another SKU (azure-rest-api-specs, Reservations SplitReservation and MergeReservation); what replaced it counts.
 * Where all have ended there are none. A state that nobody knows counts.
 */
export function inForce(reservations: readonly Reservation[]): readonly Reservation[] {
  const live = reservations.filter(isLive);
  const current = live.filter(({ properties }) => !isReplaced(properties.provisioningState));
  return current.length > 0 ? current : live;
}

const isLive = ({ properties }: Reservation) => meaningOf(properties.provisioningState ?? "").standing === "live";
const isReplaced = (state = "") => /^(split|merged)$/i.test(state);

/** The refusal for an order that cannot be compared with anything. */
export function unverifiable(orderId: string, problem: string): RefusedError {
  return new RefusedError({
    code: "commitment-unverifiable",
    message: `Reservation order ${orderId} cannot be compared with what was asked for: ${problem}.`,
    retryable: true,
  });
}
