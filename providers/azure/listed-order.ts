import type { Listed } from "../../src/contract/listed.ts";
import type { Money } from "../../src/contract/money.ts";
import type { TagNames } from "../../src/contract/tag-names.ts";
import { type ReservationOrder, toCommitment } from "./azure-order.ts";
import { factsOfOrder } from "./order-facts.ts";
import { marksOf } from "./order-marks.ts";

/** A reservation order as the drive sees it. `marked`: whether it counts as marked; default: whether a marker shows. */
export function listedOrder(
  order: ReservationOrder,
  tagNames: TagNames,
  { marked, price }: { readonly marked?: boolean; readonly price?: Money } = {},
): Listed {
  const marks = marksOf(order, tagNames);
  const commitment = toCommitment(order, { marked: marked ?? marks.length > 0, price });
  return { commitment, marks, facts: factsOfOrder(order) };
}
