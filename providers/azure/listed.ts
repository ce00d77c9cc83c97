import type { ListedCommitment } from "../../src/contract/listed-commitment.ts";
import type { TagNames } from "../../src/contract/tag-names.ts";
import { liveOf, tokenOn } from "./azure-listing.ts";
import { type ReservationOrder, toCommitment } from "./azure-order.ts";

/** A reservation order as an audit sees it; what the listing leaves out is on its reservations. */
export function listedOrder(order: ReservationOrder, tagNames: TagNames): ListedCommitment {
  const { term, billingPlan, quantity } = order;
  const token = tokenOn(order, tagNames);
  return {
    commitment: toCommitment(order, { marked: token !== undefined }),
    token,
    attributes: { ...(term ? { term } : {}), ...(billingPlan ? { billingPlan } : {}) },
    count: quantity,
  };
}

/** Collects all that a listing shows: an order can come several times, and counts once. */
export function collectListed(): {
  note(listed: ListedCommitment): void;
  done(): readonly ListedCommitment[];
} {
  const byId = new Map<string, ListedCommitment>();
  return {
    note(listed) {
      const { id } = listed.commitment;
      const earlier = byId.get(id)?.commitment;
      byId.set(id, { ...listed, commitment: liveOf(earlier, listed.commitment) });
    },
    done: () => [...byId.values()],
  };
}
