import type { Ledger } from "../spec/ledger.ts";

/** The ids in a scope that the ledger knows to be bought for other tokens. */
export async function ownedByOthers(ledger: Ledger, scopeKey: string, token: string): Promise<ReadonlySet<string>> {
  const records = await ledger.purchasedIn(scopeKey);
  const ids = records
    .filter((record) => record.token !== token)
    .flatMap(({ commitment }) => (commitment ? [commitment.id, ...(commitment.furtherIds ?? [])] : []));
  return new Set(ids);
}
