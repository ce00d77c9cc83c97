import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { AccessReport } from "./access/access-report.ts";
import type { AccessOptions } from "./access/check-access.ts";
import type { AuditOptions } from "./audit/run-audit.ts";
import type { AuditReport } from "./contract/audit-report.ts";
import { checkTexts } from "./contract/check-texts.ts";
import { type Environment, systemEnvironment } from "./contract/environment.ts";
import { InvalidExecutionError } from "./contract/errors.ts";
import type { Provider } from "./contract/executor.ts";
import type { Ledger, TokenRecord } from "./contract/ledger.ts";
import type { AnyRecommendation } from "./contract/recommendation.ts";
import type { Execution } from "./contract/recommendation-types.ts";
import type { Outcome, Report } from "./contract/report.ts";
import { type AcceptedLoss, acceptLoss } from "./drive/accept-loss.ts";
import { withAgreement } from "./drive/agreement.ts";
import { type Budget, createBudget } from "./drive/budget.ts";
import { checkLease, checkOptions } from "./drive/check-options.ts";
import { driveExecution, type Driven, type DriveOptions, type Work } from "./drive/drive-execution.ts";
import { driveRecommendation } from "./drive/drive-recommendation.ts";
import { withTwinsForbidden } from "./drive/find-twins.ts";
import type { Lookup } from "./drive/lookup.ts";
import { withPlan } from "./drive/hold-plan.ts";
import { makePlan, type PlanDocumentOptions, type PlannedExecution } from "./drive/make-plan.ts";
import { ifAgreed, openExecution, openRecords, recordedIn, withUnrecorded } from "./drive/open-execution.ts";
import type { PlanDocument } from "./drive/plan-document.ts";
import { planExecution, type ExecutionPlan, type PlanOptions, type PlanParts } from "./drive/plan-execution.ts";
import { redriveUnfinished, type RedriveOptions } from "./drive/redrive-unfinished.ts";
import { type Decision, resolveByPerson } from "./drive/resolve-by-person.ts";
import { readExecution } from "./drive/read-plan.ts";
import { accessOfAny } from "./drive/say-not-ready.ts";
import { executorsOf, findExecutor, validateExecution } from "./drive/validate.ts";
import { watchPending, type WatchOptions } from "./drive/watch-pending.ts";
import type { AuditRecords } from "./execution/confirm-execution.ts";
import { type ExecutionManager, manageExecutions } from "./execution/manage-executions.ts";
import { lookForOf, type LookFor } from "./inspect/look-for.ts";
import type { ImportOptions } from "./import/import-executions.ts";
import type { ImportReport } from "./import/import-report.ts";
import { watchWork } from "./drive/watch-recommendation.ts";

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

/**
 * Buys executions exactly once. Made by {@link createPurchaser}. `Asked` is what it takes to be bought: whatever that is, it is
 * checked as `validate` does.
 */
