import type { TokenRecord } from "../../src/contract/ledger.ts";
import type { Outcome } from "../../src/contract/report.ts";

/** What a drive said and left behind; no texts, and nothing that is made up anew each time. */
export interface Verdict {
  readonly status: Outcome["status"];
  readonly code?: string;
  readonly providerCode?: string;
  readonly retryable?: boolean;
  /** `shown`: the sandbox has sold something of that id. */
  readonly commitment?: { readonly state: string; readonly settled: boolean; readonly shown: boolean };
  /** Whether a price is named. */
  readonly price: boolean;
  /** How many; left out where there is none. */
  readonly warnings?: number;
  /** What the ledger holds afterwards; `open`: a submission of which nobody knows; `former` and `evidence`: how many. */
  readonly record: Pick<TokenRecord, "state" | "generation" | "attempt"> & {
    readonly open: boolean;
    readonly former: number;
    readonly evidence: number;
  };
  /** Purchase requests of this drive that were sent, refused connections included. */
  readonly requests: number;
  /** How many the sandbox has sold in all, to whomever. */
  readonly sold: number;
  /** Of the drive after it. */
  readonly next?: Omit<Verdict, "next">;
}

/** The verdict of one drive. `requests`: how many purchases it asked for; `sold`: the ids of all that the sandbox has sold. */
export function verdictOf(
  { status, error, commitment, price, warnings }: Outcome,
  { state, generation, attempt, submission, former, commitment: recorded }: TokenRecord,
  { requests, sold }: { readonly requests: number; readonly sold: readonly string[] },
): Verdict {
  const shown = sold.includes(commitment?.id ?? "");
  return {
    status,
    ...(error ? { code: error.code } : {}),
    ...(error?.providerCode === undefined ? {} : { providerCode: error.providerCode }),
    ...(error ? { retryable: error.retryable } : {}),
    ...(commitment ? { commitment: { state: commitment.state, settled: commitment.settled, shown } } : {}),
    price: price !== undefined,
    ...(warnings ? { warnings: warnings.length } : {}),
    record: {
      state,
      generation,
      attempt,
      open: submission !== undefined && recorded === undefined,
      former: former?.length ?? 0,
      evidence: submission?.evidence?.length ?? 0,
    },
    requests,
    sold: sold.length,
  };
}
