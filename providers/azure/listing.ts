import type { Commitment } from "../../src/spec/commitment.ts";
import type { Listing } from "../../src/spec/executor.ts";
import type { TagNames } from "../../src/spec/tag-names.ts";
import { fragmentOf, tokenFragment } from "./display-name.ts";
import { tagValue } from "./tags.ts";

/** Where a token can be stamped on an order. */
export interface Marked {
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly displayName: string | undefined;
}

/**
 * A function that tells which of the tokens an order carries: the whole token as a tag, or its part at the end of the
 * display name. Letter case does not matter.
 */
export function createTokenMatcher(tokens: Iterable<string>, tagNames: TagNames): (order: Marked) => readonly string[] {
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

/** Collects what a listing shows of the tokens and ids asked for. */
export function createListing(
  wanted: { readonly tokens: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  tagNames: TagNames,
): {
  /** Notes an order, whose id is in lower case; false when nobody asked for it. */
  note(order: Marked & { readonly id: string }, toCommitment: () => Commitment): boolean;
  done(): Listing;
} {
  const matches = createTokenMatcher(wanted.tokens, tagNames);
  const wantedIds = new Map([...wanted.ids].map((id) => [id.toLowerCase(), id]));
  const byToken = new Map<string, Map<string, Commitment>>();
  const byId = new Map<string, Commitment>();
  return {
    note(order, toCommitment) {
      const wantedId = wantedIds.get(order.id);
      const tokens = matches(order);
      if (wantedId === undefined && tokens.length === 0) return false;
      const commitment = toCommitment();
      if (wantedId !== undefined) byId.set(wantedId, commitment);
      for (const token of tokens) {
        // By id: an order can move from one page to the next while they are read.
        byToken.set(token, (byToken.get(token) ?? new Map<string, Commitment>()).set(order.id, commitment));
      }
      return true;
    },
    done: () => ({ byToken: new Map([...byToken].map(([token, found]) => [token, [...found.values()]])), byId }),
  };
}
