import type { ListedCommitment } from "../spec/listed-commitment.ts";
import { tokenKey } from "../spec/listed-commitment.ts";
import type { TokenRecord } from "../spec/ledger.ts";
import { recordedIds } from "../drive/must-be-listed.ts";

/** What the ledger knows about what a listing may show. */
export interface Known {
  /** The record that a token, or its beginning, belongs to, whatever its state. */
  ofToken(token: string): TokenRecord | undefined;
  /** The record that is bought as this commitment. */
  ofCommitment(listed: ListedCommitment): TokenRecord | undefined;
}

/** Indexes the records that are bought in a scope, and those that are not bought anywhere. */
export function indexRecords(bought: readonly TokenRecord[], notBought: readonly TokenRecord[]): Known {
  const byToken = new Map([...notBought, ...bought].map((record) => [tokenKey(record.token), record]));
  const byId = new Map(
    bought.flatMap((record) => recordedIds(record).map((id) => [id.toLowerCase(), record] as const)),
  );
  return {
    ofToken: (token) => byToken.get(tokenKey(token)),
    ofCommitment: ({ commitment }) => {
      const found = recordedIds({ commitment }).map((id) => byId.get(id.toLowerCase()));
      return found.find((record) => record !== undefined);
    },
  };
}
