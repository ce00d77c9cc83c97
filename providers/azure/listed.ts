import type { ListedCommitment } from "../../src/spec/listed-commitment.ts";
import type { TagNames } from "../../src/spec/tag-names.ts";
import { fragmentOf } from "./display-name.ts";
import type { Marked } from "./listing.ts";
import { type ReservationOrder, toCommitment } from "./order.ts";
import { tagValue } from "./tags.ts";

/** The token that an order carries: the whole of it as a tag, else the part at the end of its display name. */
export function tokenOn({ tags, displayName }: Marked, tagNames: TagNames): string | undefined {
  return tagValue(tags, tagNames.token) || fragmentOf(displayName ?? "");
}

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
