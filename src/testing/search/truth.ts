// What is recorded and reported in a search, held against what was really bought.
import { adviceOf } from "../../contract/error-advice.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { Report } from "../../contract/report.ts";
import type { SearchedCloud } from "./gates.ts";

/**
 * Checks what is written at the moment at which it is: under the claim it is the truth about the token, whoever bought.
 * What a report says about something that is not bought may be overtaken by another driver before it is read.
 */
export function checkedLedger(
  ledger: Ledger,
  cloud: SearchedCloud,
  /** `before` was there before the search began: a refusal says nothing about that. `failed` came to nothing. */
  { before, failed }: { readonly before: ReadonlyMap<string, number>; readonly failed: ReadonlySet<string> },
  onLie: (lie: string) => void,
): Ledger {
  const expectBought = (token: string, bought: boolean, what: string) => {
    const live = cloud.live(token).length;
    if (bought ? isFalselyBought(live, failed.has(token), mostLive(cloud)) : live > (before.get(token) ?? 0))
      onLie(`recorded as ${what} with ${live} commitments`);
  };
  return {
    ...ledger,
    reject: async (claim, error) => {
      await ledger.reject(claim, error);
      expectBought(claim.token, false, "rejected");
    },
    refuse: async (claim, error) => {
      await ledger.refuse(claim, error);
      // What a person has to look at is refused, and never called "not bought".
      if (adviceOf(error.code).mayBeBought !== true) expectBought(claim.token, false, "refused");
    },
    dead: async (claim, proof) => {
      const record = await ledger.dead(claim, proof);
      // Where it may be hidden for longer than anybody waits, this cannot be known.
      if (cloud.hidesLonger === undefined) expectBought(claim.token, false, "dead");
      return record;
    },
    purchase: async (claim, commitment, how) => {
      const record = await ledger.purchase(claim, commitment, how);
      const others = isOthers(cloud, commitment);
      if (!others || cloud.live(claim.token).length > 0) expectBought(claim.token, true, "purchased");
      if (others && cloud.live(claim.token).length > 0) onLie(`records ${commitment.id}, which somebody else bought`);
      return record;
    },
  };
}

/** Where a purchase may show after its death was proven, one too many cannot be helped; at the end both are named. */
export function mostLive({ hidesLonger }: SearchedCloud): number {
  return hidesLonger === undefined ? 1 : 2;
}

/** Somebody else bought it, for none of the tokens. */
export function isOthers(cloud: SearchedCloud, commitment: { readonly id: string } | undefined): boolean {
  return commitment !== undefined && cloud.boughtFor !== undefined && cloud.boughtFor(commitment.id) === undefined;
}

export function isFalselyBought(live: number, provenFailed: boolean, most = 1): boolean {
  return live > most || (live === 0 && !provenFailed);
}

/** Outcomes that are not the truth: about what is bought, whoever bought it; else about what this driver bought. */
export function lies(
  { outcomes }: Report,
  cloud: SearchedCloud,
  driver: string,
  { bought, failed }: { readonly bought: ReadonlySet<string>; readonly failed: ReadonlySet<string> },
): string[] {
  return outcomes.flatMap(({ status, token, commitment }) => {
    const count = cloud.live(token).length;
    const isBought = status === "purchased" || status === "already-purchased";
    const isNot = status === "refused" || status === "rejected";
    const others = count === 0 && isOthers(cloud, commitment);
    const falsely = !others && isFalselyBought(count, failed.has(token), mostLive(cloud));
    const lie = isBought ? falsely : isNot && bought.has(token);
    return lie ? [`driver ${driver} reports ${status} with ${count} commitments`] : [];
  });
}
