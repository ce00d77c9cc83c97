import { BuyonceError, messageOf } from "../../contract/errors.ts";
import type { Environment } from "../../contract/environment.ts";
import type { ServiceExecutor, Submission } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { deriveIdempotencyToken } from "../../contract/token.ts";
import { endCalmly } from "./calm-end.ts";
import { createChoices } from "./choices.ts";
import { gateExecutor, gateLedger, type Purchases } from "./gates.ts";
import { type Budget, bystander, createScheduler, type Scheduler } from "./scheduler.ts";
import {
  type BystanderStep,
  executionId,
  leaseLength,
  purchaserOf,
  type SearchedDrive,
  type Walk,
  type World,
} from "./search-world.ts";
import { type TermsWatch, watchTerms } from "./terms-watch.ts";
import { checkedLedger, lies } from "./truth.ts";

/** What is searched. */
export interface SearchOptions {
  readonly world: () => World | Promise<World>;
  readonly drivers: number;
  readonly budget: Budget;
  /** Ends the search after so many paths; the result then says so. Default: no limit. */
  readonly maxPaths?: number;
  /** Breaks the drive on purpose, to see that the search notices. */
  readonly sabotage?: {
    readonly ledger?: (ledger: Ledger) => Ledger;
    readonly executor?: (executor: ServiceExecutor) => ServiceExecutor;
  };
  /** Which of the ways are walked in which a send may go, by their names; it always works. Default: all. */
  readonly sendWays?: (name: string) => boolean;
  /** Walks this path alone: one that an earlier search named. */
  readonly only?: readonly number[];
}

/** What a search found. */
export interface SearchResult {
  readonly paths: number;
  /** Effects that were performed on all paths together. */
  readonly effects: number;
  /** False when `maxPaths` ended it. */
  readonly complete: boolean;
  /** The first path on which a promise was broken. */
  readonly violation?: { readonly message: string; readonly path: readonly number[]; readonly log: readonly string[] };
}

/**
 * Walks every path of the real drive that the budget allows: every order of the drivers' effects, and at every effect
 * every way in which it can go. After every effect, and at the end, it checks that no token has two live commitments,
 * that every outcome is the truth, that nothing was sent which the terms of the execution forbade before it passed the guard, and that
 * calm drives afterwards end everything with exactly one. Where the executor's recovery is `manual`, they may leave it
 * unresolved, with none or one; a person's decision about it then ends it.
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const choices = createChoices(options.only);
  let paths = 0;
  let effects = 0;
  while (choices.next()) {
    if (paths >= (options.maxPaths ?? Infinity)) return { paths, effects, complete: false };
    paths += 1;
    const world = await options.world();
    const scheduler = createScheduler(choices, options.budget, () => world.environment.jump(leaseLength + 1));
    try {
      await walk(world, scheduler, options);
    } catch (error) {
      const violation = { message: messageOf(error), path: choices.path(), log: scheduler.log };
      return { paths, effects: effects + scheduler.log.length, complete: false, violation };
    }
    effects += scheduler.log.length;
  }
  return { paths, effects, complete: true };
}

async function walk(world: World, scheduler: Scheduler, { drivers, sabotage, sendWays }: SearchOptions): Promise<void> {
  const { recommendations, cloud, limits, terms } = world;
  const broken: string[] = [];
  const failed = new Set<string>();
  const places = recommendations.map((recommendation, recIndex) => {
    return { token: deriveIdempotencyToken(executionId, recIndex), recIndex, recommendation };
  });
  const onBreach = (breach: string) => void broken.push(breach);
  const watch = terms && watchTerms({ executionId, terms, places, onBreach });
  const before = new Map(places.map(({ token }) => [token, cloud.live(token).length]));
  const watched = watch?.watched(world.ledger) ?? world.ledger;
  const truthful = checkedLedger(watched, cloud, { before, failed }, onBreach);
  const walked: Walk = {
    world,
    execution: { executionId, source: "search", recommendations, ...limits },
    ledger: sabotage?.ledger?.(truthful) ?? truthful,
    cloud: { ...cloud, executor: sabotage?.executor?.(cloud.executor) ?? cloud.executor },
    broken,
    failed,
  };
  for (let index = 0; index < drivers; index += 1) {
    startDriver(walked, index, scheduler, { sendWays, noteSend: (submission) => watch?.noteSend(submission) });
  }
  void bystand(world.bystander ?? [], scheduler, { gone: (token) => void failed.add(token), onBreach });
  const check = () => checkAll(walked, places, watch);
  await scheduler.run(check);
  await world.afterwards?.(purchaserOf(walked.ledger, walked.cloud.executor, world.environment));
  await endCalmly(walked);
  check();
}

/** Throws what is broken by now. */
function checkAll(
  { world, cloud, broken }: Walk,
  places: readonly { readonly token: string }[],
  watch: TermsWatch | undefined,
): void {
  for (const { token } of places) {
    const live = cloud.live(token);
    if (live.length > 1 && cloud.hidesLonger === undefined)
      throw new Error(`bought twice: ${live.map(({ id }) => id).join(", ")}`);
  }
  const [first] = [...broken, watch?.whyTooMuch((token) => cloud.live(token).length > 0), world.breach?.()].filter(
    (breach) => breach !== undefined,
  );
  if (first !== undefined) throw new Error(first);
}

