import type { TagNames } from "../../src/contract/tag-names.ts";
import { carriesToken, plainToken } from "../../src/contract/token.ts";
import { marksOf, type Marked } from "./order-marks.ts";
import { tagValues } from "./tags.ts";

/** A token of fewer characters has no part that could be recognised: it is stamped whole. */
const shortestPart = 32;

/**
 * Whether an order carries a token, which may be any text of a caller's. Beside a short one, a tag of the same length or a
 * longer one is another one's, and goes before the display name.
 */
export function isMarkedWith(order: Marked, token: string, tagNames: TagNames): boolean {
  const plain = plainToken(token);
  const tagged = tagValues(order.tags, tagNames.token);
  if (tagged.includes(plain)) return true;
  const isAnother = plain.length < shortestPart && tagged.some(({ length }) => length >= plain.length);
  return !isAnother && carriesToken(marksOf(order, tagNames), token);
}

/** Whose purchase an order is, going by its marker: a tag wins over the display name. */
export function bearerOf(order: Marked, token: string, tagNames: TagNames): "ours" | "another's" | "nobody's" {
  if (isMarkedWith(order, token, tagNames)) return "ours";
  return marksOf(order, tagNames).length === 0 ? "nobody's" : "another's";
}
