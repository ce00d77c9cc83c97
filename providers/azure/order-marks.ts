import type { TagNames } from "../../src/contract/tag-names.ts";
import type { TokenMark } from "../../src/contract/token.ts";
import { digestIn } from "./display-name.ts";
import { tagValues } from "./tags.ts";

/** Where a token can be stamped on an order. */
export interface Marked {
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly displayName: string | undefined;
}

const wholeToken = /^[0-9a-f]{64}$/;

/**
 * What an order carries of tokens, the best first: all that stands under the token's tag name in any letter case, then the
 * digest at the end of its display name.
 */
export function marksOf({ tags, displayName }: Marked, tagNames: TagNames): readonly TokenMark[] {
  const tagged = tagValues(tags, tagNames.token).map((text) => ({ text, whole: wholeToken.test(text) }));
  const digest = digestIn(displayName);
  const marks = digest === undefined ? tagged : [...tagged, { text: digest, whole: false }];
  return marks.toSorted((one, other) => Number(other.whole) - Number(one.whole));
}
