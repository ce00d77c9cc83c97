import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { BystanderStep, World } from "../../src/testing/search/search-world.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

const minutes = 60_000;

/** A fresh world with the imitation's service, its cloud, and a purchaser that nothing happens to. */
export function buildWorld(identity: ImitationIdentity, tokens: number) {
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now: environment.trueTime });
  const world: World = {
    environment,
    ledger: createMemoryLedger({ clock: environment.now }),
    cloud: {
      executor: cloud.executor,
      live: cloud.live,
      boughtFor: cloud.boughtFor,
      lag: (milliseconds) => {
        cloud.faults.lag = milliseconds;
      },
      fail: cloud.fail,
      // An id of the buyer's own never expires; where there is none, nothing can.
      ...(identity === "minted" ? { expire: cloud.expire } : {}),
      // Longer than anybody is asked to wait: nothing that is seen may be taken for proof.
      ...(identity === "none" ? { hides: 10 * minutes } : {}),
    },
    // All of one kind, so that where there is no handle they cannot be told apart.
    recommendations: Array.from({ length: tokens }, () => disk()),
  };
  return { cloud, world, purchaser: purchaserIn(world) };
}

function purchaserIn({ ledger, environment, cloud }: World) {
  return createPurchaser({
    ledger,
    environment,
    providers: [{ name: "imitation", services: { disk: cloud.executor } }],
  });
}

/** A world with the imitation's service, in which nothing was bought yet. */
export function emptyWorld(identity: ImitationIdentity, tokens: number): () => World {
  return () => buildWorld(identity, tokens).world;
}

/** A world whose listing has three pages: prices are asked for while it is read. */
export function longListing(identity: ImitationIdentity, tokens: number): () => World {
  return () => {
    const { world } = buildWorld(identity, tokens);
    const { executor } = world.cloud;
    const { inventory } = executor;
    const list: typeof inventory.list = async function* (...asked) {
      yield [];
      yield [];
      yield* inventory.list(...asked);
    };
    return { ...world, cloud: { ...world.cloud, executor: { ...executor, inventory: { ...inventory, list } } } };
  };
}

/**
 * A world in which the first recommendation was bought by an engine without a ledger, and the ledger knows of another,
 * older purchase in the scope: only that one can unmask a listing that shows nothing.
 */
export async function begunElsewhere(): Promise<World> {
  const { cloud, world, purchaser } = buildWorld("minted", 1);
  await purchaser.drive({ executionId: "an older one", source: "search", recommendations: [disk()] });
  cloud.add({ id: "from elsewhere", token: firstToken });
  world.environment.advance(20 * minutes);
  return world;
}

const firstToken = deriveIdempotencyToken("execution-1", 0);

/** Where a send may buy under another id than the one that was sent. */
export function sellingOtherwise(identity: ImitationIdentity): () => World {
  return () => {
    const { cloud, world } = buildWorld(identity, 1);
    return { ...world, cloud: { ...world.cloud, buyElsewhere: cloud.buyElsewhere } };
  };
}

/** Where the provider may hide a purchase until after its death was proven: bought again, the two are named. */
export function hidingWorld(identity: ImitationIdentity): () => World {
  return () => {
    const { world } = buildWorld(identity, 1);
    return { ...world, cloud: { ...world.cloud, hidesLonger: 7 * minutes } };
  };
}

/**
 * The first submission was carried out, hidden, and proven dead; the second one was refused. Now the first one shows, before
 * anything more is sent.
 */
export function shownAfterDeath(identity: ImitationIdentity): () => Promise<World> {
  return async () => {
    const { cloud, world, purchaser } = buildWorld(identity, 1);
    cloud.faults.lag = 6 * minutes;
    cloud.faults.sends = ["lost-after", "rejected"];
    const drive = async () =>
      purchaser.drive({ executionId: "execution-1", source: "search", recommendations: [disk()] });
    await drive();
    world.environment.advance(5 * minutes);
    const [outcome] = (await drive()).outcomes;
    if (outcome?.status !== "rejected") throw new Error(`The second send was to be refused, not ${outcome?.status}.`);
    cloud.faults.lag = 0;
    world.environment.advance(minutes);
    return world;
  };
}

/** An engine without a ledger began it: it is on its way, carries the token, and is gone at any moment. */
export function vanishing(identity: ImitationIdentity): () => World {
  return () => {
    const { cloud, world } = buildWorld(identity, 1);
    const id = identity === "chosen" ? `${firstToken.slice(0, 32)}-0` : "from elsewhere";
    cloud.add({ id, token: firstToken, state: "OnItsWay" });
    const goes: BystanderStep = {
      ways: ["the purchase on its way is gone"],
      run: () => {
        cloud.vanish(id);
        return firstToken;
      },
    };
    return { ...world, bystander: [goes] };
  };
}

/** Somebody sets the clock of ledger and drivers at any moment: six minutes ahead, or as much back. */
export function withASetClock(identity: ImitationIdentity): () => World {
  return () => {
    const { world } = buildWorld(identity, 1);
    const steps = [6 * minutes, -6 * minutes];
    const sets: BystanderStep = {
      ways: ["sets the clock ahead", "sets the clock back"],
      run: (way) => {
        world.environment.step(steps[way] ?? 0);
        return undefined;
      },
    };
    return { ...world, bystander: [sets] };
  };
}

/** Somebody else buys the identical thing at any moment, shown at once or as late as the minimum age; another ledger marks it later. */
export function besideAnotherBuyer(identity: ImitationIdentity, who: "by hand" | "another ledger"): () => World {
  return () => {
    const { cloud, world } = buildWorld(identity, 1);
    const lags = [0, 5 * minutes - 1];
    const buys: BystanderStep = {
      ways: ["buys the same", "buys the same, visible late"],
      run: (way) => {
        const { lag } = cloud.faults;
        cloud.faults.lag = lags[way] ?? 0;
        cloud.add({ id: "theirs" });
        cloud.faults.lag = lag;
        return undefined;
      },
    };
    const marks: BystanderStep = {
      ways: ["marks it"],
      run: () => {
        const order = cloud.orders.find(({ id }) => id === "theirs");
        // A tag that is there already stands: two ledgers never mark one.
        if (order !== undefined) order.token ??= "theirs";
        return undefined;
      },
    };
    // No later than the minimum age: what is hidden for longer is bought again by no program, and named.
    const shown = { ...world, cloud: { ...world.cloud, hides: 4 * minutes } };
    return { ...shown, bystander: who === "by hand" ? [buys] : [buys, marks] };
  };
}
