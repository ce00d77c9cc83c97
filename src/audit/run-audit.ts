import type { Provider } from "../contract/executor.ts";
import type { DriveParts } from "../drive/drive-context.ts";
import { createStop } from "../drive/stop.ts";
import type { ExecutorOf } from "../drive/validate.ts";
import type { AuditedScope, AuditReport, Finding, Place } from "../contract/audit-report.ts";
import { checkTime } from "../contract/check-number.ts";
import { BuyonceError, LedgerError, messageOf } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { auditScope } from "./audit-scope.ts";
import { repair } from "./repair.ts";
import { scopesIn, scopesOfLedger, scopesOfRecords, type Targets } from "./scopes.ts";

/** What is looked at, and how. */
export interface AuditOptions {
  /** Where to look; default: every scope that the ledger knows. */
  readonly places?: readonly Place[];
  /** Stamps markers that are missing. Default false: nothing is changed anywhere. */
  readonly repair?: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970 after which nothing new is looked at: what is left is reported with an error. */
  readonly deadline?: number;
  /** Told the label of each scope before it is looked at. What it throws is ignored. */
  readonly onScope?: (label: string) => void;
}

/** How it goes. */
export type AuditCourse = Pick<AuditOptions, "signal" | "deadline" | "onScope">;

interface AuditParts extends DriveParts {
  readonly providers: readonly Provider[];
  readonly executorOf: ExecutorOf;
}

/**
 * Compares all commitments of the scopes with the ledger. Buys nothing and gives nothing back; it changes nothing unless it
 * is told to repair. A scope that cannot be looked at is reported with its error. Throws a LedgerError; a RefusedError
 * `aborted` when its caller stopped it; an InvalidExecutionError for a provider that is not there.
 */
export async function audit(
  { places, repair = false, ...course }: AuditOptions,
  { providers, ...parts }: AuditParts,
): Promise<AuditReport> {
  checkCourse(course);
  const targets = places === undefined ? await scopesOfLedger(parts.ledger, providers) : scopesIn(places, providers);
  return auditTargets(targets, { ...course, repair }, parts);
}

/** As `audit`, over the scopes of these records; it changes nothing. */
export async function auditRecords(
  records: readonly TokenRecord[],
  course: AuditCourse,
  { providers, ...parts }: AuditParts,
): Promise<AuditReport> {
  checkCourse(course);
  return auditTargets(scopesOfRecords(records, providers), { ...course, repair: false }, parts);
}

function checkCourse({ deadline }: AuditCourse): void {
  if (deadline !== undefined) checkTime("deadline", deadline);
}

async function auditTargets(
  { targets, notLookedAt }: Targets,
  { repair: repairs, signal, deadline, onScope }: AuditCourse & { readonly repair: boolean },
  parts: Omit<AuditParts, "providers">,
): Promise<AuditReport> {
  const { ledger, environment } = parts;
  const stop = createStop(environment, { signal, deadline });
  const scopes: AuditedScope[] = [];
  const findings: Finding[] = [];
  try {
    for (const { executor, scope } of targets) {
      tell(onScope, scope.label);
      const { key, label } = scope;
      try {
        stop.check();
        const seen = await auditScope(executor, scope, { ledger, environment, signal: stop.signal });
        scopes.push({ key, label, listed: seen.listed });
        for (const finding of seen.findings) {
          findings.push(repairs ? await repair(finding, parts, stop.signal) : finding);
          signal?.throwIfAborted();
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (LedgerError.isInstance(error)) throw error;
        const code = BuyonceError.isInstance(error) ? error.code : "lookup-failed";
        scopes.push({ key, label, error: { code, message: messageOf(error) } });
      }
    }
  } catch (error) {
    // Stopped by its caller, whose reason need not be an error of this package.
    if (signal?.aborted) stop.check();
    throw error;
  } finally {
    stop.end();
  }
  return { scopes, findings, notLookedAt };
}

function tell(onScope: AuditOptions["onScope"], label: string): void {
  try {
    onScope?.(label);
  } catch {
    // Documented: a listener that fails disturbs nothing.
  }
}
