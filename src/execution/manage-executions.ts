import { unprovenBeside } from "../contract/at-risk.ts";
import { checkNumber } from "../contract/check-number.ts";
import { checkTexts } from "../contract/check-texts.ts";
import { InvalidExecutionError } from "../contract/errors.ts";
import type {
  Amendment,
  LimitChanges,
  NewExecution,
  RecordedAt,
  RecordedExecution,
  ExecutionsQuery,
  Submitter,
} from "../contract/execution-record.ts";
import type { Ledger } from "../contract/ledger.ts";
import type { Execution } from "../contract/recommendation-types.ts";
import { type Money, moneySchema } from "../contract/money.ts";
import { twinsWithinPattern } from "../contract/twin.ts";
import { limitDifferences, limitsDiffer, timesDiffer, whyChanged } from "../contract/compare-execution.ts";
import { checkNewPlan } from "../drive/hold-plan.ts";
import type { PlanDocument } from "../drive/plan-document.ts";
import type { AskedExecution } from "../drive/read-plan.ts";
import { recordedIn } from "../drive/open-execution.ts";
import { withoutApproval } from "../contract/submitted.ts";
import { checkSubmitter } from "./check-submitter.ts";
import { auditBeforeConfirming, type AuditRecords, type Confirmed, type ConfirmOptions } from "./confirm-execution.ts";
import { executionStatus, type ExecutionStatus } from "./execution-status.ts";

/** Who says something about an execution, and why: both go into its history. */
export interface PersonsDecision {
  readonly person: string;
  readonly reason: string;
  /** The version of the terms that the person saw: where it moved on, nothing is changed. Default: whatever it is. */
  readonly expectedVersion?: number;
}

/** What was sent for a place before its execution was cancelled. */
export interface SentPlace {
  readonly recIndex: number;
  /** The idempotency token, in full. */
  readonly token: string;
  /** What it was sent at. */
  readonly price?: Money;
}

/** How an execution is submitted. */
export interface SubmitOptions {
  readonly requireApproval?: boolean;
  /** An approval is required, and of another person than the submitter. It needs a `submitter`. */
  readonly twoPersons?: boolean;
  /** For whom. Default: nobody, who owns nothing. */
  readonly submitter?: Submitter;
}

/** How an execution stands that was submitted. */
export interface Submitted extends ExecutionStatus {
  /** It was recorded before, and this changed nothing about it. */
  readonly isReplay: boolean;
  /** It and its records, as they were when this was recorded, or found. */
  readonly recorded: RecordedAt;
}