const driveFile: SearchedDrive = async (purchaser, execution) => [await purchaser.drive(execution, { concurrency: 1 })];

/** Begins a driver each of whose steps the scheduler orders. */
function startDriver(
  { world, execution, ledger, cloud, broken, failed }: Walk,
  index: number,
  scheduler: Scheduler,
  how: {
    readonly sendWays: ((name: string) => boolean) | undefined;
    readonly noteSend: (submission: Submission) => void;
  },
): void {
  const { environment, drives = [] } = world;
  const driver = String.fromCharCode(65 + index);
  const clock: Environment = {
    ...environment,
    sleep: async (milliseconds, signal) => {
      await scheduler.reach(driver, "sleep", [{ name: "works", costs: "nothing" }]);
      signal?.throwIfAborted();
      environment.advance(milliseconds);
    },
    every: (milliseconds, run) => environment.every(milliseconds, () => void (scheduler.dead.has(driver) || run())),
  };
  const bought = new Set<string>();
  const purchases = { ...purchasesOf(bought, failed), sent: how.noteSend };
  const purchaser = purchaserOf(
    gateLedger(ledger, driver, scheduler),
    gateExecutor(cloud, driver, scheduler, purchases, how.sendWays),
    clock,
  );
  void scheduler
    .reach(driver, "begin", [{ name: "works", costs: "nothing" }])
    .then(() => (drives[index] ?? driveFile)(purchaser, execution))
    .then(
      (reports) => broken.push(...reports.flatMap((report) => lies(report, world.cloud, driver, { bought, failed }))),
      (error: unknown) => {
        const said = BuyonceError.isInstance(error) && error.code.startsWith("ledger-");
        if (!said) broken.push(`driver ${driver} threw ${messageOf(error)}`);
      },
    );
}

function purchasesOf(bought: Set<string>, failed: Set<string>): Omit<Purchases, "sent"> {
  return {
    bought: (token) => void bought.add(token),
    failed: (token) => {
      bought.delete(token);
      failed.add(token);
    },
  };
}

async function bystand(
  steps: readonly BystanderStep[],
  scheduler: Scheduler,
  { gone, onBreach }: { readonly gone: (token: string) => void; readonly onBreach: (breach: string) => void },
): Promise<void> {
  for (const { ways, run } of steps) {
    const all = ways.map((name) => ({ name, costs: "nothing" }) as const);
    const way = await scheduler.reach(bystander, "acts", all);
    try {
      const token = await run(all.findIndex(({ name }) => name === way.name));
      if (token !== undefined) gone(token);
    } catch (error) {
      onBreach(`somebody else failed: ${messageOf(error)}`);
    }
  }
}
