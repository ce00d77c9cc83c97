// Worlds of the search in which people decide about the execution while it is driven.
import { type Purchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { Money } from "../../src/contract/money.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import {
  type BystanderStep,
  purchaserOf,
  type SearchedDrive,
  type World,
} from "../../src/testing/search/search-world.ts";
import { buildWorld } from "./search-worlds.ts";

const executionId = "execution-1";
const gbp = (amount: string): Money => ({ amount, currency: "GBP" });
const word = { person: "search", reason: "at any moment" };

/** A world with a person in it. */
interface Peopled {
  readonly world: World;
  readonly cloud: ReturnType<typeof buildWorld>["cloud"];
  readonly purchaser: Purchaser<unknown>;
}

function peopled(identity: ImitationIdentity, tokens: number): Peopled {
  return buildWorld(identity, tokens);
}

/** Submits an execution before anybody drives it. */
async function submitted({ purchaser, world }: Peopled, limits: World["limits"], requireApproval = false) {
  const { recommendations } = world;
  return purchaser.submit({ executionId, source: "search", recommendations, ...limits }, { requireApproval });
}

/** One act. It may be refused: then nothing is changed. Returns whether it was done. */
async function done(act: Promise<unknown>): Promise<boolean> {
  try {
    await act;
    return true;
  } catch (error) {
    if (RefusedError.isInstance(error)) return false;
    throw error;
  }
}

const step = (name: string, run: () => Promise<unknown>): BystanderStep => ({
  ways: [name],
  run: async () => {
    await run();
    return undefined;
  },
});

/** What a cancel said, held against what is bought after it. */
function cancelWatch(world: World) {
  const tokens = world.recommendations.map((_, recIndex) => deriveIdempotencyToken(executionId, recIndex));
  const live = () => tokens.filter((token) => world.cloud.live(token).length > 0);
  let allowed: ReadonlySet<string> | undefined;
  return {
    note: async ({ mayBeBought, status }: Awaited<ReturnType<Purchaser<unknown>["cancel"]>>) => {
      const said = new Set(mayBeBought.map(({ token }) => token));
      const bought = new Set(
        (await world.ledger.recordsOf(executionId))
          .filter(({ state }) => state === "purchased")
          .map(({ token }) => token),
      );
      const hidden = live().find((token) => !said.has(token) && !bought.has(token));
      if (hidden !== undefined) throw new Error(`cancel does not say that ${hidden} may be bought (${status.state})`);
      allowed = new Set([...said, ...bought]);
    },
    lift: () => (allowed = undefined),
    breach: () => {
      const known = allowed;
      const more = known && live().find((token) => !known.has(token));
      return more === undefined ? undefined : `bought after it was cancelled, and cancel did not say so: ${more}`;
    },
  };
}

/**
 * Somebody cancels the execution at any moment; where it is `reopened`, somebody does that later. `forgets` breaks what cancel
 * says, to see that it is noticed.
 */
export function cancelledWorld(
  identity: ImitationIdentity,
  how: { readonly tokens: number; readonly reopened?: boolean; readonly forgets?: boolean },
) {
  return async (): Promise<World> => {
    const made = peopled(identity, how.tokens);
    const { world, purchaser } = made;
    await submitted(made, {});
    const watch = cancelWatch(world);
    let forbidden: string | undefined;
    const cancel = step("cancels", async () => {
      const { status, mayBeBought } = await purchaser.cancel(executionId, word);
      await watch.note({ status, mayBeBought: how.forgets ? [] : mayBeBought });
      forbidden = "it is cancelled";
    });
    const reopen = step("reopens", async () => {
      await purchaser.reopen(executionId, word);
      forbidden = undefined;
      watch.lift();
    });
    return {
      ...world,
      terms: () => ({ forbidden }),
      breach: watch.breach,
      bystander: how.reopened ? [cancel, reopen] : [cancel],
    };
  };
}

/** An execution whose time comes, and is over, at any moment. */
export function timedWorld(identity: ImitationIdentity, tokens: number) {
  return (): World => {
    const { world } = peopled(identity, tokens);
    const { environment } = world;
    // Not long: a driver that is about to send stands still meanwhile, and one that stood for the minimum age may send what is dead.
    const minute = 60_000;
    const [from, to] = [environment.now() + minute, environment.now() + 2 * minute];
    const passes = (name: string, until: number) =>
      step(name, async () => environment.jump(Math.max(0, until - environment.now())));
    return {
      ...world,
      limits: { notBefore: new Date(from).toISOString(), expiresAt: new Date(to).toISOString() },
      terms: () => {
        const now = environment.now();
        return { forbidden: now < from ? "it is too early" : now >= to ? "it has expired" : undefined };
      },
      bystander: [passes("its time comes", from), passes("its time is over", to)],
    };
  };
}

