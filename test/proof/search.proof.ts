import { describe, test } from "vitest";
import type { Budget } from "../../src/testing/search/scheduler.ts";
import { planWorlds } from "./plan-worlds.ts";
import { believable, budget, createProof, kinds } from "./prove.ts";
import {
  begunElsewhere,
  besideAnotherBuyer,
  emptyWorld,
  hidingWorld,
  longListing,
  sellingOtherwise,
  shownAfterDeath,
  vanishing,
  withASetClock,
} from "./search-worlds.ts";
import { changingFlow, lostLedger } from "./flow-worlds.ts";
import { lostAndMerged, mergedAtAnyMoment } from "./merge-worlds.ts";
import { peopledWorlds, restoredWorld, twoDriverWorlds } from "./terms-worlds.ts";
import { lostAndTokenless } from "./tokenless-worlds.ts";
import { twinWorld } from "./twin-worlds.ts";

/** `BUYONCE_PROOF=deep npm run proof` walks further; it takes minutes more. */
const deep = process.env["BUYONCE_PROOF"] === "deep";
const prove = createProof();

const searches: [number, number, Budget][] = [
  [2, 1, budget(1, 1, 1)],
  [2, 1, budget(2, 1, 0)],
  [2, 2, budget(1, 1, 0)],
  [3, 1, budget(2, 0, 1)],
  [1, 1, budget(1, 2, 0)],
  [1, 2, budget(1, 1, 0)],
  [1, 1, { ...budget(1, 1, 0), failures: 1 }],
  [1, 2, { ...budget(1, 0, 0), failures: 2 }],
  [2, 1, { ...budget(1, 0, 1), failures: 1 }],
];
if (deep) {
  searches.push([2, 1, budget(0, 2, 2)], [2, 1, budget(2, 2, 1)], [3, 1, budget(1, 1, 1)]);
  searches.push([2, 1, { ...budget(1, 1, 1), failures: 1 }]);
}

describe.each(kinds)("every path of the drive, with %s", (name, identity) => {
  test.each(searches)("%d drivers, %d tokens, %j", async (drivers, tokens, limits) => {
    const world = emptyWorld(identity, tokens);
    await prove(`${name}, ${tokens} tokens`, { world, drivers, budget: limits, sendWays: believable(limits) });
  });
});

test.each(["minted", "chosen"] as const)(
  "%s: prices before and after the listing, in every order",
  async (identity) => {
    const story = `${identity}, prices beside the listing`;
    const [one, two] = [longListing(identity, 1), longListing(identity, 2)];
    await prove(story, { world: one, drivers: 2, budget: { ...budget(1, 1, 0), orders: 2 } });
    await prove(story, { world: one, drivers: 2, budget: { ...budget(0, 1, 1), orders: 2 } });
    await prove(story, { world: two, drivers: 2, budget: { ...budget(1, 0, 1), orders: 3 } });
    await prove(story, { world: two, drivers: 1, budget: { ...budget(1, 1, 0), orders: 3 } });
  },
);

test.each(["two-steps", "alias"] as const)(
  "every path, %s set first, and the other flow at any moment",
  async (flow) => {
    const world = changingFlow(flow);
    for (const limits of [budget(1, 1, 0), budget(0, 1, 1)]) {
      await prove(`${flow}, then the other`, { world, drivers: 2, budget: limits });
    }
  },
);

test("every path, bought under a name by a ledger that is lost, with a listing that shows nothing", async () => {
  await prove("alias, lost ledger", { world: lostLedger("alias"), drivers: 2, budget: budget(1, 1, 1) });
});

test("every path, begun by an engine without a ledger, with a listing that may show nothing", async () => {
  await prove("begun elsewhere", { world: begunElsewhere, drivers: 2, budget: budget(1, 1, 1) });
});

test.each(["minted", "chosen", "stamped", "named"] as const)(
  "%s: hidden until after its death was proven",
  async (identity) => {
    await prove(`${identity}, hidden for long`, { world: hidingWorld(identity), drivers: 2, budget: budget(1, 1, 0) });
  },
);

test.each(["stamped", "named"] as const)(
  "%s: shows after its death was proven, before the next send",
  async (identity) => {
    const world = shownAfterDeath(identity);
    await prove(`${identity}, shown after its death`, { world, drivers: 2, budget: budget(1, 1, 1) });
  },
);

test.each(["minted", "chosen"] as const)("%s: sold under another id, which the answer names", async (identity) => {
  const world = sellingOtherwise(identity);
  const atOnce = (name: string) => name !== "bought under another id, visible late";
  await prove(`${identity}, another id`, { world, drivers: 2, budget: budget(1, 1, 0), sendWays: atOnce });
  // Hidden, the answer alone says so: a driver that dies before it recorded that takes the knowledge with it.
  await prove(`${identity}, another id, hidden`, { world, drivers: 2, budget: budget(0, 1, 1) });
});

