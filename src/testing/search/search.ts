import { createPurchaser, type Purchaser } from "../../purchaser.ts";
import { BuyonceError, messageOf } from "../../contract/errors.ts";
import type { PersonFinding } from "../../drive/resolve-by-person.ts";
import { readWholeListing } from "../../drive/read-listing.ts";
import type { Environment } from "../../contract/environment.ts";
import type { ServiceExecutor } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { Recommendation } from "../../contract/recommendation.ts";
import type { Outcome, Report } from "../../contract/report.ts";
import { deriveIdempotencyToken } from "../../contract/token.ts";
import type { VirtualEnvironment } from "../virtual-environment.ts";
import { createChoices } from "./choices.ts";
import { gateExecutor, gateLedger, type Purchases, type SearchedCloud } from "./gates.ts";
import { type Budget, bystander, createScheduler, type Scheduler } from "./scheduler.ts";

/** A fresh ledger and cloud on one virtual clock: made anew for every path. */
export interface World {
  readonly environment: VirtualEnvironment;
  readonly ledger: Ledger;
  readonly cloud: SearchedCloud;
  /** One for each token. */
  readonly recommendations: readonly Recommendation[];
  /** Somebody else, who does these things one after the other, each at any moment: buys by hand, say. */
  readonly bystander?: readonly BystanderStep[];
}

/** One thing that somebody else does at the provider, in one of several ways. */
export interface BystanderStep {
  readonly ways: readonly string[];
  /** Does it in the way of that place; returns the token of a commitment that is gone by it. */
  run(way: number): string | undefined;
}

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

const executionId = "execution-1";
const leaseLength = 30_000;

/**
 * Walks every path of the real drive that the budget allows: every order of the drivers' effects, and at every effect
 * every way in which it can go. After every effect, and at the end, it checks that no token has two live commitments,
 * that every outcome is the truth, and that calm drives afterwards end everything with exactly one. Where the executor's
 * recovery is `manual`, they may leave it unresolved, with none or one; a person's decision about it then ends it.
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

/** What a path is walked with. */
interface Walk {
  readonly world: World;
  readonly execution: {
    readonly executionId: string;
    readonly source: string;
    readonly recommendations: World["recommendations"];
  };
  readonly ledger: Ledger;
  readonly cloud: SearchedCloud;
  /** What was said or recorded that is not so. */
  readonly broken: string[];
  /** Tokens of what came to nothing: it is reported as bought until somebody looks again. */
  readonly failed: Set<string>;
}

async function walk(world: World, scheduler: Scheduler, { drivers, sabotage, sendWays }: SearchOptions): Promise<void> {
  const { recommendations, cloud } = world;
  const broken: string[] = [];
  const failed = new Set<string>();
  const tokens = recommendations.map((_, recIndex) => deriveIdempotencyToken(executionId, recIndex));
  const before = new Map(tokens.map((token) => [token, cloud.live(token).length]));
  const truthful = checkedLedger(world.ledger, cloud, { before, failed }, (lie) => broken.push(lie));
  const searched = { ...cloud, executor: sabotage?.executor?.(cloud.executor) ?? cloud.executor };
  const walked: Walk = {
    world,
    execution: { executionId, source: "search", recommendations },
    ledger: sabotage?.ledger?.(truthful) ?? truthful,
    cloud: searched,
    broken,
    failed,
  };
  for (let index = 0; index < drivers; index += 1) {
    startDriver(walked, String.fromCharCode(65 + index), scheduler, sendWays);
  }
  void bystand(world.bystander ?? [], scheduler, (token) => void failed.add(token));
  await scheduler.run(() => {
    for (const token of tokens) {
      const live = cloud.live(token);
      if (live.length > 1 && cloud.hidesLonger === undefined)
        throw new Error(`bought twice: ${live.map(({ id }) => id).join(", ")}`);
    }
    const [first] = broken;
    if (first !== undefined) throw new Error(first);
  });
  await endCalmly(walked, tokens.length);
}

function purchaserOf(ledger: Ledger, executor: ServiceExecutor, environment: Environment): Purchaser {
  const { provider, service } = executor;
  const providers = [{ name: provider, services: { [service]: executor } }];
  return createPurchaser({ ledger, providers, environment, leaseLength });
}