export interface Purchaser<Asked = Execution> extends ExecutionManager<Asked> {
  /** Checks an execution, or a plan, without driving it: one that was read from JSON. Returns the execution. Throws an InvalidExecutionError that lists every problem. */
  validate(execution: unknown): Execution;
  /** In a few words, what a recommendation buys. */
  describe(recommendation: AnyRecommendation): string;
  /** Whether it was given an executor for this provider and service. */
  canDrive(recommendation: Pick<AnyRecommendation, "provider" | "service">): boolean;
  /** Where the provider's portal shows what was bought for it, or all of its kind: an https address; undefined at an imitation. Asks nobody. */
  portalOf(recommendation: AnyRecommendation, commitmentId?: string): string | undefined;
  /** What to look for at the provider of a record that may be bought, and how; undefined where there is nothing to look for. Asks nobody. */
  lookFor(record: TokenRecord): LookFor | undefined;
  /**
   * What an execution would cost, and what a drive would do about each recommendation. It looks up what is bought already,
   * moves no money, claims nothing and writes nothing. Throws an InvalidExecutionError, a LedgerError, or for a
   * plan of what is not recorded a RefusedError `plan-expired` or `plan-outdated`.
   */
  plan(execution: Asked | PlanDocument, options?: PlanOptions): Promise<ExecutionPlan>;
  /**
   * Quotes an execution as `plan` does, and makes of what was seen a document that a person can approve, and that `drive` and
   * `submit` take in place of the execution: docs/plan.md. Each price is its limit; what would be refused, or is adopted, is not
   * bought under it. There is none where nothing would be bought under it. Throws as `plan`, and a RefusedError
   * `invalid-configuration` for an option that makes no sense, or `terms-changed` where somebody changed the terms meanwhile.
   */
  planDocument(execution: Asked | PlanDocument, options?: PlanDocumentOptions): Promise<PlannedExecution>;
  /**
   * Whether an execution could be bought with: who signs in where, what may be listed, priced and purchased, clocks, packages, the
   * ledger. Also of the accounts, tenants and projects that the providers' settings name; without an execution, of these alone. It
   * buys nothing, changes nothing and records nothing. Throws an InvalidExecutionError, or a RefusedError `aborted`.
   */
  checkAccess(execution?: Asked, options?: AccessOptions): Promise<AccessReport>;
  /**
   * Buys what is not yet bought, and reports the truth about every recommendation. Driving the same execution again,
   * from any machine that shares the ledger, buys nothing twice.
   *
   * Throws only an InvalidExecutionError, a LedgerError of a ledger that failed before anything was sent, and a
   * RefusedError `aborted` when it was stopped before anything was sent; for a plan of what is not recorded also `plan-expired` or
   * `plan-outdated`. A plan that does not hold any more buys nothing, and never raises a limit, whatever the options say.
   */
  drive(execution: Asked | PlanDocument, options?: DriveOptions): Promise<Report>;
  /** Drives an execution again from the ledger alone. Throws as `drive` does, and for an id that the ledger does not know. */
  redrive(executionId: string, options?: Omit<DriveOptions, "twins">): Promise<Report>;
  /**
   * Drives what was left behind, from the ledger alone and safely beside other drivers: what was written ahead, left
   * unknown, abandoned by a dead driver, still pending, or without its marker. One report per execution, about the
   * recommendations that were to be driven. What is parked waits for a person: it is not driven, and up to 1,000 of it are
   * reported as the ledger has them, `unresolved` with `parked` and the price that may be spent. Totals are those of the whole
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
   * as `redriveUnfinished` does, and skips what that skips, unless an execution is named: nobody waits for it, and
   * it is reported as it stood at the beginning, with a warning.
   */
  watchPending(options?: WatchOptions): Promise<readonly Report[]>;
  /**
   * Lets a person decide about a recommendation that no drive can settle, with name and reason in the record and the history.
   * What is said to be bought is compared first, and held against what else may be it. What is said not to be bought needs the
   * provider's clear answer, and the executor's `minimumAge` since the last send. What is written off needs its `parkAfter`: it
   * counts as maybe bought, and is never bought again.
   *
   * Throws a RefusedError `nothing-to-resolve`, `still-shown`, `too-early` (with `retryAfter`), `answer-unclear`, `there-before`,
   * `commitment-taken`, `commitment-unverifiable`, `commitment-mismatch`, `several-commitments`, `purchase-over` or
   * `held-by-another-driver`, `deadline-too-near` a second before the deadline, whatever a failed look-up throws, or an
   * InvalidExecutionError for an unknown recommendation.
   */
  resolveByPerson(decision: Decision, options?: Pick<DriveOptions, "signal" | "deadline">): Promise<Outcome>;
  /**
   * Records the executions of an export of another engine's tables (JSON array, JSON lines or CSV: docs/take-over.md), so that the
   * ledger knows what that engine bought before anything is driven. Nothing is bought, and nothing of them is before a person
   * approved it. One entry for each row: a row that is not valid, or contradicts the ledger or a provider, changes nothing. What
   * is said to be bought and does not show waits. The same again changes nothing. Throws an InvalidExecutionError for an export
   * that cannot be read, or a LedgerError.
   */
  importExecutions(text: string, options: ImportOptions): Promise<ImportReport>;
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

/** As the one of `typed-purchaser.ts`, for callers in here: they hand on what they read. */
export function createPurchaser({
  ledger,
  providers,
  environment = systemEnvironment,
  leaseLength = 30_000,
}: PurchaserOptions): Purchaser<unknown> {
  checkLease(leaseLength);
  const executorOf = executorsOf(providers);
  const accessOf = accessOfAny(providers);
  const parts = () => ({ ledger, accessOf, environment, executorOf, leaseLength, holder: holderName() });
  const providerOf = (provider: string) => providers.find(({ name }) => name === provider);
  const canDrive: CanDrive = ({ recommendation }) => findExecutor(providers, recommendation) !== undefined;
  const { driveAll, driveRecords } = drivesOf(ledger, parts, canDrive);
  const planOf = (input: unknown) => readExecution(input, providers).asked;

  return {
    ...manageExecutions({ ledger, planOf, audit: auditOf(providers, parts, canDrive) }),
    validate: (execution) => readExecution(execution, providers).execution,
    describe: (recommendation) => executorOf(recommendation).describe(recommendation),
    canDrive: (recommendation) => canDrive({ recommendation }),
    portalOf: (one, commitmentId) => providerOf(one.provider)?.portalOf?.(one, commitmentId),
    lookFor: (record) => lookForOf(record, providerOf),

    ...plansOf(providers, parts),
    checkAccess: accessCheckOf({ providers, environment, ledger }),

    drive: async (execution, options = {}) => {
      const asked = planOf(execution);
      checkOptions(options);
      const { plan } = asked;
      const budget = withPlan(createBudget(options.maxTotals), plan);
      const { agreement, maxTotals } = options;
      const raiseLimits = plan === undefined && options.raiseLimits === true;
      const drivers = parts();
      // What the file leaves open, the first drive fills in.
      const recorded = { ...withTwinsForbidden(asked, options.twins), maxTotals: asked.maxTotals ?? maxTotals };
      const how = { holder: drivers.holder, raiseLimits, agreement };
      const open = async () => withUnrecorded(await openExecution(ledger, asked, recorded, how), asked);
      return driveAll({ ...asked, open }, whilePlanHolds(options, plan, environment.now()), drivers, budget);
    },

    redrive: async (executionId, options = {}) => {
      checkTexts({ executionId });
      checkOptions(options);
      const recorded = await recordedIn(ledger, executionId);
      const { execution, records } = recorded;
      checkExecutors(records, canDrive);
      const open = async () => ifAgreed(recorded, options.agreement);
      return driveAll({ executionId, places: records, emptyPlaces: execution.emptyPlaces, open }, options);
    },

    redriveUnfinished: (options = {}) =>
      redriveUnfinished(options, { ledger, environment, canDrive, drive: driveRecords }),

    watchPending: async (options = {}) => {
      checkOptions(options);
      checkTexts({ executionId: options.executionId });
      const look = (executionId: string, records: readonly TokenRecord[], how: DriveOptions, lookup: Lookup) =>
        driveRecords(executionId, records, how, undefined, { ...watchWork, lookup });
      return watchPending(options, { ledger, environment, canDrive, look });
    },

    resolveByPerson: async (decision, options = {}) => {
      checkOptions(options);
      return resolveByPerson(decision, parts(), options);
    },

    importExecutions: async (text, options) => {
      const { importExecutions } = await import("./import/import-executions.ts");
      const resolve: Purchaser["resolveByPerson"] = (decision, how) => resolveByPerson(decision, parts(), how ?? {});
      return importExecutions(text, options, { ...parts(), providers, resolve });
    },

    audit: async (options = {}) => (await loadAudit()).audit(options, { ...parts(), providers }),
    acceptLoss: (loss, { signal } = {}) => acceptLoss(loss, parts(), signal),
  };
}

/** What every call works with. */
type PartsOfAny = Omit<Parameters<typeof driveExecution>[1], "budget" | "work">;

/** Loaded when it is asked for, as is all that no drive needs. */
const loadAudit = () => import("./audit/run-audit.ts");

/** The audit of given records; each needs its executor. */
function auditOf(providers: readonly Provider[], parts: () => PartsOfAny, canDrive: CanDrive): AuditRecords {
  return async (records, options) => {
    checkExecutors(records, canDrive);
    return (await loadAudit()).auditRecords(records, options, { ...parts(), providers });
  };
}

/** What an execution would cost, and the plan of it. */
function plansOf(
  providers: readonly Provider[],
  parts: () => PlanParts,
): Pick<Purchaser<unknown>, "plan" | "planDocument"> {
  return {
    plan: async (execution, options = {}) => {
      const { asked } = readExecution(execution, providers);
      checkOptions(options);
      const raiseLimits = asked.plan === undefined && options.raiseLimits === true;
      return planExecution(asked, parts(), { ...options, raiseLimits });
    },
    planDocument: async (execution, options = {}) => {
      const read = readExecution(execution, providers);
      checkOptions(options);
      return makePlan(read, { ...parts(), providers }, options);
    },
  };
}

function accessCheckOf({
  providers,
  environment,
  ledger,
}: Required<Omit<PurchaserOptions, "leaseLength">>): Purchaser<unknown>["checkAccess"] {
  return async (execution, options = {}) => {
    const asked = execution === undefined ? undefined : validateExecution(execution, providers);
    checkOptions(options);
    const { checkAccess, recommendationsOf } = await import("./access/check-access.ts");
    return checkAccess(recommendationsOf(asked), { providers, environment, openLedger: async () => ledger }, options);
  };
}

/** Nothing is begun under a plan that its time leaves no room for. Once that is over, the ledger's clock says what may still be done. */
function whilePlanHolds(options: DriveOptions, plan: PlanDocument | undefined, now: number): DriveOptions {
  const end = plan === undefined ? now : Date.parse(plan.holdsUntil);
  return end <= now ? options : { ...options, deadline: Math.min(options.deadline ?? end, end) };
}

/** Whether there is an executor for it. */
type CanDrive = (record: { readonly recommendation: Pick<AnyRecommendation, "provider" | "service"> }) => boolean;

/** Drives an execution, or records of one as the ledger has them. */
function drivesOf(ledger: Ledger, parts: () => PartsOfAny, canDrive: CanDrive) {
  const driveAll = (
    driven: Driven,
    options: DriveOptions,
    drivers = parts(),
    budget = createBudget(options.maxTotals),
    work: Work = { run: driveRecommendation },
  ) => {
    const isAgreed = options.agreement !== undefined;
    const allowed = withAgreement(budget, options.agreement);
    return driveExecution(driven, { ...drivers, budget: allowed, isAgreed, work }, options);
  };
  const driveRecords = async (
    executionId: string,
    records: readonly TokenRecord[],
    options: DriveOptions,
    budget?: Budget,
    work?: Work,
  ) => {
    checkOptions(options);
    checkExecutors(records, canDrive);
    const open = () => openRecords(ledger, executionId, records, options.agreement);
    return driveAll({ executionId, places: records, open }, options, parts(), budget, work);
  };
  return { driveAll, driveRecords };
}

/** Throws an InvalidExecutionError that names what no executor is there for. */
function checkExecutors(records: readonly TokenRecord[], canDrive: CanDrive): void {
  const problems = records
    .filter((record) => !canDrive(record))
    .map(({ recommendation: { provider, service }, recIndex }) => {
      return { path: `recommendations[${recIndex}]`, message: `needs ${provider} ${service}` };
    });
  if (problems.length > 0) throw new InvalidExecutionError(problems);
}

/** A new name for each drive: two drives of one process must not take each other's claims for their own. */
function holderName(): string {
  // A name that any ledger can hold, whatever the machine is called.
  return `${hostname().replaceAll(/[^\w.-]/g, "_")}:${process.pid}:${randomUUID().slice(0, 8)}`;
}
