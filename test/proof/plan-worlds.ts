// Worlds of the search in which an execution is driven from a plan.
import { RefusedError } from "../../src/contract/errors.ts";
import type { RecordedExecution } from "../../src/contract/execution-record.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { PlanDocument, PlanDocumentOptions } from "../../src/index.ts";
import type { Purchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import type { SearchedDrive, World } from "../../src/testing/search/search-world.ts";
import type { Terms } from "../../src/testing/search/terms-watch.ts";
import { buildWorld } from "./search-worlds.ts";

const executionId = "execution-1";
const gbp = (amount: string) => ({ amount, currency: "GBP" });
const word = { person: "search", reason: "at any moment" };
const minute = 60_000;
const days = 24 * 60 * minute;

/** One step of somebody else. */
const step = (name: string, run: () => unknown) => ({
  ways: [name],
  run: async () => {
    await run();
    return undefined;
  },
});

async function planOf(purchaser: Purchaser<unknown>, world: World, how: PlanDocumentOptions): Promise<PlanDocument> {
  const { recommendations } = world;
  const { document, error } = await purchaser.planDocument({ executionId, source: "search", recommendations }, how);
  if (document === undefined) throw new Error(`There is no plan: ${error?.message}`);
  return document;
}

/** Drives a plan. One that may record nothing is refused whole. */
const drives =
  (plan: PlanDocument): SearchedDrive =>
  async (purchaser) => {
    try {
      return [await purchaser.drive(plan, { concurrency: 1 })];
    } catch (error) {
      if (RefusedError.isInstance(error) && error.code === "plan-expired") return [];
      throw error;
    }
  };

interface LimitWatch {
  /** The ledger, listened to. */
  readonly ledger: Ledger;
  /** Hears what a person changed, who may raise them. */
  readonly note: () => Promise<void>;
  readonly terms: () => Terms;
  readonly breach: () => string | undefined;
}

/** Listens to what is recorded of the limits: what a drive records raises none. */
function limitWatch(ledger: Ledger): LimitWatch {
  let terms: Terms = {};
  let breach: string | undefined;
  const limitsOf = ({ execution, records }: RecordedExecution): Terms => ({
    maxTotal: execution.maxTotals?.[0]?.amount,
    maxPrices: Object.fromEntries(
      records.map(({ recIndex, recommendation: { maxPrice } }) => [recIndex, maxPrice?.amount]),
    ),
  });
  const isRaised = (before: string | undefined, after: string | undefined) =>
    before !== undefined && (after === undefined || Number(after) > Number(before));
  const hear = (recorded: RecordedExecution) => {
    const next = limitsOf(recorded);
    const [before, after] = [terms.maxPrices ?? {}, next.maxPrices ?? {}];
    const raised = Object.keys(before).find((place) => isRaised(before[Number(place)], after[Number(place)]));
    if (raised !== undefined) breach ??= `a drive raised the limit of #${raised}`;
    if (isRaised(terms.maxTotal, next.maxTotal)) breach ??= "a drive raised the total";
    terms = next;
  };
  return {
    note: async () => {
      const recorded = await ledger.recorded(executionId);
      if (recorded !== undefined) terms = limitsOf(recorded);
    },
    terms: () => terms,
    breach: () => breach,
    ledger: {
      ...ledger,
      recordExecution: async (execution) => {
        const answer = await ledger.recordExecution(execution);
        hear(answer);
        return answer;
      },
      amend: async (id, amendment) => {
        const answer = await ledger.amend(id, amendment);
        hear(answer);
        return answer;
      },
    },
  };
}

/**
 * Two people have a plan of what nobody recorded yet: one allows what was quoted, the other a fifth more. The first that is driven
 * is recorded, the other is outdated. The price rises at any moment to what only the other one allows. A calm drive is one of what is recorded.
 */
export function twoPlansWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const { world, cloud, purchaser } = buildWorld(identity, 2);
    const strict = await planOf(purchaser, world, { holdsFor: 300 * days });
    const loose = await planOf(purchaser, world, { holdsFor: 300 * days, tolerancePercent: "20" });
    const watch = limitWatch(world.ledger);
    let risen = false;
    const rises = step("the price rises", () => {
      cloud.faults.price = "11";
      risen = true;
    });
    return {
      ...world,
      ledger: watch.ledger,
      breach: watch.breach,
      terms: () => ({ ...watch.terms(), tooLow: risen && watch.terms().maxTotal === "20" }),
      drives: [drives(strict), drives(loose), drives(strict)],
      bystander: [rises],
      // Where every driver died before it recorded anything.
      afterwards: async (calm) => {
        if ((await world.ledger.execution(executionId)) === undefined) await calm.submit(strict);
      },
    };
  };
}

/**
 * The execution was submitted without limits, and planned. Somebody lowers a limit below that of the plan, and gives another one
 * back, at any moment, while the plan is driven: from then on it is outdated, and what was lowered stays so.
 */
export function outdatedPlanWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const { world, purchaser } = buildWorld(identity, 2);
    const { recommendations } = world;
    await purchaser.submit({ executionId, source: "search", recommendations });
    const plan = await planOf(purchaser, world, { holdsFor: 300 * days, tolerancePercent: "20" });
    const watch = limitWatch(world.ledger);
    let lowered = false;
    const limit = (name: string, amount: string) =>
      step(name, async () => {
        await purchaser.setLimits(executionId, { ...word, maxPrices: { 0: gbp(amount) } });
        lowered = amount === "9";
        await watch.note();
      });
    return {
      ...world,
      ledger: watch.ledger,
      breach: watch.breach,
      terms: () => ({ ...watch.terms(), tooLow: lowered }),
      drives: [drives(plan), drives(plan), drives(plan)],
      bystander: [limit("lowers a limit below the plan", "9"), limit("lets it cost what it costs", "10")],
    };
  };
}

/** The plan's time is over at any moment. What it recorded expires with it. */
export function expiringPlanWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const { world, purchaser } = buildWorld(identity, 2);
    const { environment } = world;
    const plan = await planOf(purchaser, world, { holdsFor: 3 * minute });
    const end = Date.parse(plan.holdsUntil);
    await purchaser.submit(plan);
    const watch = limitWatch(world.ledger);
    await watch.note();
    const over = step("its time is over", () => environment.jump(Math.max(0, end - environment.now())));
    return {
      ...world,
      ledger: watch.ledger,
      breach: watch.breach,
      terms: () => ({ ...watch.terms(), forbidden: environment.now() >= end ? "the plan has expired" : undefined }),
      drives: [drives(plan), drives(plan), drives(plan)],
      bystander: [over],
    };
  };
}

type MakeWorld = (identity: ImitationIdentity) => () => Promise<World>;

/** What happens to a plan, by what it is. */
export const planWorlds: Readonly<Record<string, MakeWorld>> = {
  "another plan is driven, and the price rises": twoPlansWorld,
  "a limit is lowered below that of the plan": outdatedPlanWorld,
  "the time of the plan is over": expiringPlanWorld,
};
