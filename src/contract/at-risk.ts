import type { Submission } from "./executor.ts";
import type { TokenRecord } from "./ledger.ts";
import { saidBought } from "./said-bought.ts";

/**
 * What was refused by the provider while nobody could look whether that is so: it may have bought. The next drive looks; undefined
 * once somebody could, and for everything else.
 */
export function unseenRejection({ state, former, decision }: TokenRecord): Submission | undefined {
  const last = former?.at(-1);
  // Claimed: a driver is about to look, or died before it could.
  const isUnseen = state === "rejected" || (state === "claimed" && decision === undefined);
  return isUnseen && last?.knownUnclear === true ? last : undefined;
}

/** Written ahead or sent, also by another engine, and not known to be bought or not; also where nobody finds out any more. */
export function mayBeBought(record: TokenRecord): boolean {
  const { state } = record;
  const isSent = ["submitted", "unknown", "written-off"].includes(state) || unseenRejection(record) !== undefined;
  return isSent || saidBought(record) !== undefined;
}
