import type { Commitment } from "../../src/contract/commitment.ts";
import type { OldListing } from "../../src/contract/old-executor.ts";
import type { TagNames } from "../../src/contract/tag-names.ts";
import { plainToken, tokenDigest } from "../../src/contract/token.ts";
import { digestIn } from "./display-name.ts";
import type { Marked } from "./order-marks.ts";
import { tagValues } from "./tags.ts";

/** Shorter texts in a token's tag are no whole token: cut, or overwritten by somebody's rule for tags. */
const wholeLength = 32;

/**
 * A function that tells which of the tokens an order carries: as a tag, or else by what its display name ends with. Letter
 * case and blanks do not matter. A tag that holds another whole token goes before the display name: then the order is that
 * token's.
 */
function createTokenMatcher(tokens: Iterable<string>, tagNames: TagNames): (order: Marked) => readonly string[] {
  const byTag = new Map<string, string>();
  const byDigest = new Map<string, string>();
  for (const token of tokens) {
    byTag.set(plainToken(token), token);
    byDigest.set(tokenDigest(token), token);
  }
  return ({ tags, displayName }) => {
    const values = tagValues(tags, tagNames.token);
    const tagged = values.flatMap((value) => byTag.get(value) ?? []);
    if (tagged.length > 0) return [...new Set(tagged)];
    const named = byDigest.get(digestIn(displayName) ?? "");
    return named === undefined || values.some((value) => contradicts(value, named)) ? [] : [named];
  };
}

/** Whether what stands in a token's tag, and is not the token, is another one and not a part of it. */
function contradicts(tagged: string, token: string): boolean {
  const plain = plainToken(token);
  return tagged.length >= Math.min(plain.length, wholeLength) && !plain.startsWith(tagged);
}

/** The token that an order carries: the whole of it as a tag, else its digest at the end of the display name. */
export function tokenOn({ tags, displayName }: Marked, tagNames: TagNames): string | undefined {
  const values = tagValues(tags, tagNames.token);
  return values.find(({ length }) => length >= wholeLength) ?? digestIn(displayName) ?? values[0];
}

/** Collects what a listing shows of the tokens and ids asked for. */
export function createListing(
  wanted: { readonly tokens: ReadonlySet<string>; readonly ids: ReadonlySet<string> },
  tagNames: TagNames,
): {
  /** Notes an order, whose id is in lower case; false when nobody asked for it. It may come again: it counts once. */
  note(order: Marked & { readonly id: string }, toCommitment: () => Commitment): boolean;
  /** Whether a live commitment was seen of every token: there is nothing more to look for. */
  isComplete(): boolean;
  done(): OldListing;
} {
  const matches = createTokenMatcher(wanted.tokens, tagNames);
  const wantedIds = new Map([...wanted.ids].map((id) => [id.toLowerCase(), id]));
  const byToken = new Map<string, Map<string, Commitment>>();
  const byId = new Map<string, Commitment>();
  const isLive = (token: string) =>
    [...(byToken.get(token)?.values() ?? [])].some(({ standing }) => standing === "live");
  return {
    note(order, toCommitment) {
      const wantedId = wantedIds.get(order.id);
      const tokens = matches(order);
      if (wantedId === undefined && tokens.length === 0) return false;
      const commitment = toCommitment();
      if (wantedId !== undefined) byId.set(wantedId, liveOf(byId.get(wantedId), commitment));
      for (const token of tokens) {
        const found = byToken.get(token) ?? new Map<string, Commitment>();
        byToken.set(token, found.set(order.id, liveOf(found.get(order.id), commitment)));
      }
      return true;
    },
    isComplete: () => [...wanted.tokens].every(isLive),
    done: () => ({ byToken: new Map([...byToken].map(([token, found]) => [token, [...found.values()]])), byId }),
  };
}

/** What an id stands for that came twice: the later one, unless only the earlier one is live. */
export function liveOf(earlier: Commitment | undefined, later: Commitment): Commitment {
  return earlier?.standing === "live" && later.standing !== "live" ? earlier : later;
}
