import pLimit, { type LimitFunction } from "p-limit";
import type { Scope } from "../contract/executor.ts";

/** So many scopes can be driven in full side by side: of more, some wait for others. */
const scopesAtOnce = 16;

/** Where a piece of work belongs; `lane`: only one of it at a time. */
interface TurnOf {
  readonly scope: Scope;
  readonly lane: string | undefined;
}

/** Does a piece of work when its turn has come, and returns what it returns. */
type InTurn = <T>(of: TurnOf, work: () => Promise<T>) => Promise<T>;

/**
 * Turns of the work of one drive: as many of a scope at a time as `limit` says, of a lane one, and scopes side by side, so that one that
 * waits holds up no other. A limit of one is kept over all scopes.
 */
export function createTurns(limit: LimitFunction): InTurn {
  const { concurrency } = limit;
  const all = concurrency === 1 ? limit : pLimit(concurrency * scopesAtOnce);
  const ofScope = createLimits(concurrency);
  const ofLane = createLimits(1);
  return ({ scope, lane }, work) => {
    const one = () => ofScope(scope.key)(() => all(work));
    return lane === undefined ? one() : ofLane(lane)(one);
  };
}

/** A limit for each key. */
function createLimits(concurrency: number): (key: string) => LimitFunction {
  const limits = new Map<string, LimitFunction>();
  return (key) => {
    const limit = limits.get(key) ?? pLimit(concurrency);
    limits.set(key, limit);
    return limit;
  };
}
