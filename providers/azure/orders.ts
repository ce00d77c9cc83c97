import type { Commitment } from "../../src/spec/commitment.ts";
import { RefusedError } from "../../src/spec/errors.ts";
import type { TagNames } from "../../src/spec/tag-names.ts";
import { UnbelievableAnswerError } from "./api-error.ts";
import type { ReservationsClient } from "./client.ts";
import { fragmentOf, tokenFragment } from "./display-name.ts";
import { parseOrder, toCommitment, type ReservationOrder } from "./order.ts";
import { readPages } from "./pages.ts";
import { toRefusal, type ReadStep } from "./refusal.ts";
import { tagValue } from "./tags.ts";

const path = "/providers/Microsoft.Capacity/reservationOrders";

const step: ReadStep = {
  purpose: "list the reservation orders",
  operation: "Microsoft.Capacity/reservationorders/read at tenant scope (role Reservations Reader)",
  code: "lookup-failed",
  untrusted: "lookup-untrusted",
};

/**
 * Reads every page of the tenant's orders and hands each order over. Nothing is kept here, so memory stays flat however
 * long the listing is. Throws a RefusedError when it cannot vouch for completeness.
 */
export async function visitOrders(
  client: ReservationsClient,
  visit: (order: ReservationOrder) => void,
  signal?: AbortSignal,
): Promise<void> {
  try {
    for await (const page of readPages(client, client.url(path), signal)) {
      for (const entry of page) {
        const order = parseOrder(entry);
        if (order === undefined) throw new UnbelievableAnswerError("an entry lacks its id or provisioningState");
        visit(order);
      }
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}

/**
 * A function that tells which of the tokens an order carries: the whole token as a tag, or its part at the end of the
 * display name. Letter case does not matter.
 */
export function createTokenMatcher(
  tokens: Iterable<string>,
  tagNames: TagNames,
): (order: ReservationOrder) => readonly string[] {
  const byTag = new Map<string, string>();
  const byFragment = new Map<string, string>();
  for (const token of tokens) {
    byTag.set(token.toLowerCase(), token);
    byFragment.set(tokenFragment(token), token);
  }
  return ({ tags, displayName }) => {
    const tagged = byTag.get(tagValue(tags, tagNames.token)?.toLowerCase() ?? "");
    const named = byFragment.get(fragmentOf(displayName ?? "") ?? "");
    return [...new Set([tagged, named])].filter((token) => token !== undefined);
  };
}

/**
 * Every reservation order of the client's tenant that carries the token, whatever its state: look at `standing` before
 * taking one for a purchase. One complete listing. Throws a RefusedError: `lookup-failed`, `lookup-untrusted`,
 * `access-denied`, `credentials-unavailable`; `invalid-configuration` for an empty token, which would match nothing.
 */
export async function findReservationOrdersByToken(
  client: ReservationsClient,
  token: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<readonly Commitment[]> {
  const orders = await findOrders(client, token, signal);
  return orders.map((order) => toCommitment(order, { marked: true }));
}

/** {@link findReservationOrdersByToken} with all that the listing says about each order. */
export async function findOrders(
  client: ReservationsClient,
  token: string,
  signal?: AbortSignal,
): Promise<readonly ReservationOrder[]> {
  if (token === "") {
    throw new RefusedError({
      code: "invalid-configuration",
      message: "Reservation orders cannot be looked up by an empty token.",
    });
  }
  const matches = createTokenMatcher([token], client.settings.tagNames);
  // By id: an order can move from one page to the next while they are read.
  const found = new Map<string, ReservationOrder>();
  await visitOrders(client, (order) => void (matches(order).length > 0 && found.set(order.id, order)), signal);
  return [...found.values()];
}
