import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type AcceptedLoss, acceptLoss } from "./audit/accept-loss.ts";
import { audit, type AuditOptions } from "./audit/run-audit.ts";
import type { AuditReport } from "./contract/audit-report.ts";
import { checkTexts } from "./contract/check-texts.ts";
import { type Environment, systemEnvironment } from "./contract/environment.ts";
import { InvalidExecutionError } from "./contract/errors.ts";
import type { Provider } from "./contract/executor.ts";
import { fingerprint } from "./contract/fingerprint.ts";
import type { ClaimRequest, Ledger, TokenRecord } from "./contract/ledger.ts";
import type { Execution, Recommendation } from "./contract/recommendation.ts";
import type { Outcome, Report } from "./contract/report.ts";
import { deriveIdempotencyToken } from "./contract/token.ts";
import { bridged } from "./drive/bridge.ts";
import { type Budget, createBudget } from "./drive/budget.ts";
import { checkLease, checkOptions } from "./drive/check-options.ts";
import { type Decision, resolveByPerson } from "./drive/resolve-by-person.ts";
import { driveRequests, type DriveOptions, type Work } from "./drive/drive-execution.ts";
import { driveRecommendation } from "./drive/drive-recommendation.ts";
import { findUnfinished } from "./drive/find-unfinished.ts";
import type { Lookup } from "./drive/lookup.ts";
import { withPassedOver } from "./drive/executor-missing.ts";
import { type Quotation, type QuoteOptions, planExecution } from "./drive/plan-execution.ts";
import { reportOf } from "./drive/report-of.ts";
import { watchPending, type SettleOptions } from "./drive/watch-pending.ts";
import { pastDeadline } from "./drive/stop.ts";
import { watchWork } from "./drive/watch-recommendation.ts";
import { leftAsItIs } from "./drive/outcome-of-record.ts";
import { executorsOf, findExecutor, validateExecution } from "./drive/validate.ts";

/** What a purchaser works with. */
export interface PurchaserOptions {
  /** Shared by all drivers of the same executions. */
  readonly ledger: Ledger;
  readonly providers: readonly Provider[];
  /** Clock, timers and random numbers; default the machine's. */
  readonly environment?: Environment;
  /**
   * Milliseconds for which a claim is held without being renewed; a crash costs the next driver at most that.
   * Default 30,000; from 1,000 to 86,400,000. A shorter one makes it likelier that a slow driver loses its claim.
   */
  readonly leaseLength?: number;
}

/** Which of what was left behind is driven, and how. */
export interface RedriveOptions extends DriveOptions {
  /** Milliseconds for which nobody has worked on it, up to ten years. Default 0: all that no living driver holds. */
  readonly olderThan?: number;
  /** At most so many recommendations; what is passed over for want of an executor is not counted. Default 100, at most 10,000. */
  readonly limit?: number;
  /** Those that were refused or rejected as well. Default false. */
  readonly retryRefused?: boolean;
  /** Those that are parked as well: whose unknown outcome waits for a person. Default false. */
  readonly includeParked?: boolean;
}

