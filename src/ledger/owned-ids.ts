import type { OwnedIds, TokenRecord } from "../spec/ledger.ts";
import type { LedgerStore } from "./store.ts";

/** Whose the commitment ids of a scope are, without reading all of them for each recommendation. */
export interface OwnedIdsReader {
  /** The ids in a scope that belong to other tokens than this one, other drivers' last purchases included. */
  byOthers(scopeKey: string, token: string): Promise<OwnedIds>;
  /** What a record that was just written holds as bought belongs to its token. */
  note(record: Pick<TokenRecord, "scope" | "token" | "commitment">): void;
}

/**
 * Keeps what it read, and what was written through it. An id that belongs to a token does so for ever, so the ids are the
 * same as long as there are as many: only when another driver has added some are they read again.
 */
export function createOwnedIds(store: Pick<LedgerStore, "owners" | "ownerCount">): OwnedIdsReader {
  /** Token by id, by scope. */
  const scopes = new Map<string, Map<string, string>>();
  return {
    byOthers: async (scopeKey, token) => {
      let owners = scopes.get(scopeKey);
      if (owners?.size !== (await store.ownerCount(scopeKey))) {
        owners = new Map(await store.owners(scopeKey));
        scopes.set(scopeKey, owners);
      }
      const known = owners;
      return { has: (id) => (known.get(id) ?? token) !== token };
    },
    note: ({ scope, token, commitment }) => {
      const owners = scopes.get(scope.key);
      if (commitment === undefined || owners === undefined) return;
      for (const id of [commitment.id, ...(commitment.furtherIds ?? [])]) owners.set(id, token);
    },
  };
}
