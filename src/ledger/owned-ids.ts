import { idsOf } from "../contract/commitment.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { LedgerStore } from "./ledger-store.ts";

/** Whose the commitment ids of a scope are, without reading all of them for each recommendation. */
export interface OwnedIds {
  /**
   * The ids in a scope that belong to other tokens than this one, other drivers' last purchases included. What comes to belong to
   * them later may be in it too.
   */
  byOthers(scopeKey: string, token: string): Promise<ReadonlySet<string>>;
  /** What a record that was just written holds as bought belongs to its token. */
  note(record: Pick<TokenRecord, "scope" | "token" | "commitment">): void;
}

/** What is known of one scope. */
interface KnownIds {
  readonly all: Set<string>;
  readonly ofToken: Map<string, Set<string>>;
}

/**
 * Keeps what it read, and what was written through it. An id that belongs to a token does so for ever, so the ids are the
 * same as long as there are as many: only when another driver has added some are they read again.
 */
export function createOwnedIds(store: Pick<LedgerStore, "owners" | "ownerCount">): OwnedIds {
  const scopes = new Map<string, KnownIds>();
  return {
    byOthers: async (scopeKey, token) => {
      let known = scopes.get(scopeKey);
      if (known?.all.size !== (await store.ownerCount(scopeKey))) {
        known = { all: new Set(), ofToken: new Map() };
        for (const [id, owner] of await store.owners(scopeKey)) add(known, id, owner);
        scopes.set(scopeKey, known);
      }
      return notOf(token, known);
    },
    note: ({ scope, token, commitment }) => {
      const known = scopes.get(scope.key);
      if (commitment === undefined || known === undefined) return;
      for (const id of idsOf(commitment)) add(known, id, token);
    },
  };
}

/**
 * The ids of other tokens. Most who get them ask for a few, or for none: they are copied only for those who ask for more, since a
 * copy for each recommendation would make the cost of all grow with the square of their number.
 */
function notOf(token: string, { all, ofToken }: KnownIds): ReadonlySet<string> {
  let copy: Set<string> | undefined;
  const has = (id: string) => all.has(id) && ofToken.get(token)?.has(id) !== true;
  return new Proxy(new Set<string>(), {
    get: (target, name) => {
      if (name === "has") return has;
      // A promise that it comes with asks for its `then`.
      if (!Reflect.has(target, name)) return undefined;
      copy ??= new Set([...all].filter(has));
      const member: unknown = Reflect.get(copy, name, copy);
      return typeof member === "function" ? (member.bind(copy) as unknown) : member;
    },
  });
}

function add({ all, ofToken }: KnownIds, id: string, token: string): void {
  all.add(id);
  ofToken.set(token, (ofToken.get(token) ?? new Set()).add(id));
}