/** Buys executions exactly once. Made by {@link createPurchaser}. */
export interface Purchaser {
  /** Checks an execution without driving it. Throws an InvalidExecutionError that lists every problem. */
  validate(execution: unknown): Execution;
  /** In a few words, what a recommendation buys. */
  describe(recommendation: Recommendation): string;
  /**
   * What an execution would cost, and what a drive would do about each recommendation. It looks up what is bought already,
   * moves no money, claims nothing and writes nothing. Throws an InvalidExecutionError, or a LedgerError.
   */
  quote(execution: unknown, options?: QuoteOptions): Promise<Quotation>;
  /**
   * Buys what is not yet bought, and reports the truth about every recommendation. Driving the same execution again,
   * from any machine that shares the ledger, buys nothing twice.
   *
   * Throws only an InvalidExecutionError, a LedgerError of a ledger that failed before anything was sent, and a
   * RefusedError `aborted` when it was stopped before anything was sent.
   */
  drive(execution: unknown, options?: DriveOptions): Promise<Report>;
  /** Drives an execution again from the ledger alone. Throws as `drive` does, and for an id that the ledger does not know. */
  redrive(executionId: string, options?: DriveOptions): Promise<Report>;
  /**
   * Drives what was left behind, from the ledger alone and safely beside other drivers: what was written ahead, left
   * unknown, abandoned by a dead driver, still pending, or without its marker. One report per execution, about the
   * recommendations that were to be driven. What is parked waits for a person and is passed over. Totals are those of the whole
   * call; each execution is checked whole before its first purchase. Call it by a timer. Throws as `drive` does, unless
   * there is a report by then: then those that it did not come to are reported as the ledger has them.
   *
   * What needs a provider or service that this purchaser was not given is not touched, and holds nothing up. It is reported
   * as the ledger has it, with the error `executor-missing` (or, bought and pending, with a warning), because it may be that
   * nobody looks after it. With an `olderThan` above the interval of the drivers that do, it shows only if they do not.
   */
  redriveUnfinished(options?: RedriveOptions): Promise<readonly Report[]>;
  /**
   * Looks after what is bought and pending, until it is final or until the deadline (default: in ten minutes), with growing
   * waits: notes its state, stamps missing markers. It never buys: what came to nothing (billing failed, say) is reported
   * and recorded as `rejected`, and the next drive buys it anew. One report per execution, about what was pending. Throws
   * as `redriveUnfinished` does, and passes over what that passes over, unless an execution is named: nobody waits for it, and
   * it is reported as it stood at the beginning, with a warning.
   */
  settle(options?: SettleOptions): Promise<readonly Report[]>;
  /**
   * Lets a person decide about a purchase whose outcome stays unknown, with name and reason in the history. What is said
   * to be bought is compared first; what the provider still shows cannot be called not bought.
   *
   * Throws a RefusedError `nothing-to-resolve`, `still-shown`, `held-by-another-driver`, `commitment-unverifiable` or
   * `commitment-mismatch`, `deadline-too-near` a second before the deadline, whatever a failed look-up throws, or an
   * InvalidExecutionError for an unknown recommendation.
   */
  resolve(decision: Decision, options?: Pick<DriveOptions, "signal" | "deadline">): Promise<Outcome>;
  /**
   * Compares all commitments in the scopes that it may see with the ledger: duplicates, twins, orphans, losses, missing
   * markers. It never buys and never gives back; it changes nothing unless it is told to repair. Throws a LedgerError, a
   * RefusedError `aborted`, or an InvalidExecutionError for a place that no provider is there for.
   */
  audit(options?: AuditOptions): Promise<AuditReport>;
  /**
   * Records that a commitment which the provider no longer shows is gone before its term, with name and reason in the
   * history: drives stop expecting it. Its recommendation stays bought.
   *
   * Throws a RefusedError `still-shown`, `held-by-another-driver`, `nothing-to-resolve` where it came to nothing, whatever
   * a failed look-up throws, a LedgerError, or an InvalidExecutionError for an id that the ledger does not know as bought.
   */
  acceptLoss(loss: AcceptedLoss, options?: { readonly signal?: AbortSignal }): Promise<TokenRecord>;
}

/**
 * Makes a purchaser from a ledger and the providers that the executions need.
 *
 * Throws a RefusedError `invalid-configuration` for a lease that is no whole number of milliseconds from 1,000 to 86,400,000.
 */
