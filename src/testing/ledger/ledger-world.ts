import type { ClaimAnswer, Ledger } from "../../contract/ledger.ts";
import { bought, claimRequest, claimPlaces } from "../ledger-values.ts";

/** A ledger, and its clock. */
export interface LedgerWorld {
  readonly ledger: Ledger;
  /** Sets the clock; it begins at 1,000. */
  readonly at: (time: number) => void;
}

/** One test of the suite. */
export interface LedgerTest {
  readonly title: string;
  readonly run: (world: LedgerWorld) => Promise<void>;
}

/** A purchase that is not final yet. */
export const pendingOf = (index: number) => bought({ id: `order-${index}`, settled: false });

/** Why something is not bought. */
export const reason = { code: "quote-failed", message: "The quote failed." };

/** Claims one token for half a minute. */
export async function claim(ledger: Ledger, holder: string, recIndex = 0): Promise<ClaimAnswer> {
  const [answer] = await claimPlaces(ledger, [claimRequest(recIndex)], holder, 30_000);
  if (answer === undefined) throw new Error("no answer");
  return answer;
}

/** The answer, if it was granted. */
export function granted(answer: ClaimAnswer | undefined) {
  if (answer?.kind !== "granted") throw new Error(`not granted, but ${answer?.kind}`);
  return answer;
}
