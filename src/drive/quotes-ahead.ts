import pLimit from "p-limit";
import { passedAtMost } from "../contract/clock-reading.ts";
import type { DriveContext, Task } from "./drive-context.ts";
import { isQuotedAhead, longestKept } from "./kept-quotes.ts";
import type { PageRead } from "./read-listing.ts";

/**
 * Milliseconds for which prices are asked for ahead: what is bought last has to be younger than a kept price may be, and a purchase
 * takes longer than a price.
 */
const longestAhead = longestKept / 4;

/** Pages after which a listing is worth asking for prices meanwhile: a short one is over sooner, and shows what needs no price. */
const pagesOfLong = 2;

/** A price and its purchase. */
const writesOfOne = 2;

/** What is asked for while the listings are read. */
export interface Ahead {
  /** Asks for no more: every purchase asked for its own. What is under way is aborted and waited for. */
  end(): Promise<void>;
}

/** For a drive that asks for each price after the listing. */
export const nothingAhead: Ahead = { end: async () => undefined };

/**
 * Begins the listings of all scopes. While a long one is read, it asks for the prices of what was never sent and is not shown on its
 * pages, in the order of the tasks: asking moves no money, and whatever the listing shows is decided after it. Nothing is written ahead
 * here, and what fails here is asked for again by its purchase. As many listings, and beside them as many prices, go at a time as
 * `concurrency` says.
 */
export function beginAhead(drive: DriveContext, tasks: readonly Task[], concurrency: number): Ahead {
  const { stop, emit, lookup, quotes, environment } = drive;
  const ended = new AbortController();
  const signal = AbortSignal.any([stop.signal, ended.signal]);
  const quoting = { emit, stop: { check: () => signal.throwIfAborted(), signal } };
  const [listings, prices] = [pLimit(concurrency), pLimit(concurrency)];
  const begun: Promise<unknown>[] = [];
  /** What fails is asked for again by whoever needs it. */
  const begin = (work: Promise<unknown>) => void begun.push(work.catch(() => undefined));

  /** Reads the listing of some tasks; once it is there, or has failed, each purchase asks for its own price. */
  async function list(scoped: readonly Task[]): Promise<void> {
    const [first] = scoped;
    if (first === undefined) return;
    const since = environment.readClock();
    let last: PageRead | undefined;
    let isRead = false;
    /** Purchases of which the price was asked for ahead. */
    let priced = 0;
    // A price that leaves no write for its purchase grows old. Where there are fewer writes than tasks, the listing first says
    // what needs none.
    const isAffordable = (left: number) => left >= writesOfOne + priced && left + priced >= scoped.length;
    const isWorthIt = ({ executor, record }: Task) => {
      const left = executor.writesLeft?.(record.scope) ?? Infinity;
      const isYoung = passedAtMost(since, environment.readClock()) <= longestAhead;
      return !isRead && isYoung && last?.shows(record.token) !== true && isAffordable(left);
    };
    const quote = async (task: Task) => {
      if (!isWorthIt(task)) return;
      priced += 1;
      await quotes.ahead(quoting, task);
    };
    signal.throwIfAborted();
    try {
      await lookup.listing(first.executor, first.record.scope, (read) => {
        last = read;
        if (read.pages !== pagesOfLong || signal.aborted) return;
        for (const task of scoped) if (isQuotedAhead(task.executor)) begin(prices(() => quote(task)));
      });
    } finally {
      isRead = true;
    }
  }

  const scopes = Map.groupBy(tasks.filter(isNeverSent), ({ record }) => record.scope.key);
  for (const scoped of scopes.values()) begin(listings(() => list(scoped)));
  return {
    end: async () => {
      ended.abort();
      let waitedFor = 0;
      while (waitedFor < begun.length) {
        const more = begun.slice(waitedFor);
        waitedFor += more.length;
        await Promise.all(more);
      }
    },
  };
}

/** What may be under way, or was ever proven to have bought nothing, is reconciled first and priced after it. */
function isNeverSent({ forbidden, record }: Task): boolean {
  const { state, submission, former = [] } = record;
  return forbidden === undefined && state !== "purchased" && submission === undefined && former.length === 0;
}