export function createPurchaser({
  ledger,
  providers: given,
  environment = systemEnvironment,
  leaseLength = 30_000,
}: PurchaserOptions): Purchaser {
  checkLease(leaseLength);
  const providers = bridged(given);
  const executorOf = executorsOf(providers);
  const canDrive = ({ recommendation }: Pick<TokenRecord, "recommendation">) =>
    findExecutor(providers, recommendation) !== undefined;

  function requestsOf({ executionId, source, recommendations }: Execution): ClaimRequest[] {
    return recommendations.map((recommendation, recIndex) => {
      const executor = executorOf(recommendation);
      return {
        token: deriveIdempotencyToken(executionId, recIndex),
        executionId,
        recIndex,
        source,
        recommendation,
        fingerprint: fingerprint(executor.canonical?.(recommendation) ?? recommendation),
        scope: executor.scopeOf(recommendation),
      };
    });
  }

  const driveAll = (
    executionId: string,
    requests: readonly ClaimRequest[],
    options: DriveOptions,
    budget = createBudget(options.maxTotals),
    work: Work = { run: driveRecommendation },
  ) => {
    checkOptions(options);
    const parts = { ledger, environment, executorOf, leaseLength, holder: holderName(), budget, work };
    return driveRequests(executionId, requests, parts, options);
  };

  return {
    validate: (execution) => validateExecution(execution, providers),
    describe: (recommendation) => executorOf(recommendation).describe(recommendation),

    quote: async (execution, options = {}) => {
      const valid = validateExecution(execution, providers);
      checkOptions(options);
      return planExecution(valid.executionId, requestsOf(valid), { ledger, environment, executorOf }, options);
    },

    drive: async (execution, options = {}) => {
      const valid = validateExecution(execution, providers);
      return driveAll(valid.executionId, requestsOf(valid), options);
    },

    redrive: async (executionId, options = {}) => {
      checkTexts({ executionId });
      checkOptions(options);
      const records = await ledger.execution(executionId);
      if (records.length === 0) {
        throw new InvalidExecutionError([{ path: "executionId", message: "is not in the ledger" }]);
      }
      return redriveRecords(executionId, records, options);
    },

    redriveUnfinished: async ({
      olderThan = 0,
      limit = 100,
      retryRefused = false,
      includeParked = false,
      ...options
    } = {}) => {
      checkOptions({ ...options, olderThan, limit });
      // One for all of them: the totals are those of this call.
      const budget = createBudget(options.maxTotals);
      const query = { olderThan, limit, refused: retryRefused, parked: includeParked };
      const { own: records, passedOver } = await findUnfinished(ledger, query, canDrive);
      const reports: Report[] = [];
      let failure: { readonly error: unknown } | undefined;
      for (const [executionId, own] of Map.groupBy(records, (record) => record.executionId)) {
        failure ??= reports.length > 0 ? pastDeadline(environment, options.deadline) : undefined;
        try {
          if (failure === undefined) reports.push(await redriveRecords(executionId, own, options, budget));
        } catch (error) {
          // Stopped, or the ledger failed: what was driven before is reported, and the next call takes up the rest.
          if (reports.length === 0) throw error;
          failure = { error };
        }
        if (failure !== undefined) reports.push(reportOfUndriven(executionId, own, failure.error));
      }
      return withPassedOver(reports, passedOver);
    },

    settle: async (options = {}) => {
      checkOptions(options);
      checkTexts({ executionId: options.executionId });
      const look = (executionId: string, records: readonly TokenRecord[], how: DriveOptions, lookup: Lookup) =>
        redriveRecords(executionId, records, how, undefined, { ...watchWork, lookup });
      return watchPending(options, { ledger, environment, canDrive, look });
    },

    resolve: async (decision, options = {}) => {
      checkOptions(options);
      return resolveByPerson(decision, { ledger, environment, executorOf, leaseLength, holder: holderName() }, options);
    },

    audit: (options = {}) =>
      audit(options, { ledger, environment, providers, executorOf, leaseLength, holder: holderName() }),
    acceptLoss: (loss, { signal } = {}) =>
      acceptLoss(loss, { ledger, environment, executorOf, leaseLength, holder: holderName() }, signal),
  };

  function redriveRecords(
    executionId: string,
    records: readonly TokenRecord[],
    options: DriveOptions,
    budget?: Budget,
    work?: Work,
  ): Promise<Report> {
    const problems = records
      .filter((record) => !canDrive(record))
      .map(({ recommendation: { provider, service }, recIndex }) => {
        return { path: `recommendations[${recIndex}]`, message: `needs ${provider} ${service}` };
      });
    if (problems.length > 0) throw new InvalidExecutionError(problems);
    return driveAll(executionId, records, options, budget, work);
  }
}

/** What the ledger had about an execution that a call did not come to. */
function reportOfUndriven(executionId: string, records: readonly TokenRecord[], error: unknown): Report {
  return reportOf(
    executionId,
    records.map((record) => leftAsItIs(record, error)),
  );
}

/** A new name for each drive: two drives of one process must not take each other's claims for their own. */
function holderName(): string {
  // A name that any ledger can hold, whatever the machine is called.
  return `${hostname().replaceAll(/[^\w.-]/g, "_")}:${process.pid}:${randomUUID().slice(0, 8)}`;
}
