import { RefusedError } from "../contract/errors.ts";
import { todoOf } from "../contract/error-advice.ts";
import type { ExecutionRecord, LimitChanges, NewExecution, RecordedAt } from "../contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import { notRecorded } from "../contract/not-recorded.ts";
import { plannedRecord } from "../contract/planned-record.ts";
import { whyStopped } from "../contract/terms.ts";
import { longerTwinsWithin } from "../contract/twin.ts";
import type { Agreement } from "./agreement.ts";
import { checkNewPlan, whyPlanRefused } from "./hold-plan.ts";
import type { AskedExecution } from "./read-plan.ts";
import { limitDifferences, whyChanged, whyLimitsRefused } from "../contract/compare-execution.ts";

/** An execution as it is recorded, and why nothing of it may be bought as it is asked for now. */
export interface OpenedExecution extends RecordedAt {
  readonly refusal?: RefusedError | undefined;
}

/** How an execution is taken up. */
interface OpenOptions {
  /** Names this driver in the history of limits that its file changed. */
  readonly holder: string;
  /** Limits that the file raises or drops are recorded. */
  readonly raiseLimits: boolean;
  readonly agreement: Agreement | undefined;
}

/** How often a limit that is to be recorded is compared anew, because somebody else changed the terms meanwhile. */
const maxAttempts = 3;

/**
 * Records an execution (as `first`, where it is new) before the first claim of it. One that is recorded has to be the same: a limit that the file lowers is
 * recorded, whatever else differs refuses all of it. Throws a LedgerError, and a RefusedError for a plan that may record nothing.
 */
export async function openExecution(
  ledger: Ledger,
  asked: AskedExecution,
  first: NewExecution,
  { holder, raiseLimits, agreement }: OpenOptions,
): Promise<OpenedExecution> {
  const { executionId } = asked;
  await checkNewPlan(ledger, asked);
  for (let attempt = 1; ; attempt += 1) {
    const { isNew, ...recorded } = await ledger.recordExecution(first);
    const unseen = whyNotAgreed(agreement, { executionId, termsVersion: isNew ? 0 : recorded.execution.termsVersion });
    if (unseen !== undefined) return { ...recorded, refusal: unseen };
    if (isNew) return recorded;
    const changed = whyChanged(asked, recorded);
    if (changed !== undefined) return { ...recorded, refusal: changed };
    // Nothing of it is bought anyhow, which is what has to be said.
    if (whyStopped(recorded.execution, recorded.at) !== undefined) return recorded;
    const outdated = whyPlanRefused(asked, recorded);
    if (outdated !== undefined) return { ...recorded, refusal: outdated };
    const limited = withTwinsOfFirst(withTotalsOfFirst(asked, first, recorded), first, recorded);
    const differences = limitDifferences(limited, recorded);
    const refusal = whyLimitsRefused(asked, recorded.execution, differences, raiseLimits);
    if (refusal !== undefined) return { ...recorded, refusal };
    const { lowered, raised, raises } = differences;
    const changes = joined(lowered, raised);
    if (isNothing(changes)) return recorded;
    try {
      const reason = raises.length > 0 ? "the file that it drove, with leave to raise" : "the file that it drove";
      const expectedVersion = recorded.execution.termsVersion;
      return await ledger.amend(executionId, { kind: "limits", ...changes, person: holder, reason, expectedVersion });
    } catch (error) {
      if (!RefusedError.isInstance(error)) throw error;
      if (error.code !== "terms-changed" || attempt === maxAttempts) return { ...recorded, refusal: error };
    }
  }
}

/** One that was submitted without totals and that nobody has driven yet gets those of its first drive. */
function withTotalsOfFirst(asked: NewExecution, first: NewExecution, { execution, records }: RecordedAt): NewExecution {
  const isFirst = records.every(({ epoch }) => epoch === 0);
  return isFirst && execution.maxTotals === undefined ? { ...asked, maxTotals: first.maxTotals } : asked;
}

/** What a call forbids beside its file is recorded where more is allowed. */
function withTwinsOfFirst(
  asked: NewExecution,
  { forbidTwinsWithin }: NewExecution,
  { execution }: RecordedAt,
): NewExecution {
  if (forbidTwinsWithin === asked.forbidTwinsWithin) return asked;
  return { ...asked, forbidTwinsWithin: longerTwinsWithin(forbidTwinsWithin, execution.forbidTwinsWithin) };
}

/** Places that are asked for and not recorded, after the recorded ones: all of it is refused. */
export function withUnrecorded(opened: OpenedExecution, asked: NewExecution): OpenedExecution {
  const { execution, records, refusal } = opened;
  if (refusal === undefined) return opened;
  const known = new Set(records.map(({ token }) => token));
  const more = asked.places
    .filter(({ token }) => !known.has(token))
    .map((place) => plannedRecord(place, execution.createdAt));
  return { ...opened, records: [...records, ...more] };
}

/** An execution with all its records, as it is now. Throws an InvalidExecutionError for one that the ledger does not know. */
export async function recordedIn(ledger: Pick<Ledger, "recorded">, executionId: string): Promise<RecordedAt> {
  const recorded = await ledger.recorded(executionId);
  if (recorded === undefined) throw notRecorded();
  return recorded;
}

/** Records that were read before, however long ago, to be driven under the terms that are recorded now. */
export async function openRecords(
  ledger: Pick<Ledger, "execution" | "now">,
  executionId: string,
  records: readonly TokenRecord[],
  agreement: Agreement | undefined,
): Promise<OpenedExecution> {
  const execution = await ledger.execution(executionId);
  if (execution === undefined) throw notRecorded();
  return ifAgreed({ execution, records, at: await ledger.now() }, agreement);
}

/** An execution as it was read, refused where its terms are not those that a person agreed to. */
export function ifAgreed(recorded: RecordedAt, agreement: Agreement | undefined): OpenedExecution {
  return { ...recorded, refusal: whyNotAgreed(agreement, recorded.execution) };
}

/** The terms of an execution are not those that a person was shown; undefined where they are, or where nobody was asked. */
function whyNotAgreed(
  agreement: Agreement | undefined,
  { executionId, termsVersion }: Pick<ExecutionRecord, "executionId" | "termsVersion">,
): RefusedError | undefined {
  if (agreement === undefined || agreement.termsVersions[executionId] === termsVersion) return undefined;
  return new RefusedError({
    code: "terms-changed",
    message: `The terms of the execution changed since they were shown. Nothing was sent for it now. ${todoOf("terms-changed")}`,
    retryable: true,
  });
}

function joined(lowered: LimitChanges, raised: LimitChanges): LimitChanges {
  return { ...lowered, ...raised, maxPrices: { ...lowered.maxPrices, ...raised.maxPrices } };
}

function isNothing({ maxPrices = {}, maxTotals, forbidTwinsWithin }: LimitChanges): boolean {
  return maxTotals === undefined && forbidTwinsWithin === undefined && Object.keys(maxPrices).length === 0;
}
