import type { ErrorCode } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { Refund } from "./inventory.ts";
import type { Money } from "./money.ts";

/** Where commitments are looked for: a provider, and the fields that its recommendations say a place with. */
export interface Place {
  readonly provider: string;
  /** `accountId` and `region` for AWS, `tenantId` for Azure, `projectId` and `region` for GCP. */
  readonly [field: string]: JsonValue;
}

/**
 * What is not as it should be:
 * - `duplicate`: several live commitments carry one token.
 * - `twin`: two of one kind and count were bought within minutes, and one of them carries no token.
 * - `orphan`: it carries a token that the ledger does not know.
 * - `unrecorded`: it carries a token that the ledger knows, and the ledger does not know it as bought for it.
 * - `loss`: the ledger knows it as live, and the provider does not show it as live.
 * - `missing-marker`: the ledger knows it, and it does not carry its token at the provider.
 */
export type FindingKind = "duplicate" | "twin" | "orphan" | "unrecorded" | "loss" | "missing-marker";

/** A commitment that a finding is about. */
export interface AuditedCommitment {
  readonly id: string;
  readonly furtherIds?: readonly string[] | undefined;
  /** The provider's word; for a loss that of the ledger, where the provider shows nothing. */
  readonly state: string;
  readonly price?: Money | undefined;
  /** ISO 8601, where known. */
  readonly purchasedAt?: string | undefined;
  /** The ledger knows it as bought. */
  readonly recorded: boolean;
  /** For duplicates, where the provider calculates it. */
  readonly refund?: Refund | undefined;
  /** Why the provider's calculation could not be had. */
  readonly refundError?: string | undefined;
}

/** One thing that a person should look at. */
export interface Finding {
  readonly kind: FindingKind;
  /** Where. */
  readonly scope: { readonly key: string; readonly label: string };
  /** The token, or what a marker holds of it. */
  readonly token?: string | undefined;
  /** The recommendation, where the ledger knows it. */
  readonly executionId?: string | undefined;
  readonly recIndex?: number | undefined;
  readonly commitments: readonly AuditedCommitment[];
  /** What is wrong and what to do, for a person. */
  readonly message: string;
  /** With `repair`, for a missing marker: whether it is there now. */
  readonly repaired?: boolean | undefined;
}

/** A scope that was looked at, or could not be. */
export interface AuditedScope {
  readonly key: string;
  readonly label: string;
  /** How many commitments it holds, whatever their state. */
  readonly listed?: number;
  /** Why it could not be looked at: then nothing is known about it. */
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

/** What `audit` returns. */
export interface AuditReport {
  readonly scopes: readonly AuditedScope[];
  readonly findings: readonly Finding[];
  /** Services that cannot be looked at here, by provider and service. */
  readonly notLookedAt: readonly { readonly provider: string; readonly service: string }[];
}
