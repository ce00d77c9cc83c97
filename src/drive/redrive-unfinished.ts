import { checkTexts } from "../contract/check-texts.ts";
import type { Environment } from "../contract/environment.ts";
import { mayBeDriven, workLeft } from "../contract/execution-state.ts";
import type { Ledger, RecordPlace, TokenRecord, UnfinishedQuery } from "../contract/ledger.ts";
import type { Report } from "../contract/report.ts";
import { type Forbidden, whyForbidden } from "../contract/terms.ts";
import { createBudget, type Budget } from "./budget.ts";
import { checkOptions } from "./check-options.ts";
import type { DriveOptions } from "./drive-execution.ts";
import { withMissingExecutors } from "./executor-missing.ts";
import { leftAsItIs } from "./outcome-of-record.ts";
import { reportOf } from "./report-of.ts";
import { readParked, withParked } from "./report-parked.ts";
import { pastDeadline } from "./stop.ts";

/** Which of what was left behind is driven, and how. */
export interface RedriveOptions extends Omit<DriveOptions, "twins"> {
  /** Only of this execution. Default: of all. */
  readonly executionId?: string | undefined;
  /** Milliseconds for which nobody has worked on it, up to ten years. Default 0: all that no living driver holds. */
  readonly olderThan?: number;
  /** At most so many recommendations; what needs an executor that is not there is not counted. Default 100, at most 10,000. */
  readonly limit?: number;
  /** Those that were refused or rejected as well. Default false. */
  readonly retryRefused?: boolean;
  /** Those that are parked as well: whose unknown outcome waits for a person. Default false. */
  readonly includeParked?: boolean;
}

interface RedriveParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  /** Whether there is an executor for it. */
  readonly canDrive: (record: TokenRecord) => boolean;
  /** Drives records of one execution. */
  readonly drive: (
    executionId: string,
    records: readonly TokenRecord[],
    options: DriveOptions,
    budget: Budget,
  ) => Promise<Report>;
}

/**
 * Drives what was left behind, execution by execution, and reports what is parked as the ledger has it. Throws what the first of them throws; after that, what it did not come
 * to is reported as the ledger has it.
 */
export async function redriveUnfinished(
  {
    executionId: only,
    olderThan = 0,
    limit = 100,
    retryRefused = false,
    includeParked = false,
    ...options
  }: RedriveOptions,
  { ledger, environment, canDrive, drive }: RedriveParts,
): Promise<readonly Report[]> {
  checkOptions({ ...options, olderThan, limit });
  checkTexts({ executionId: only });
  // One for all of them: the totals are those of this call.
  const budget = createBudget(options.maxTotals);
  const query = { olderThan, limit, refused: retryRefused, parked: includeParked };
  const from = only === undefined ? ledger : withinOne(ledger, only);
  const { own: records, withoutExecutor } = await findUnfinished(from, query, canDrive);
  const reports: Report[] = [];
  let failure: { readonly error: unknown } | undefined;
  for (const [executionId, own] of Map.groupBy(records, (record) => record.executionId)) {
    failure ??= reports.length > 0 ? pastDeadline(environment, options.deadline) : undefined;
    try {
      if (failure === undefined) reports.push(await drive(executionId, own, options, budget));
    } catch (error) {
      // Stopped, or the ledger failed: what was driven before is reported, and the next call takes up the rest.
      if (reports.length === 0) throw error;
      failure = { error };
    }
    if (failure !== undefined) reports.push(reportOfUndriven(executionId, own, failure.error));
  }
  const driven = withMissingExecutors(reports, withoutExecutor);
  return includeParked ? driven : withParked(driven, await parkedBeside(ledger, driven, only));
}

/** What waits for a person. What was driven is reported, whether the ledger says by now what is parked or not. */
async function parkedBeside(
  ledger: Ledger,
  driven: readonly Report[],
  only: string | undefined,
): Promise<readonly TokenRecord[]> {
  try {
    return await readParked(ledger, only);
  } catch (error) {
    if (driven.length === 0) throw error;
    return [];
  }
}

/** What the ledger had about an execution that a call did not come to. */
function reportOfUndriven(executionId: string, records: readonly TokenRecord[], error: unknown): Report {
  return reportOf(
    executionId,
    records.map((record) => leftAsItIs(record, error)),
  );
}

/** What was left behind, as one driver sees it. Longest untouched first. */
export interface FoundUnfinished {
  /** What it can drive, at most the query's limit. */
  readonly own: readonly TokenRecord[];
  /** What it met beside that, and cannot drive: it counts towards no limit. */
  readonly withoutExecutor: readonly TokenRecord[];
}

/** What is asked of a ledger about what was left behind. */
type UnfinishedSource = Pick<Ledger, "unfinished" | "execution" | "now">;

/** A ledger in which only one execution is asked about: its records are read, instead of those of all. */
function withinOne(ledger: Ledger, executionId: string): UnfinishedSource {
  return {
    now: () => ledger.now(),
    execution: (id) => ledger.execution(id),
    // All of them in one page.
    unfinished: async ({ olderThan, refused, parked, after }) => {
      if (after !== undefined) return [];
      const now = await ledger.now();
      const isMeant = { unfinished: true, refused, parked };
      const isLeft = (record: TokenRecord) => {
        const work = workLeft(record);
        const restingSince = record.leaseUntil ?? record.updatedAt;
        return work !== undefined && isMeant[work] && restingSince <= now - olderThan;
      };
      return (await ledger.recordsOf(executionId)).filter(isLeft);
    },
  };
}

/** Fewer are not read at once, at first and after that: what waits, or cannot be driven, may lie before what can. */
const [firstPage, laterPage] = [100, 1000];

/**
 * What was left behind and can be driven, however much lies before it that cannot: a ledger is shared by drivers of several
 * clouds. Reads on, a page at a time, until there are enough or the ledger has no more. Throws a LedgerError.
 */
export async function findUnfinished(
  ledger: UnfinishedSource,
  query: UnfinishedQuery,
  canDrive: (record: TokenRecord) => boolean | Promise<boolean>,
): Promise<FoundUnfinished> {
  const isWork = createIsWork(ledger);
  const own: TokenRecord[] = [];
  const withoutExecutor: TokenRecord[] = [];
  for (let after: RecordPlace | undefined; ;) {
    const size = Math.max(query.limit, after === undefined ? firstPage : laterPage);
    const records = await ledger.unfinished({ ...query, limit: size, after });
    for (const record of records) {
      if (own.length >= query.limit) break;
      if (await isWork(record)) ((await canDrive(record)) ? own : withoutExecutor).push(record);
    }
    after = records.at(-1);
    if (own.length >= query.limit || records.length < size) return { own, withoutExecutor };
  }
}

/**
 * Whether a drive could do something about it now: nothing of an execution that waits, and of one that is stopped only what was
 * sent. Each execution is read once.
 */
function createIsWork(ledger: UnfinishedSource): (record: TokenRecord) => Promise<boolean> {
  const known = new Map<string, Forbidden | undefined>();
  let now: number | undefined;
  return async (record) => {
    const { executionId } = record;
    if (!known.has(executionId)) {
      now ??= await ledger.now();
      const execution = await ledger.execution(executionId);
      known.set(executionId, execution && whyForbidden(execution, now));
    }
    return mayBeDriven(record, known.get(executionId));
  };
}