/** What is said about executions, beside driving them. */
export interface ExecutionManager<Asked = Execution> {
  /**
   * Records an execution, or that of a plan under the plan's limits, without driving it; with `requireApproval`, nothing of it is bought before a person approved it. One
   * that is recorded already has to be the same, and to need an approval where one is required now. Throws an InvalidExecutionError, a LedgerError, or a RefusedError
   * `execution-changed`, `source-differs` or `limits-differ`; for a plan of what is not recorded `plan-expired` or `plan-outdated`, too.
   *
   * With a `submitter`, the first one owns the execution, and a request that is repeated is a replay for good, whatever a person
   * changed since: {@link ExecutionLedger.recordSubmitted}. It then throws `execution-changed` for every other difference, too, and
   * `execution-id-taken` for an execution that is not the caller's.
   */
  submit(execution: Asked | PlanDocument, options?: SubmitOptions): Promise<Submitted>;
  /**
   * Approves the terms that `termsHash` names ({@link ExecutionStatus.termsHash}). Throws a RefusedError `terms-changed` where
   * they are not those that are recorded, and what `cancel` throws.
   */
  approve(executionId: string, approval: PersonsDecision & { readonly termsHash: string }): Promise<ExecutionStatus>;
  /**
   * After it returned, nothing more is sent for the execution. `mayBeBought` are the places that were sent before, and are not
   * known to be bought or not: drives find out, without sending anything. Throws an InvalidExecutionError for an execution
   * that is not known, a RefusedError `nothing-to-change` or `terms-changed`, or a LedgerError.
   */
  cancel(
    executionId: string,
    decision: PersonsDecision,
  ): Promise<{ readonly status: ExecutionStatus; readonly mayBeBought: readonly SentPlace[] }>;
  /**
   * Records that somebody asks for another try of what was refused, rejected or parked; of an execution that is stopped, only of what
   * was sent. It survives the process that asked: the next `redriveUnfinished` of any driver does it, once. Throws an
   * InvalidExecutionError for an execution that is not known, a RefusedError with the reason for one that waits, or a LedgerError.
   * Under a key that this person asked with before it records nothing (`isReplay`), and throws a RefusedError `execution-changed`
   * where that was for another execution.
   */
  askRedrive(
    executionId: string,
    person: string,
    key?: string,
  ): Promise<ExecutionStatus & { readonly isReplay: boolean }>;
  /** Undoes a cancel; an approval has to be given anew. Throws as `cancel`, and `execution-expired`. */
  reopen(executionId: string, decision: PersonsDecision): Promise<ExecutionStatus>;
  /** Drops a place that was never sent, for good. Throws as `cancel`, and `already-sent`. */
  skip(executionId: string, recIndex: number, decision: PersonsDecision): Promise<ExecutionStatus>;
  /**
   * Changes limits: `null` is none. Lowering keeps an approval, raising or removing clears it. Throws as `cancel`, and
   * `limit-below-spent` or `total-currency-missing` for totals below what was sent and is or may be bought.
   */
  setLimits(executionId: string, change: PersonsDecision & LimitChanges): Promise<ExecutionStatus>;
  /** Changes the source of what was not sent; an approval has to be given anew. Throws as `cancel`. */
  setSource(executionId: string, change: PersonsDecision & { readonly source: string }): Promise<ExecutionStatus>;
  /**
   * Says that an execution which is incomplete, or whose ledger was restored, may be bought as it is recorded. Where the ledger was
   * restored, the scopes of its records are audited first; what that finds is told to `onAudit` before anything is written, and
   * returned. It holds for the terms that were recorded when the audit began. Throws as `cancel`; a RefusedError, with the code of
   * the look-up, where one of the scopes could not be looked at; and an InvalidExecutionError for a recommendation without an
   * executor.
   */
  confirm(executionId: string, decision: PersonsDecision, options?: ConfirmOptions): Promise<Confirmed>;
  /** How executions stand, last changed first: at most `limit` (default 100, at most 1,000), from after one on. */
  executions(query?: Partial<ExecutionsQuery>): Promise<readonly ExecutionStatus[]>;
  /** How one stands. Throws an InvalidExecutionError for one that is not known, or a LedgerError. */
  execution(executionId: string): Promise<ExecutionStatus>;
}

/** What it works with. */
interface ManagerParts {
  readonly ledger: Ledger;
  /** Validates an execution that is to be recorded. */
  readonly planOf: (execution: unknown) => AskedExecution;
  readonly audit: AuditRecords;
}

/** Executions in one look. */
const [defaultLimit, mostShown] = [100, 1000];

