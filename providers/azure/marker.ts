import type { TagNames } from "../../src/spec/tag-names.ts";
import { tokenOn } from "./listed.ts";
import { createTokenMatcher, type Marked } from "./listing.ts";
import { tagValue } from "./tags.ts";

/** Whose purchase an order is, going by its marker: a tag wins over the display name. */
export function bearerOf(order: Marked, token: string, tagNames: TagNames): "ours" | "another's" | "nobody's" {
  if (tokenOn(order, tagNames) === undefined) return "nobody's";
  const displayName = tagValue(order.tags, tagNames.token) ? undefined : order.displayName;
  const matches = createTokenMatcher([token], tagNames);
  return matches({ tags: order.tags, displayName }).length > 0 ? "ours" : "another's";
}
