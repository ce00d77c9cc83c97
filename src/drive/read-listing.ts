import { idsOf } from "../contract/commitment.ts";
import type { CallOptions, Scope } from "../contract/executor.ts";
import type { Inventory } from "../contract/inventory.ts";
import type { Facts, Listed } from "../contract/listed.ts";
import { carriesToken, plainToken, tokenDigest, type TokenMark } from "../contract/token.ts";

/** What is looked for in a listing. */
export interface Wanted {
  readonly tokens: ReadonlySet<string>;
  readonly ids: ReadonlySet<string>;
  /** Whether something that may be live and shows no token is kept all the same. Default: nothing is. */
  readonly keeps?: ((listed: Listed) => boolean) | undefined;
  /** Whatever may be live and was bought since then (milliseconds since 1970) is kept besides. Default: nothing is. */
  readonly since?: number | undefined;
}

/** What one complete listing of a scope showed of what was looked for. */
export interface Listing {
  /** Everything that carries one of the tokens, by token, whatever its state; each id once. */
  readonly byToken: ReadonlyMap<string, readonly Listed[]>;
  /** Those of the ids that are in the listing. */
  readonly byId: ReadonlyMap<string, Listed>;
  /** What is live, or in a state that nobody knows, shows no token and may have been bought for one of them, each id once; {@link Wanted.keeps}. */
  readonly unmarked?: readonly Listed[] | undefined;
  /** What may be live and was bought lately, whoever made it, each id once; {@link Wanted.since}. */
  readonly recent?: readonly Listed[] | undefined;
  /** {@link Inventory.endedCounts} */
  readonly endedCounts?: boolean | undefined;
}

/** A listing that is being read, after one more page of it. */
export interface PageRead {
  /** How many pages were read. */
  readonly pages: number;
  /** Whether one of them shows something live under the token. */
  shows(token: string): boolean;
}

/** Reads a listing to its end and keeps what is looked for: pages are not kept. Throws whatever the inventory throws. */
export async function readListing(
  inventory: Inventory,
  scope: Scope,
  wanted: Wanted,
  { signal, onPage }: CallOptions & { readonly onPage?: ((read: PageRead) => void) | undefined },
): Promise<Listing> {
  const tokensOf = createTokenIndex(wanted.tokens);
  const wantedIds = new Map([...wanted.ids].map((id) => [id.toLowerCase(), id]));
  const byToken = new Map<string, Map<string, Listed>>();
  const byId = new Map<string, Listed>();
  const unmarked = new Map<string, Listed>();
  const recent = new Map<string, Listed>();
  const isSeen = (token: string) => [...(byToken.get(token)?.values() ?? [])].some(isLive);
  const isComplete = () => [...wanted.tokens].every(isSeen);

  let pages = 0;
  for await (const page of inventory.list(scope, { signal, isComplete })) {
    for (const listed of page) {
      for (const id of idsOf(listed.commitment)) {
        const asked = wantedIds.get(id.toLowerCase());
        if (asked !== undefined) byId.set(asked, together(byId.get(asked), listed));
      }
      for (const token of tokensOf(listed.marks)) {
        const found = byToken.get(token) ?? new Map<string, Listed>();
        const id = listed.commitment.id.toLowerCase();
        byToken.set(token, found.set(id, together(found.get(id), listed)));
      }
      if (listed.marks.length === 0 && mayBeLive(listed) && wanted.keeps?.(listed) === true) {
        unmarked.set(listed.commitment.id.toLowerCase(), listed);
      }
      if (wanted.since !== undefined && mayBeLive(listed) && isSince(wanted.since, listed)) {
        recent.set(listed.commitment.id.toLowerCase(), listed);
      }
    }
    pages += 1;
    onPage?.({ pages, shows: isSeen });
  }
  return {
    byToken: new Map([...byToken].map(([token, found]) => [token, [...found.values()]])),
    byId,
    unmarked: [...unmarked.values()],
    recent: [...recent.values()],
    endedCounts: inventory.endedCounts,
  };
}

/** Everything that a listing shows, each id once. Throws whatever the inventory throws. */
export async function readWholeListing(
  inventory: Inventory,
  scope: Scope,
  { signal }: CallOptions,
): Promise<readonly Listed[]> {
  const byId = new Map<string, Listed>();
  for await (const page of inventory.list(scope, { signal, isComplete: () => false })) {
    for (const listed of page) {
      const id = listed.commitment.id.toLowerCase();
      byId.set(id, together(byId.get(id), listed));
    }
  }
  return [...byId.values()];
}

const isLive = ({ commitment }: Listed) => commitment.standing === "live";

/** In a state that nobody knows, it may have been paid. */
const mayBeLive = (listed: Listed) => isLive(listed) || listed.commitment.standing === "unclear";

/** What does not say when it was bought is not taken for recent. */
const isSince = (since: number, { commitment }: Listed) => Date.parse(commitment.purchasedAt ?? "") >= since;

const lives = { failed: 0, ended: 1, unclear: 2, live: 3 } as const;

/** What an id stands for that came twice: the livelier one; what the two do not say alike is not said. */
function together(earlier: Listed | undefined, later: Listed): Listed {
  if (earlier === undefined) return later;
  const kept = lives[earlier.commitment.standing] > lives[later.commitment.standing] ? earlier : later;
  const facts: Facts = Object.fromEntries(
    Object.entries(kept.facts).filter(([field, value]) => {
      const [one, other] = [earlier.facts[field], later.facts[field]];
      return value !== undefined && (one === undefined || other === undefined || one === other);
    }),
  );
  return { ...kept, facts };
}

/** A function that tells which of the tokens something carries. */
export function createTokenIndex(tokens: Iterable<string>): (marks: readonly TokenMark[]) => readonly string[] {
  const byText = new Map<string, string[]>();
  const note = (text: string, token: string) => byText.set(text, [...(byText.get(text) ?? []), token]);
  for (const token of new Set(tokens)) {
    const plain = plainToken(token);
    for (const text of new Set([plain, tokenDigest(token), plain.slice(0, 32)])) note(text, token);
  }
  return (marks) => {
    const near = marks.flatMap(({ text }) => [...(byText.get(text) ?? []), ...(byText.get(text.slice(0, 32)) ?? [])]);
    return [...new Set(near)].filter((token) => carriesToken(marks, token));
  };
}
