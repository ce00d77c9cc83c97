import type { Listed } from "../contract/listed.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { tokenDigest, tokenKey } from "../contract/token.ts";
import { recordedIds } from "../drive/must-be-listed.ts";
import type { Seen } from "./seen.ts";

/** What the ledger knows about what a listing may show. */
export interface Known {
  /** Equal for a token, its beginning and its digest, as far as the ledger or the listing has the token itself. */
  keyOf(token: string): string;
  /** The record that a token, its beginning or its digest belongs to, whatever its state. */
  ofToken(token: string): TokenRecord | undefined;
  /** The record that is bought as this commitment. */
  ofCommitment(listed: Listed): TokenRecord | undefined;
}

/** Indexes the records that are bought in a scope, and those that are not bought anywhere, for what is listed. */
export function indexRecords(
  bought: readonly TokenRecord[],
  notBought: readonly TokenRecord[],
  listed: readonly Seen[],
): Known {
  const records = [...notBought, ...bought];
  const tokens = [...records.map(({ token }) => token), ...listed.flatMap(({ token }) => token ?? [])];
  const byDigest = new Map(tokens.map((token) => [tokenDigest(token), tokenKey(token)]));
  const keyOf = (token: string) => byDigest.get(tokenKey(token)) ?? tokenKey(token);
  const byToken = new Map(records.map((record) => [tokenKey(record.token), record]));
  const byId = new Map(
    bought.flatMap((record) => recordedIds(record).map((id) => [id.toLowerCase(), record] as const)),
  );
  return {
    keyOf,
    ofToken: (token) => byToken.get(keyOf(token)),
    ofCommitment: ({ commitment }) => {
      const found = recordedIds({ commitment }).map((id) => byId.get(id.toLowerCase()));
      return found.find((record) => record !== undefined);
    },
  };
}