/** Begins a driver each of whose steps the scheduler orders. */
function startDriver(
  { world, execution, ledger, cloud, broken, failed }: Walk,
  driver: string,
  scheduler: Scheduler,
  sendWays: SearchOptions["sendWays"],
): void {
  const { environment } = world;
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
  const purchaser = purchaserOf(
    gateLedger(ledger, driver, scheduler),
    gateExecutor(cloud, driver, scheduler, purchasesOf(bought, failed), sendWays),
    clock,
  );
  void scheduler
    .reach(driver, "begin", [{ name: "works", costs: "nothing" }])
    .then(() => purchaser.drive(execution, { concurrency: 1 }))
    .then(
      (report) => broken.push(...lies(report, world.cloud, driver, { bought, failed })),
      (error: unknown) => {
        const said = BuyonceError.isInstance(error) && error.code.startsWith("ledger-");
        if (!said) broken.push(`driver ${driver} threw ${messageOf(error)}`);
      },
    );
}

/** The faults are over: drivers that nothing happens to must end everything. No handle means patience of five minutes. */
async function endCalmly(
  { world, execution, ledger, cloud: searched, broken, failed }: Walk,
  tokens: number,
): Promise<void> {
  const { cloud, environment } = world;
  const calm = purchaserOf(ledger, searched.executor, environment);
  const driveCalmly = async (wait: number): Promise<Report> => {
    environment.advance(wait);
    const report = await calm.drive(execution, { concurrency: 1 });
    const [lie] = [...broken, ...lies(report, cloud, "calm", { bought: new Set(), failed })];
    if (lie !== undefined) throw new Error(lie);
    return report;
  };
  await driveCalmly(leaseLength + 1);
  let report = await driveCalmly(5 * 60_000);
  // One that is unresolved may hold up another one: a person may have to decide about each.
  for (let round = 0; cloud.executor.recovery.kind !== "resend" && round < tokens; round += 1) {
    const open = report.outcomes.filter(({ status }) => status === "unresolved");
    if (open.length === 0) break;
    for (const { recIndex, token } of open) await decideTruly(calm, world, recIndex, token);
    report = await driveCalmly(leaseLength + 1);
  }
  if (cloud.hidesLonger !== undefined) report = await driveCalmly(cloud.hidesLonger);
  for (const outcome of report.outcomes) checkEnd(outcome, cloud);
}

function purchasesOf(bought: Set<string>, failed: Set<string>): Purchases {
  return {
    bought: (token) => void bought.add(token),
    failed: (token) => {
      bought.delete(token);
      failed.add(token);
    },
  };
}

/** One commitment and an outcome that says so. */
function checkEnd({ recIndex, token, status, commitment, warnings, error }: Outcome, cloud: SearchedCloud): void {
  const live = cloud.live(token);
  const done = status === "purchased" || status === "already-purchased";
  // What showed after its death was proven may be one too many: then both are named.
  const named = [commitment?.id, ...(warnings ?? [])].join(" ");
  const oneTooMany = cloud.hidesLonger !== undefined && live.length === 2;
  if (done && oneTooMany && live.every(({ id }) => named.includes(id))) return;
  // One that somebody else bought in the window of an answer that was lost cannot be told from ours: none of ours then.
  const others = isOthers(cloud, commitment);
  if (!done || live.length !== (others && live.length === 0 ? 0 : 1)) {
    throw new Error(`#${recIndex} ends as ${status} (${error?.message ?? named}) with ${live.length} commitments`);
  }
}

async function bystand(
  steps: readonly BystanderStep[],
  scheduler: Scheduler,
  gone: (token: string) => void,
): Promise<void> {
  for (const { ways, run } of steps) {
    const all = ways.map((name) => ({ name, costs: "nothing" }) as const);
    const way = await scheduler.reach(bystander, "acts", all);
    const token = run(all.findIndex(({ name }) => name === way.name));
    if (token !== undefined) gone(token);
  }
}

