import type { Environment } from "../contract/environment.ts";
import { mayBeDriven } from "../contract/execution-state.ts";
import type { RecordPlace, TokenRecord } from "../contract/ledger.ts";
import { type Forbidden, whyForbidden } from "../contract/terms.ts";
import type { DoorLedger } from "./door-parts.ts";

/** Records that a sweep reads at once. */
const page = 1000;

/** Milliseconds after the end of a lease from which its driver is taken for dead: one that lives renews it long before. */
const deadAfter = 2000;

/** The looks for what was left behind. */
export interface Sweeps {
  /**
   * Looks at once for what nobody has done anything about for `firstRest` milliseconds, then at an interval; what a driver left that
   * died is found as soon as its lease is over.
   */
  start(): void;
  /** Resolves when none is under way any more. */
  end(): Promise<void>;
}

interface SweepParts {
  readonly ledger: Pick<DoorLedger, "execution" | "now" | "records">;
  readonly environment: Environment;
  /** Milliseconds between two sweeps, and for which nobody has done anything about what they find. */
  readonly sweepInterval: number;
  /** The same for the first one. */
  readonly firstRest: number;
  readonly onError: (error: unknown, about: string) => void;
}

/** An execution on which work is left. */
export interface LeftBehind {
  readonly executionId: string;
  /** Milliseconds for which nobody has done anything about some of it. */
  readonly rested: number;
}

/** Sweeps that tell what they find until the signal says that nothing more is to be begun. */
export function createSweeps(
  { ledger, environment, sweepInterval, firstRest, onError }: SweepParts,
  signal: AbortSignal,
  found: (left: readonly LeftBehind[]) => Promise<void>,
): Sweeps {
  let [endTimer, sweeping]: [() => void, Promise<void> | undefined] = [() => undefined, undefined];
  const sweep = (restedFor: number) => {
    sweeping ??= findLeftBehind(ledger, restedFor, signal, found)
      .catch((error: unknown) => onError(error, "the look for what was left behind"))
      .finally(() => (sweeping = undefined));
  };
  return {
    start: () => {
      sweep(firstRest);
      endTimer = environment.every(sweepInterval, () => sweep(sweepInterval));
    },
    end: async () => {
      endTimer();
      await sweeping;
    },
  };
}

/**
 * Tells the executions on which work is left that nobody has done anything about for so many milliseconds, or that a dead driver
 * holds, and that a drive may do now, some at a time. Each execution is read once.
 */
async function findLeftBehind(
  ledger: SweepParts["ledger"],
  restedFor: number,
  signal: AbortSignal,
  found: (left: readonly LeftBehind[]) => Promise<void>,
): Promise<void> {
  const now = await ledger.now();
  const restedForLeased = Math.min(restedFor, deadAfter);
  const told = new Set<string>();
  const forbidden = createForbidden(ledger, now);
  let after: RecordPlace | "beginning" = "beginning";
  for (;;) {
    const records: readonly TokenRecord[] = await ledger.records({
      work: "unfinished",
      held: false,
      oldestAfter: after,
      limit: page,
    });
    const left: LeftBehind[] = [];
    let isOver = records.length < page;
    for (const record of records) {
      const { executionId, leaseUntil, updatedAt } = record;
      const rested = now - (leaseUntil ?? updatedAt);
      // What comes after it rested for a shorter time.
      isOver ||= rested < restedForLeased;
      if (signal.aborted) return;
      const isResting = rested >= (leaseUntil === undefined ? restedFor : restedForLeased);
      if (!isResting || told.has(executionId)) continue;
      if (!mayBeDriven(record, await forbidden(executionId))) continue;
      told.add(executionId);
      left.push({ executionId, rested });
    }
    if (signal.aborted) return;
    await found(left);
    const last = records.at(-1);
    if (last === undefined || isOver) return;
    after = last;
  }
}

/** Why nothing may be sent for an execution now; each is read once. */
function createForbidden(ledger: SweepParts["ledger"], now: number) {
  const known = new Map<string, Forbidden | undefined>();
  return async (executionId: string): Promise<Forbidden | undefined> => {
    if (!known.has(executionId)) {
      const execution = await ledger.execution(executionId);
      known.set(executionId, execution && whyForbidden(execution, now));
    }
    return known.get(executionId);
  };
}