/** An approved execution whose total somebody raises, which clears the approval, and that is approved again later. */
export function approvedWorld(identity: ImitationIdentity, tokens: number) {
  return async (): Promise<World> => {
    const made = peopled(identity, tokens);
    const { world, purchaser } = made;
    await submitted(made, { maxTotals: [gbp("100")] }, true);
    let forbidden: string | undefined;
    const approve = step("approves", async () => {
      const { termsHash } = await purchaser.execution(executionId);
      await purchaser.approve(executionId, { ...word, termsHash });
      forbidden = undefined;
    });
    await approve.run(0);
    const raise = step("raises the total", async () => {
      await purchaser.setLimits(executionId, { ...word, maxTotals: [gbp("200")] });
      forbidden = "it is not approved";
    });
    return { ...world, terms: () => ({ forbidden }), bystander: [raise, approve] };
  };
}

/** Somebody lowers the limits at any moment, as far as the ledger lets them, and raises them again. */
export function limitedWorld(identity: ImitationIdentity, which: "total" | "price") {
  return async (): Promise<World> => {
    const made = peopled(identity, 2);
    const { world, purchaser } = made;
    await submitted(made, { maxTotals: [gbp("25")] });
    let [total, price] = ["25", undefined as string | undefined];
    const setTotal = (name: string, to: string) =>
      step(name, async () => {
        if (await done(purchaser.setLimits(executionId, { ...word, maxTotals: [gbp(to)] }))) total = to;
      });
    const setPrice = (name: string, to: string | undefined) =>
      step(name, async () => {
        const maxPrices = { 0: to === undefined ? null : gbp(to) };
        if (await done(purchaser.setLimits(executionId, { ...word, maxPrices }))) price = to;
      });
    return {
      ...world,
      terms: () => ({ maxTotal: total, maxPrices: { 0: price } }),
      bystander:
        which === "total"
          ? [setTotal("lowers the total", "15"), setTotal("raises the total", "25")]
          : [setPrice("lowers a price", "9"), setPrice("takes the limit away", undefined)],
    };
  };
}

/**
 * The price rises at any moment, so that all of it costs more than the total; the drivers take one place each. `recorded: false`
 * leaves the total out of the ledger, to see that it is missed.
 */
export function dearerWorld(identity: ImitationIdentity, { recorded = true } = {}) {
  return async (): Promise<World> => {
    const made = peopled(identity, 2);
    const { world, cloud } = made;
    await submitted(made, recorded ? { maxTotals: [gbp("25")] } : {});
    let tooLow = false;
    const rise = step("the price rises", async () => {
      cloud.faults.price = "15";
      tooLow = true;
    });
    return {
      ...world,
      drives: [driveOne, driveOne],
      terms: () => ({ maxTotal: "25", tooLow }),
      bystander: [rise],
    };
  };
}

const driveFile: SearchedDrive = async (purchaser, execution) => [await purchaser.drive(execution, { concurrency: 1 })];

/** What a timer does, with one place in each call. */
const driveOne: SearchedDrive = (purchaser) => purchaser.redriveUnfinished({ limit: 1, olderThan: 0, concurrency: 1 });

/** The second driver has a file with a lower total, which is recorded as soon as it is driven. */
export function lowerFileWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const made = peopled(identity, 2);
    const { world } = made;
    const { ledger } = world;
    await submitted(made, { maxTotals: [gbp("25")] });
    let total = "25";
    const lower: SearchedDrive = async (purchaser, execution) => [
      await purchaser.drive({ ...execution, maxTotals: [gbp("15")] }, { concurrency: 1 }),
    ];
    return {
      ...world,
      ledger: {
        ...ledger,
        amend: async (id, amendment) => {
          const amended = await ledger.amend(id, amendment);
          total = amended.execution.maxTotals?.[0]?.amount ?? "none";
          return amended;
        },
      },
      terms: () => ({ maxTotal: total, tooLow: total === "15" }),
      drives: [driveFile, lower, driveFile],
    };
  };
}