test("an id that is not kept: merged at any moment", async () => {
  for (const limits of [budget(1, 1, 0), budget(1, 0, 1)]) {
    // An id stops neither a request that waited until what another driver bought was merged, nor one that leaves between a look that
    // showed nothing, although it was bought, and the merge.
    const sendWays = (name: string) => name !== "pause" && !name.includes("visible late");
    await prove("chosen, merged at any moment", { world: mergedAtAnyMoment(), drivers: 2, budget: limits, sendWays });
  }
  await prove("lost and merged", { world: lostAndMerged(), drivers: 2, budget: budget(1, 0, 1) }, 50);
});

test("every path, bought by a ledger that is lost, where no token shows", async () => {
  await prove("lost and tokenless", { world: lostAndTokenless(), drivers: 2, budget: budget(2, 0, 2) }, 50);
});

test("minted: seen on its way, and gone at any moment", async () => {
  await prove("minted, vanishing", { world: vanishing("minted"), drivers: 2, budget: budget(1, 0, 1) });
});

test.each(["minted", "chosen", "stamped", "none"] as const)(
  "A22: %s: the clock is set at any moment, with two drivers",
  async (identity) => {
    const world = withASetClock(identity);
    await prove(`${identity}, the clock is set`, { world, drivers: 1, budget: budget(0, 1, 1) });
    await prove(`${identity}, the clock is set`, { world, drivers: 2, budget: budget(1, 0, 1) });
    await prove(`${identity}, the clock is set`, { world, drivers: 2, budget: budget(0, 1, 0) });
  },
);

test("begun without a ledger, under a chosen id: seen on its way, and gone at any moment", async () => {
  await prove("chosen, vanishing", { world: vanishing("chosen"), drivers: 2, budget: budget(1, 1, 1) });
});

test.each(["minted", "stamped"] as const)("A22: %s: the clock is set at any moment", async (identity) => {
  const world = withASetClock(identity);
  const limits = budget(0, 2, 1);
  await prove(`${identity}, the clock is set`, { world, drivers: 1, budget: limits, sendWays: believable(limits) });
  if (deep) await prove(`${identity}, the clock is set`, { world, drivers: 2, budget: budget(1, 1, 1) });
});

describe.each(["stamped", "none"] as const)("%s: somebody else buys the identical thing at any moment", (identity) => {
  test.each(["by hand", "another ledger"] as const)("%s", async (who) => {
    const world = besideAnotherBuyer(identity, who);
    const story = `${identity}, beside another buyer (${who})`;
    await prove(story, { world, drivers: 1, budget: budget(1, 1, 1) });
    await prove(story, { world, drivers: 2, budget: budget(1, 0, 1) });
    await prove(story, { world, drivers: 2, budget: budget(0, 1, 1) });
    if (deep) await prove(story, { world, drivers: 2, budget: budget(1, 1, 1) });
  });
});

describe.each(kinds)("what people do to an execution at any moment, with %s", (_name, identity) => {
  const worlds = Object.entries({ ...peopledWorlds, ...twoDriverWorlds });

  test.each(worlds)("%s", async (name, make) => {
    const world = make(identity);
    const story = `${identity}, ${name}`;
    await prove(story, { world, drivers: 2, budget: budget(1, 0, 1) });
    await prove(story, { world, drivers: 2, budget: budget(0, 1, 1) });
    await prove(story, { world, drivers: 1, budget: budget(1, 1, 1) });
    if (deep) await prove(story, { world, drivers: 2, budget: budget(1, 1, 1), sendWays: believable(budget(1, 1, 1)) });
  });
});

describe.each(kinds)("what is driven from a plan, with %s, while at any moment", (_name, identity) => {
  test.each(Object.entries(planWorlds))("%s", async (name, make) => {
    const world = make(identity);
    const story = `${identity}, ${name}`;
    await prove(story, { world, drivers: 3, budget: budget(1, 0, 0) }, 50);
    await prove(story, { world, drivers: 2, budget: budget(1, 0, 1) });
    await prove(story, { world, drivers: 2, budget: budget(0, 1, 0) });
    await prove(story, { world, drivers: 1, budget: budget(0, 1, 1) });
    if (deep) await prove(story, { world, drivers: 2, budget: budget(1, 1, 1), sendWays: believable(budget(1, 1, 1)) });
  });
});

test.each(["minted", "chosen", "stamped"] as const)(
  "%s: two executions that forbid twins ask for the same",
  async (identity) => {
    for (const limits of [budget(1, 0, 1), budget(0, 1, 1), budget(0, 0, 3)]) {
      await prove(`${identity}, twins`, { world: twinWorld(identity), drivers: 2, budget: limits });
    }
  },
);

test.each(["minted", "chosen", "stamped", "none"] as const)(
  "%s: the ledger is restored after the drivers ended or died",
  async (identity) => {
    await prove(`${identity}, restored`, { world: restoredWorld(identity, 2), drivers: 2, budget: budget(1, 1, 1) });
  },
);