/** The executions of a ledger. */
export function manageExecutions({ ledger, planOf, audit }: ManagerParts): ExecutionManager<unknown> {
  const statusOf = (recorded: RecordedAt) => executionStatus(recorded, recorded.at);
  const amend = async (executionId: string, amendment: Amendment) => {
    const { person, reason, expectedVersion } = amendment;
    checkTexts({ executionId, person, reason });
    if (expectedVersion !== undefined) {
      checkNumber("expectedVersion", expectedVersion, { minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
    }
    return ledger.amend(executionId, amendment);
  };

  return {
    submit: async (execution, { requireApproval = false, twoPersons = false, submitter } = {}) => {
      checkFor(submitter, twoPersons);
      const terms = await termsOf(ledger, planOf(execution));
      const asked = { ...terms, approvalRequired: requireApproval || twoPersons, twoPersons };
      const { isNew, ...found } = await (submitter === undefined
        ? recordForNobody(ledger, asked)
        : ledger.recordSubmitted(asked, submitter));
      return { ...statusOf(found), isReplay: !isNew, recorded: found };
    },
    approve: async (executionId, { person, reason, expectedVersion, termsHash }) => {
      checkTexts({ termsHash });
      return statusOf(await amend(executionId, { kind: "approve", person, reason, expectedVersion, termsHash }));
    },
    cancel: async (executionId, { person, reason, expectedVersion }) => {
      const after = await amend(executionId, { kind: "cancel", person, reason, expectedVersion });
      return { status: statusOf(after), mayBeBought: sentPlaces(after) };
    },
    askRedrive: (...asked) => askRedrive(ledger, ...asked),
    reopen: async (executionId, { person, reason, expectedVersion }) =>
      statusOf(await amend(executionId, { kind: "reopen", person, reason, expectedVersion })),
    skip: async (executionId, recIndex, { person, reason, expectedVersion }) => {
      checkNumber("recIndex", recIndex, { minimum: 0, maximum: 999_999 });
      return statusOf(await amend(executionId, { kind: "skip", recIndex, person, reason, expectedVersion }));
    },
    setLimits: async (executionId, { person, reason, expectedVersion, ...limits }) => {
      checkLimits(limits);
      const { maxTotals, maxPrices, forbidTwinsWithin } = limits;
      const change = { kind: "limits", maxTotals, maxPrices, forbidTwinsWithin } as const;
      return statusOf(await amend(executionId, { ...change, person, reason, expectedVersion }));
    },
    setSource: async (executionId, { person, reason, expectedVersion, source }) => {
      checkTexts({ source });
      return statusOf(await amend(executionId, { kind: "source", source, person, reason, expectedVersion }));
    },
    confirm: async (executionId, { person, reason, expectedVersion }, options = {}) => {
      checkTexts({ executionId, person, reason });
      const { execution, records } = await recordedIn(ledger, executionId);
      const confirmation = { kind: "confirm", person, reason } as const;
      if (execution.restored !== true) {
        return { status: statusOf(await amend(executionId, { ...confirmation, expectedVersion })) };
      }
      const { report, audited } = await auditBeforeConfirming(ledger, records, audit, options);
      const seen = expectedVersion ?? execution.termsVersion;
      await amend(executionId, { ...confirmation, expectedVersion: seen, audited });
      // Read anew: restored once more since the audit began, it still waits.
      return { status: statusOf(await recordedIn(ledger, executionId)), audit: report };
    },
    executions: (query) => readExecutions(ledger, query),
    execution: async (executionId) => {
      checkTexts({ executionId });
      return statusOf(await recordedIn(ledger, executionId));
    },
  };
}

/** Throws an InvalidExecutionError for a submitter that is none, or where two persons are asked for and nobody is named. */
function checkFor(submitter: Submitter | undefined, twoPersons: boolean): void {
  if (submitter !== undefined) checkSubmitter(submitter);
  else if (twoPersons) {
    const message = "must name a caller: of two persons, one is who submits it";
    throw new InvalidExecutionError([{ path: "submitter", message }], "request");
  }
}

/** What is recorded of an execution, or of a plan: its limits are those of its execution. Throws for a plan that may record nothing. */
async function termsOf(ledger: Ledger, asked: AskedExecution): Promise<NewExecution> {
  await checkNewPlan(ledger, asked);
  const { plan: _plan, ...terms } = asked;
  return terms;
}

/** Records that somebody asks for another try. */
async function askRedrive(
  ledger: Ledger,
  ...[executionId, person, key]: Parameters<ExecutionManager["askRedrive"]>
): ReturnType<ExecutionManager["askRedrive"]> {
  checkTexts({ executionId, person, key });
  const asked = await ledger.askRedrive(executionId, person, key);
  return { ...executionStatus(asked, asked.at), isReplay: asked.isReplay };
}

/** Records an execution that nobody owns. Throws a RefusedError for one that is recorded otherwise. */
async function recordForNobody(ledger: Ledger, asked: NewExecution): ReturnType<Ledger["recordExecution"]> {
  const found = await ledger.recordExecution(asked);
  if (found.isNew) return found;
  const differs = whyChanged(asked, found);
  if (differs !== undefined) throw differs;
  const { raises, lowers } = limitDifferences(asked, found);
  const times = timesDiffer(asked, found.execution);
  if ([...times, ...raises, ...lowers].length > 0) throw limitsDiffer({ times, raises, lowers });
  if (asked.approvalRequired && !found.execution.approvalRequired) throw withoutApproval();
  return found;
}

async function readExecutions(
  ledger: Ledger,
  { caller, after, limit = defaultLimit }: Partial<ExecutionsQuery> = {},
): Promise<readonly ExecutionStatus[]> {
  checkNumber("limit", limit, { minimum: 1, maximum: mostShown });
  checkTexts({ caller });
  const found = await ledger.executions({ caller, limit, after });
  const now = await ledger.now();
  const shown: ExecutionStatus[] = [];
  for (const execution of found) {
    shown.push(executionStatus({ execution, records: await ledger.recordsOf(execution.executionId) }, now));
  }
  return shown;
}

/** What was sent of an execution and is not known to be bought or not, as {@link ExecutionManager.cancel} answers it. */
export function sentPlaces({ records }: RecordedExecution): readonly SentPlace[] {
  return records.flatMap((record) => {
    const { recIndex, token, submission, state } = record;
    const open = submission !== undefined && ["submitted", "unknown"].includes(state) ? [submission] : [];
    return [...open, ...unprovenBeside(record, open[0])].map(({ price }) => ({ recIndex, token, price }));
  });
}

/** Throws an InvalidExecutionError that names each limit that is none. */
function checkLimits({ maxTotals, maxPrices = {}, forbidTwinsWithin }: LimitChanges): void {
  const problems: { path: string; message: string }[] = [];
  const check = (path: string, amount: unknown) => {
    const parsed = moneySchema.safeParse(amount);
    if (!parsed.success)
      problems.push({ path, message: 'must be an amount such as { amount: "30.00", currency: "USD" }' });
  };
  for (const [recIndex, price] of Object.entries(maxPrices)) {
    if (price !== null) check(`maxPrices[${recIndex}]`, price);
    // "01" would be named in the history, and limit nothing.
    if (String(Number(recIndex)) !== recIndex) {
      problems.push({ path: `maxPrices[${recIndex}]`, message: "must be named by the number of a recommendation" });
    }
  }
  for (const [index, total] of (maxTotals ?? []).entries()) check(`maxTotals[${index}]`, total);
  const currencies = new Set(maxTotals?.map(({ currency }) => currency));
  if (maxTotals?.length === 0)
    problems.push({ path: "maxTotals", message: "must hold at least one amount, or be null" });
  if (currencies.size < (maxTotals?.length ?? 0))
    problems.push({ path: "maxTotals", message: "must name each currency once" });
  if (typeof forbidTwinsWithin === "string" && !twinsWithinPattern.test(forbidTwinsWithin)) {
    problems.push({ path: "forbidTwinsWithin", message: 'must be a number of days such as "P7D", or null' });
  }
  if (maxTotals === undefined && forbidTwinsWithin === undefined && Object.keys(maxPrices).length === 0) {
    problems.push({ path: "maxTotals", message: "or maxPrices or forbidTwinsWithin must say what to change" });
  }
  if (problems.length > 0) throw new InvalidExecutionError(problems, "request");
}
