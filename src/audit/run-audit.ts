import { checkTexts } from "../contract/check-texts.ts";
import type { Provider, Scope } from "../contract/executor.ts";
import type { DriveParts } from "../drive/drive-context.ts";
import { type Stop, withStop } from "../drive/stop.ts";
import type { ExecutorOf } from "../drive/validate.ts";
import type { AuditedScope, AuditReport, Finding, Place } from "../contract/audit-report.ts";
import { checkTime } from "../contract/check-number.ts";
import { BuyonceError, LedgerError, messageOf } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { auditScope } from "./audit-scope.ts";
import { repair } from "./repair.ts";
import { scopesIn, scopesOfCaller, scopesOfLedger, scopesOfRecords, type Targets } from "./scopes.ts";

/** What is looked at, and how. */
export interface AuditOptions {
  /** Where to look; default: every scope that the ledger knows. */
  readonly places?: readonly Place[];
  /**
   * Only what the executions of this caller bought: the scopes of these, also where places are named, and what is found about them.
   * How much else a scope holds is not said. Default: everybody's.
   */
  readonly caller?: string;
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
 * `aborted` when its caller stopped it, and `deadline-too-near` where the deadline came before the ledger had told its scopes; an
 * InvalidExecutionError for a provider that is not there.
 */
export function audit(
  { places, caller, repair = false, ...course }: AuditOptions,
  { providers, ...parts }: AuditParts,
): Promise<AuditReport> {
  return stoppable(course, parts, async (stop) => {
    checkTexts({ caller });
    const named = places === undefined ? undefined : scopesIn(places, providers);
    if (caller === undefined) {
      const all = named ?? (await scopesOfLedger(parts.ledger, providers, stop.check));
      return auditTargets(all, { ...course, repair }, stop, parts);
    }
    const { executions, ...own } = await scopesOfCaller(parts.ledger, caller, providers, stop.check);
    const targets =
      named === undefined ? own.targets : own.targets.filter(({ scope }) => isAmong(named.targets, scope));
    const isOwn = ({ executionId }: Pick<Finding, "executionId">) =>
      executionId !== undefined && executions.has(executionId);
    const report = await auditTargets({ ...own, targets }, { ...course, repair, isMeant: isOwn }, stop, parts);
    return { ...report, scopes: report.scopes.map(({ listed: _others, ...scope }) => scope) };
  });
}

function isAmong(targets: Targets["targets"], { key }: Scope): boolean {
  return targets.some(({ scope }) => scope.key === key);
}

/** As `audit`, over the scopes of these records; it changes nothing. */
export function auditRecords(
  records: readonly TokenRecord[],
  course: AuditCourse,
  { providers, ...parts }: AuditParts,
): Promise<AuditReport> {
  return stoppable(course, parts, (stop) =>
    auditTargets(scopesOfRecords(records, providers), { ...course, repair: false }, stop, parts),
  );
}

async function stoppable<T>(
  { signal, deadline }: AuditCourse,
  { environment }: Pick<AuditParts, "environment">,
  look: (stop: Stop) => Promise<T>,
): Promise<T> {
  if (deadline !== undefined) checkTime("deadline", deadline);
  return withStop(environment, { signal, deadline }, look);
}

/** How the targets are looked at. */
interface TargetsCourse extends Pick<AuditCourse, "signal" | "onScope"> {
  readonly repair: boolean;
  /** Whether a finding is reported. Default: all are. */
  readonly isMeant?: (finding: Finding) => boolean;
}

async function auditTargets(
  { targets, notLookedAt }: Targets,
  { repair: repairs, isMeant = () => true, signal, onScope }: TargetsCourse,
  stop: Stop,
  parts: Omit<AuditParts, "providers">,
): Promise<AuditReport> {
  const { ledger, environment } = parts;
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
        for (const finding of seen.findings.filter(isMeant)) {
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
