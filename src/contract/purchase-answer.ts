import type { Commitment } from "./commitment.ts";
import type { Listed } from "./listed.ts";

/** What the provider said, for a person and for the record. */
export interface Said {
  /** What happened and what to do, in sentences; the provider's own words among them. */
  readonly reason: string;
  /** The provider's own code, such as `RiskCheckFailed`, where it answered with one. */
  readonly providerCode?: string | undefined;
  /** Milliseconds that the provider asks to wait. */
  readonly retryAfter?: number | undefined;
  /**
   * It was refused with the service's own code for nothing but that too much was asked of it: this send bought nothing, and the
   * drive waits and sends again under the same handle. Where there is none, or a `rejected` one is minted, that is left to a later drive.
   */
  readonly throttled?: boolean | undefined;
  /** What was thrown, where something was. */
  readonly cause?: unknown;
}

/** What the answer to one send proves. What follows from it is the drive's to say. */
export type PurchaseAnswer =
  /** The provider shows it under this handle. A standing of `failed` says that the handle is used up. */
  | { readonly kind: "bought"; readonly commitment: Commitment }
  /**
   * Something was bought under the handle before: it was seen before the send, or the refusal of it says so. Never proves
   * whose money that was. `found`: what it is, where it was read; else the drive asks `resolve`.
   */
  | ({ readonly kind: "exists"; readonly found?: Listed | undefined } & Said)
  /**
   * This send bought nothing, which says nothing about an earlier one. `left`: it left this machine, and the provider answered;
   * false for no connection, no credential. `expired`: a minted handle is over. `retryable`: the same drive may succeed later.
   */
  | ({
      readonly kind: "rejected";
      readonly left: boolean;
      readonly expired: boolean;
      readonly retryable: boolean;
    } & Said)
  /**
   * It may have been bought. `evidence`: ids in the answer that could not be judged, such as another order than the one that was
   * sent. They are recorded, and while one of them is not read and judged, no driver sends or quotes again.
   */
  | ({ readonly kind: "unknown"; readonly evidence?: readonly string[] | undefined } & Said);
