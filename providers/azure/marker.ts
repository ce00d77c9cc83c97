import type { TagNames } from "../../src/contract/tag-names.ts";
import { createTokenMatcher, tokenOn, type Marked } from "./azure-listing.ts";

/** Whose purchase an order is, going by its marker: a tag wins over the display name. */
export function bearerOf(order: Marked, token: string, tagNames: TagNames): "ours" | "another's" | "nobody's" {
  if (createTokenMatcher([token], tagNames)(order).length > 0) return "ours";
  return tokenOn(order, tagNames) === undefined ? "nobody's" : "another's";
}