/** Somebody drops the first place at any moment, unless it was sent. */
export function skippedWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const made = peopled(identity, 2);
    const { world, purchaser } = made;
    await submitted(made, {});
    let skipped: readonly number[] = [];
    const skip = step("drops a place", async () => {
      if (await done(purchaser.skip(executionId, 0, word))) skipped = [0];
    });
    return { ...world, terms: () => ({ skipped }), bystander: [skip] };
  };
}

/** The second driver has a file of the same id with another list: altered, or grown. Whichever is recorded first counts. */
export function alteredWorld(identity: ImitationIdentity, how: "altered" | "grown") {
  return (): World => {
    const { world } = peopled(identity, 1);
    const other = how === "grown" ? [disk(), disk({ size: "large" })] : [disk({ size: "large" })];
    const otherFile: SearchedDrive = async (purchaser, execution) =>
      driveFile(purchaser, { ...execution, recommendations: other });
    return { ...world, terms: () => ({}), drives: [driveFile, otherFile, driveFile] };
  };
}

/** The second driver is a person who says, knowing nothing, that nothing was bought: too early, at any moment. */
export function hastyWorld(identity: ImitationIdentity) {
  return async (): Promise<World> => {
    const made = peopled(identity, 2);
    await submitted(made, {});
    const decide: SearchedDrive = async (purchaser) => {
      await done(purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...word }));
      return [];
    };
    return { ...made.world, terms: () => ({}), drives: [driveFile, decide] };
  };
}

/**
 * When every driver has ended or died, the ledger is put back to what it was before the first of them began: it has forgotten
 * what was sent and bought. Drives send nothing; minutes later a person confirms the execution.
 */
export function restoredWorld(identity: ImitationIdentity, tokens: number) {
  return async (): Promise<World> => {
    const made = peopled(identity, tokens);
    const { environment, cloud } = made.world;
    const backup = createMemoryLedger({ clock: environment.now });
    let current = made.world.ledger;
    const ledger = replaceable(() => current);
    await submitted(made, {});
    await submitted({ ...made, purchaser: purchaserOf(backup, cloud.executor, environment) }, {});
    let forbidden: string | undefined;
    return {
      ...made.world,
      ledger,
      terms: () => ({ forbidden }),
      afterwards: async (purchaser) => {
        environment.advance(1);
        await backup.markRestored();
        current = backup;
        forbidden = "the ledger was restored";
        await purchaser.redrive(executionId, { concurrency: 1 });
        // Longer than anything stays hidden: nobody can find by a look what does not show yet.
        environment.advance((made.world.cloud.hides ?? 0) + 5 * 60_000);
        await purchaser.confirm(executionId, word);
        forbidden = undefined;
      },
    };
  };
}

/** A ledger that is another one at any moment. */
function replaceable(current: () => Ledger): Ledger {
  const forward =
    (name: string | symbol) =>
    (...parameters: unknown[]) => {
      const method: unknown = Reflect.get(current(), name);
      if (typeof method !== "function") throw new TypeError(`${String(name)} is no method of a ledger.`);
      return Reflect.apply(method, current(), parameters) as unknown;
    };
  return new Proxy(current(), { get: (_target, name) => forward(name) });
}

/** A world of a kind, made anew for every path. */
type MakeWorld = (identity: ImitationIdentity) => () => World | Promise<World>;

/** The worlds by what happens in them. */
export const peopledWorlds: Readonly<Record<string, MakeWorld>> = {
  "it is cancelled": (identity) => cancelledWorld(identity, { tokens: 2 }),
  "it is cancelled and reopened": (identity) => cancelledWorld(identity, { tokens: 1, reopened: true }),
  "its time comes and is over": (identity) => timedWorld(identity, 2),
  "it is approved, its total is raised, and it is approved again": (identity) => approvedWorld(identity, 1),
  "its total is lowered and raised": (identity) => limitedWorld(identity, "total"),
  "a price limit is lowered and taken away": (identity) => limitedWorld(identity, "price"),
  "the price rises above what the total allows": (identity) => dearerWorld(identity),
  "a place is dropped": (identity) => skippedWorld(identity),
};

/** The same, where it takes two drivers: the second one does something else. */
export const twoDriverWorlds: Readonly<Record<string, MakeWorld>> = {
  "a file with a lower total is driven": lowerFileWorld,
  "an altered file is driven": (identity) => alteredWorld(identity, "altered"),
  "a file that grew is driven": (identity) => alteredWorld(identity, "grown"),
  "a person decides too early": hastyWorld,
};
