import type { Environment } from "../spec/environment.ts";
import { InvalidExecutionError } from "../spec/errors.ts";
import type { Ledger, TokenRecord } from "../spec/ledger.ts";
import type { Outcome, Report } from "../spec/report.ts";
import { createEmit } from "./create-emit.ts";
import type { DriveOptions } from "./drive.ts";
import { withPassedOver } from "./passed-over.ts";
import { reportOf } from "./report-of.ts";
import { isPending } from "./settle-recommendation.ts";
import { createStop } from "./stop.ts";
import { leftAsItIs } from "./unworked-outcome.ts";

/** What is looked after, and for how long. */
export interface SettleOptions extends Pick<DriveOptions, "signal" | "deadline" | "concurrency" | "onEvent"> {
  /** Only this execution; default: all that is pending in the ledger. */
  readonly executionId?: string;
}

interface SettleParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  /** Whether there is an executor for it. */
  readonly canDrive: (record: TokenRecord) => boolean;
  /** Looks once at pending records of one execution. */
  readonly look: (executionId: string, records: readonly TokenRecord[], options: DriveOptions) => Promise<Report>;
}

/** Milliseconds before the second look; each further wait is twice as long, up to the longest. */
const firstWait = 5000;
const longestWait = 300_000;
const shortestWait = 1000;

/** Milliseconds left for a look before the deadline. */
const lookTime = 5000;

/** Milliseconds until it ends unless a deadline is given. */
const defaultTime = 600_000;

/** More than any ledger has pending; what is left over is for the next call. */
const maxPending = 10_000;

/**
 * Looks at everything pending until it is final, or until the deadline: then it is reported as it stood last. One report
 * per execution, about what was pending in it at the beginning. Unless an execution is named, what there is no executor for
 * is passed over: nobody waits for it, and it is reported as it stood at the beginning.
 */
export async function settleExecutions(
  { executionId, signal, deadline, concurrency, onEvent }: SettleOptions,
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
  let passedOver: readonly TokenRecord[] = [];
  const outcomes = new Map<string, Outcome>();
  const lookAt = async (records: readonly TokenRecord[]) => {
    for (const [id, own] of Map.groupBy(records, (record) => record.executionId)) {
      for (const outcome of (await look(id, own, options)).outcomes) outcomes.set(outcome.token, outcome);
    }
  };
  try {
    const found = await pendingIn(ledger, executionId);
    const isFollowed = (record: TokenRecord) => executionId !== undefined || canDrive(record);
    followed = found.filter(isFollowed);
    passedOver = found.filter((record) => !isFollowed(record));
    let open = followed;
    for (let wait = firstWait; open.length > 0; wait = Math.min(2 * wait, longestWait)) {
      await lookAt(open);
      const pending = new Set((await pendingIn(ledger, executionId)).map(({ token }) => token));
      // Another driver saw the end of it: what it recorded is reported.
      await lookAt(open.filter(({ token }) => !pending.has(token) && saidPending(outcomes.get(token))));
      open = open.filter(({ token }) => pending.has(token));
      // The last wait ends so early that one more look is done by the deadline.
      const pause = Math.min(wait, end - environment.now() - lookTime);
      if (open.length === 0 || stop.signal.aborted || pause < shortestWait) break;
      emit({ type: "still-pending", pending: open.length, wait: pause });
      await environment.sleep(pause, stop.signal);
    }
  } catch (error) {
    // Stopped, or the ledger failed: what was seen before is reported, and what was not as the ledger had it.
    if (outcomes.size === 0) throw error;
    for (const record of followed) {
      if (!outcomes.has(record.token)) outcomes.set(record.token, leftAsItIs(record, error));
    }
  } finally {
    stop.end();
  }
  const reports = [...Map.groupBy(followed, (record) => record.executionId)].map(([id, own]) =>
    reportOf(
      id,
      own.flatMap(({ token }) => outcomes.get(token) ?? []),
    ),
  );
  return withPassedOver(reports, passedOver);
}

async function pendingIn(ledger: Ledger, executionId: string | undefined): Promise<readonly TokenRecord[]> {
  if (executionId === undefined) {
    return ledger.records({ states: ["purchased"], work: "unfinished", limit: maxPending });
  }
  const records = await ledger.execution(executionId);
  if (records.length === 0) {
    throw new InvalidExecutionError([{ path: "executionId", message: "is not in the ledger" }]);
  }
  return records.filter(isPending);
}

function saidPending(outcome: Outcome | undefined): boolean {
  return outcome?.commitment !== undefined && (!outcome.commitment.settled || outcome.warnings !== undefined);
}