/** The decision of a person who knows the truth, from the invoice: what is there and is not it is said first. */
async function decideTruly(
  purchaser: Purchaser,
  { cloud, recommendations }: World,
  recIndex: number,
  token: string,
): Promise<void> {
  const decide = (finding: PersonFinding) =>
    purchaser.resolveByPerson({ executionId, recIndex, finding, person: "search", reason: "the invoice" });
  const live = cloud.live(token).map(({ id }) => id);
  const [recommendation] = recommendations;
  const { executor } = cloud;
  if (recommendation !== undefined) {
    const scope = executor.scopeOf(recommendation);
    const shown = await readWholeListing(executor.inventory, scope, { signal: new AbortController().signal });
    const others = shown.map(({ commitment }) => commitment.id).filter((id) => !live.includes(id));
    for (const notThis of others) await decide({ notThis });
  }
  const [bought] = live;
  await decide(bought === undefined ? "not-bought" : { bought });
}

/**
 * Checks what is written at the moment at which it is: under the claim it is the truth about the token, whoever bought.
 * What a report says about something that is not bought may be overtaken by another driver before it is read.
 */
function checkedLedger(
  ledger: Ledger,
  cloud: SearchedCloud,
  /** `before` was there before the search began: a refusal says nothing about that. `failed` came to nothing. */
  { before, failed }: { readonly before: ReadonlyMap<string, number>; readonly failed: ReadonlySet<string> },
  onLie: (lie: string) => void,
): Ledger {
  const expectBought = (token: string, bought: boolean, what: string) => {
    const live = cloud.live(token).length;
    if (bought ? isFalselyBought(live, failed.has(token), mostLive(cloud)) : live > (before.get(token) ?? 0))
      onLie(`recorded as ${what} with ${live} commitments`);
  };
  return {
    ...ledger,
    reject: async (claim, error) => {
      await ledger.reject(claim, error);
      expectBought(claim.token, false, "rejected");
    },
    refuse: async (claim, error) => {
      await ledger.refuse(claim, error);
      expectBought(claim.token, false, "refused");
    },
    dead: async (claim, proof) => {
      const record = await ledger.dead(claim, proof);
      // Where it may be hidden for longer than anybody waits, this cannot be known.
      if (cloud.hidesLonger === undefined) expectBought(claim.token, false, "dead");
      return record;
    },
    purchase: async (claim, commitment, how) => {
      const record = await ledger.purchase(claim, commitment, how);
      const others = isOthers(cloud, commitment);
      if (!others || cloud.live(claim.token).length > 0) expectBought(claim.token, true, "purchased");
      if (others && cloud.live(claim.token).length > 0) onLie(`records ${commitment.id}, which somebody else bought`);
      return record;
    },
  };
}

/** Where a purchase may show after its death was proven, one too many cannot be helped; at the end both are named. */
function mostLive({ hidesLonger }: SearchedCloud): number {
  return hidesLonger === undefined ? 1 : 2;
}

/** Somebody else bought it, for none of the tokens. */
function isOthers(cloud: SearchedCloud, commitment: { readonly id: string } | undefined): boolean {
  return commitment !== undefined && cloud.boughtFor !== undefined && cloud.boughtFor(commitment.id) === undefined;
}

function isFalselyBought(live: number, provenFailed: boolean, most = 1): boolean {
  return live > most || (live === 0 && !provenFailed);
}

/** Outcomes that are not the truth: about what is bought, whoever bought it; else about what this driver bought. */
function lies(
  { outcomes }: Report,
  cloud: SearchedCloud,
  driver: string,
  { bought, failed }: { readonly bought: ReadonlySet<string>; readonly failed: ReadonlySet<string> },
): string[] {
  return outcomes.flatMap(({ status, token, commitment }) => {
    const count = cloud.live(token).length;
    const isBought = status === "purchased" || status === "already-purchased";
    const isNot = status === "refused" || status === "rejected";
    const others = count === 0 && isOthers(cloud, commitment);
    const falsely = !others && isFalselyBought(count, failed.has(token), mostLive(cloud));
    const lie = isBought ? falsely : isNot && bought.has(token);
    return lie ? [`driver ${driver} reports ${status} with ${count} commitments`] : [];
  });
}
