import { z } from "zod";
import { RefusedError } from "../../src/spec/errors.ts";
import type { Attributes } from "../../src/spec/listed-commitment.ts";
import type { ReservationsClient } from "./client.ts";
import { orderPath } from "./order.ts";
import { readPages } from "./pages.ts";
import type { ReadStep } from "../http/refusal.ts";
import { toRefusal } from "./refusal.ts";

const step: ReadStep = {
  purpose: "read the reservations of an order",
  permission: "Microsoft.Capacity/reservationorders/reservations/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

const text = z.string().optional().catch(undefined);

const reservationSchema = z.object({
  name: text,
  location: text,
  sku: z.object({ name: z.string().min(1) }),
  properties: z
    .object({
      reservedResourceType: text,
      quantity: z.number().optional().catch(undefined),
      term: text,
      billingPlan: text,
      billingScopeId: text,
      /** `2027-11-22`. */
      expiryDate: text,
    })
    .catch({}),
});

/** A reservation of an order: it says what was bought. */
export type Reservation = z.infer<typeof reservationSchema>;

/** The reservations of an order. Throws a RefusedError `commitment-unverifiable` where one cannot be read or names no SKU. */
export async function readReservations(
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

/** What the reservations of an order say that the order itself does not; where they differ, all of it. */
export async function attributesOfOrder(
  client: ReservationsClient,
  orderId: string,
  signal: AbortSignal,
): Promise<Attributes> {
  const reservations = await readReservations(client, orderId, signal);
  const attributes = new Map<string, Set<string>>();
  const note = (field: string, said: string | undefined) => {
    if (said) attributes.set(field, (attributes.get(field) ?? new Set()).add(said.toLowerCase()));
  };
  for (const { sku, location, properties } of reservations) {
    note("sku", sku.name);
    note("region", location?.replaceAll(" ", ""));
    note("reservedResourceType", properties.reservedResourceType);
    note("subscription", properties.billingScopeId?.split("/").at(-1));
  }
  return Object.fromEntries([...attributes].map(([field, said]) => [field, [...said].toSorted().join(", ")]));
}

/** The refusal for an order that cannot be compared with anything. */
export function unverifiable(orderId: string, problem: string): RefusedError {
  return new RefusedError({
    code: "commitment-unverifiable",
    message: `Reservation order ${orderId} cannot be compared with what was asked for: ${problem}.`,
    retryable: true,
  });
}
