import type { AuditReport } from "../contract/audit-report.ts";
import { RefusedError } from "../contract/errors.ts";
import type { Audited } from "../contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import type { ExecutionStatus } from "./execution-status.ts";

/** How the audit before a confirmation goes. */
export interface ConfirmOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 after which nothing new is looked at: then nothing is confirmed. */
  readonly deadline?: number;
  /** Told the label of each scope before it is looked at. What it throws is ignored. */
  readonly onScope?: (label: string) => void;
  /** Told what the audit found, before anything is written: to show it to the person. What it throws ends the confirmation. */
  readonly onAudit?: (audit: AuditReport) => void | Promise<void>;
}

/** What a confirmation came to. */
export interface Confirmed {
  readonly status: ExecutionStatus;
  /** What the providers show beside the ledger; where the ledger was restored. */
  readonly audit?: AuditReport;
}

/** Compares the scopes of records with the providers. */
export type AuditRecords = (records: readonly TokenRecord[], options: ConfirmOptions) => Promise<AuditReport>;

/**
 * Compares the scopes of an execution's records with the providers, as its confirmation needs where the ledger was restored.
 * Throws a RefusedError of the first scope that could not be looked at, and what `audit` and `onAudit` throw.
 */
export async function auditBeforeConfirming(
  ledger: Ledger,
  records: readonly TokenRecord[],
  audit: AuditRecords,
  options: ConfirmOptions,
): Promise<{ readonly report: AuditReport; readonly audited: Audited }> {
  // The mark may be later than this clock.
  const at = Math.max(await ledger.now(), (await ledger.restoredAt()) ?? 0);
  const report = await audit(records, options);
  for (const { label, error } of report.scopes) {
    if (error === undefined) continue;
    throw new RefusedError({
      code: error.code,
      message: `${label} could not be looked at, so nothing was confirmed: ${error.message}`,
      retryable: true,
    });
  }
  await options.onAudit?.(report);
  return { report, audited: { at, found: foundText(report) } };
}

function foundText({ scopes, findings }: AuditReport): string {
  const looked = `audited ${scopes.length} ${scopes.length === 1 ? "scope" : "scopes"}`;
  const kinds = [...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, each]) => `${each.length} ${kind}`);
  return `${looked}: ${kinds.length === 0 ? "nothing found" : kinds.join(", ")}`;
}
