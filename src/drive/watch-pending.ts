import type { Environment } from "../contract/environment.ts";
import { notRecorded } from "../contract/not-recorded.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Outcome, Report } from "../contract/report.ts";
import { createEmit } from "./emit.ts";
import type { DriveOptions } from "./drive-execution.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { withMissingExecutors } from "./executor-missing.ts";
import { readOldest, withoutBodies } from "./read-records.ts";
import { reportOf } from "./report-of.ts";
import { isPending } from "./watch-recommendation.ts";
import { createStop, type Stop } from "./stop.ts";
import { tokensByScope } from "./tokens-by-scope.ts";
import { leftAsItIs } from "./outcome-of-record.ts";

/** What is looked after, and for how long. */
export interface WatchOptions extends Pick<DriveOptions, "signal" | "deadline" | "concurrency" | "onEvent"> {
  /** Only this execution; default: all that is pending in the ledger, 10,000 at most, those that were not looked at for longest. */
  readonly executionId?: string;
}

interface SettleParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  /** Whether there is an executor for it. */
  readonly canDrive: (record: TokenRecord) => boolean;
  /** Looks once at pending records of one execution, in listings that it shares with others. */
  readonly look: (
    executionId: string,
    records: readonly TokenRecord[],
    options: DriveOptions,
    lookup: Lookup,
  ) => Promise<Report>;
}

/** Milliseconds before the second look; each further wait is twice as long, up to the longest. */
const firstWait = 5000;
const longestWait = 300_000;
const shortestWait = 1000;

/** Milliseconds left for a look before the deadline. */
const lookTime = 5000;

/** Milliseconds until it ends unless a deadline is given. */
const defaultTime = 600_000;

/** What is left over is for the next call, which begins with it: it was not looked at for longest. */
const maxPending = 10_000;

/** Records that are claimed and looked at before the deadline is asked again. */
const pageSize = 200;

/** Milliseconds for which executions share the listings of their scopes. */
const listingTime = 30_000;

/**
 * Looks at everything pending until it is final, or until the deadline: then it is reported as it stood last. One report
 * per execution, about what was pending in it at the beginning. Unless an execution is named, what there is no executor for
 * is skipped: nobody waits for it, and it is reported as it stood at the beginning.
 */
export async function watchPending(
  { executionId, signal, deadline, concurrency, onEvent }: WatchOptions,
  { ledger, environment, canDrive, look }: SettleParts,
): Promise<readonly Report[]> {
  const end = deadline ?? environment.now() + defaultTime;
  const stop = createStop(environment, { signal, deadline: end });
  const options: DriveOptions = {
    deadline: end,
    ...(signal ? { signal } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(onEvent ? { onEvent } : {}),
  };
  const emit = createEmit(onEvent, environment);
  let followed: readonly TokenRecord[] = [];
  let withoutExecutor: readonly TokenRecord[] = [];
  const outcomes = new Map<string, Outcome>();
  let failure: unknown;
  const ended = () => outcomes.size > 0 && stop.signal.aborted;

  /** Looks at each page of them, and returns what is pending still. */
  async function round(open: readonly TokenRecord[]): Promise<readonly TokenRecord[]> {
    const lookupNow = sharedLookup({ ledger, environment, stop, emit, tokens: tokensByScope(open) });
    const lookAt = async (records: readonly TokenRecord[]) => {
      for (const [id, own] of Map.groupBy(records, (record) => record.executionId)) {
        if (ended()) return;
        for (const outcome of (await look(id, own, options, lookupNow())).outcomes)
          outcomes.set(outcome.token, outcome);
      }
    };
    const left: TokenRecord[] = [];
    for (let at = 0; at < open.length && !ended(); at += pageSize) {
      const page = open.slice(at, at + pageSize);
      await lookAt(page);
      const pending = await pendingAmong(ledger, page);
      // Another driver saw the end of it: what it recorded is reported.
      await lookAt(page.filter(({ token }) => !pending.has(token) && saidPending(outcomes.get(token))));
      left.push(...page.filter(({ token }) => pending.has(token)));
    }
    return left;
  }

  try {
    const found = await pendingIn(ledger, executionId);
    const isFollowed = (record: TokenRecord) => executionId !== undefined || canDrive(record);
    followed = found.filter(isFollowed);
    withoutExecutor = found.filter((record) => !isFollowed(record));
    let open = followed;
    for (let wait = firstWait; open.length > 0; wait = Math.min(2 * wait, longestWait)) {
      open = await round(open);
      // The last wait ends so early that one more look is done by the deadline.
      const pause = Math.min(wait, end - environment.now() - lookTime);
      if (open.length === 0 || stop.signal.aborted || pause < shortestWait) break;
      emit({ type: "still-pending", pending: open.length, wait: pause });
      await environment.sleep(pause, stop.signal);
    }
  } catch (error) {
    // Stopped, or the ledger failed: what was seen before is reported, and what was not as the ledger had it.
    if (outcomes.size === 0) throw error;
    failure = error;
  } finally {
    stop.end();
  }
  const outcomeOf = (record: TokenRecord) =>
    outcomes.get(record.token) ?? leftAsItIs(record, failure ?? stop.signal.reason);
  const reports = [...Map.groupBy(followed, (record) => record.executionId)].map(([id, own]) =>
    reportOf(id, own.map(outcomeOf)),
  );
  return withMissingExecutors(reports, withoutExecutor);
}

/** A lookup that is made anew when its listings are too old to go on with. */
function sharedLookup(parts: Parameters<typeof createLookup>[0] & { readonly stop: Stop }): () => Lookup {
  const { environment } = parts;
  let made = -Infinity;
  let lookup: Lookup | undefined;
  return () => {
    if (lookup === undefined || environment.now() - made >= listingTime) {
      made = environment.now();
      lookup = createLookup(parts);
    }
    return lookup;
  };
}

/**
 * What is bought and pending: in an execution, or in the whole ledger, longest untouched first. Throws an
 * InvalidExecutionError for an execution that the ledger does not know, or a LedgerError.
 */
export async function pendingIn(ledger: Ledger, executionId: string | undefined): Promise<readonly TokenRecord[]> {
  if (executionId === undefined) {
    const query = { states: ["purchased"], work: "unfinished", limit: maxPending } as const;
    return readOldest(ledger, query, () => undefined, withoutBodies);
  }
  const records = await ledger.recordsOf(executionId);
  if (records.length === 0) throw notRecorded();
  return records.filter(isPending).map(withoutBodies);
}

/** The tokens of those records that are pending now. */
async function pendingAmong(ledger: Ledger, records: readonly TokenRecord[]): Promise<ReadonlySet<string>> {
  const tokens = records.map(({ token }) => token);
  const pending = await ledger.records({ tokens, states: ["purchased"], work: "unfinished", limit: tokens.length });
  return new Set(pending.map(({ token }) => token));
}

function saidPending(outcome: Outcome | undefined): boolean {
  return outcome?.commitment !== undefined && (!outcome.commitment.settled || outcome.warnings !== undefined);
}
