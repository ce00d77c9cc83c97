import type { TagNames } from "../../../src/contract/tag-names.ts";
import type { TokenMark } from "../../../src/contract/token.ts";
import type { Marked } from "../azure-listing.ts";
import { digestIn } from "../display-name.ts";
import { tagValues } from "../tags.ts";

/** Shorter texts in a token's tag say nothing: cut, or overwritten by somebody's rule for tags. */
const shortestPart = 32;

/** The tokens that an order carries: as tags, then by what its display name ends with, then what stands in a tag besides. */
export function marksOn({ tags, displayName }: Marked, tagNames: TagNames): readonly TokenMark[] {
  const tagged = tagValues(tags, tagNames.token).map((text) => ({ text, whole: /^[0-9a-f]{64}$/.test(text) }));
  const digest = digestIn(displayName);
  return [
    ...tagged.filter(({ text }) => text.length >= shortestPart),
    ...(digest === undefined ? [] : [{ text: digest, whole: false }]),
    ...tagged.filter(({ text }) => text.length < shortestPart),
  ];
}
