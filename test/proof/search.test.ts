import { describe, expect, test } from "vitest";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import type { Submission } from "../../src/contract/executor.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import type { Budget } from "../../src/testing/search/scheduler.ts";
import { search } from "../../src/testing/search/search.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { lostAndMerged, mergedAtAnyMoment } from "./merge-worlds.ts";
import { lostAndTokenless } from "./tokenless-worlds.ts";
import { believable, budget, createProof, kinds, singly } from "./prove.ts";
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

const prove = createProof();

/** What is walked within seconds; the larger ones are in `search.proof.ts`. */
const searches: readonly [number, number, Budget][] = [
  [1, 1, budget(1, 1, 0)],
  [1, 2, budget(1, 0, 0)],
  [2, 1, budget(1, 0, 0)],
  [2, 1, budget(0, 0, 1)],
  [1, 1, { ...budget(1, 0, 0), failures: 1 }],
  [1, 2, { ...budget(0, 0, 0), failures: 2 }],
];

describe.each(kinds)("every path of the drive, with %s", (name, identity) => {
  /** An id of the provider's is walked with all of it; the others with what goes wrong together. */
  const isWhole = identity === "minted";
  test.each(standingForAll(searches, (_search, position) => isWhole || position === 0))(
    "%d drivers, %d tokens, %j",
    { timeout: 600_000 },
    async (drivers, tokens, limits) => {
      const world = emptyWorld(identity, tokens);
      await prove(`${name}, ${tokens} tokens`, { world, drivers, budget: limits, sendWays: believable(limits) }, 5);
    },
  );
});

/** A fault at each effect of one driver stands for a death there, and for two drivers by turns. */
const faults = standingForAll(singly, ({ budget: { faults: most } }) => most > 0);

const handles = ["minted", "chosen"] as const;
const isChosen = (identity: ImitationIdentity) => identity === "chosen";

test.each(standingForAll(handles, isChosen))(
  "%s: prices before and after the listing, in every order",
  async (identity) => {
    for (const { drivers, budget: limits } of faults) {
      const ordered = { drivers, budget: { ...limits, orders: 2 } };
      await prove(`${identity}, prices beside the listing`, { world: longListing(identity, 2), ...ordered }, 30);
    }
  },
);

const noHandles = ["stamped", "none"] as const;

/** What `search.proof.ts` walks with more that goes wrong together. */
describe("what others do, and what shows late", () => {
  test.each(standingForAll(["minted", "chosen", "stamped", "named"] as const, (identity) => identity === "stamped"))(
    "%s: hidden until after its death was proven",
    async (identity) => {
      await prove(`${identity}, hidden for long`, {
        world: hidingWorld(identity),
        drivers: 1,
        budget: budget(1, 1, 0),
      });
    },
  );

  test.each(["stamped", "named"] as const)(
    "%s: shows after its death was proven, before the next send",
    async (identity) => {
      const world = shownAfterDeath(identity);
      for (const limits of faults) await prove(`${identity}, shown after its death`, { world, ...limits }, 5);
    },
  );

  test.each(standingForAll(handles, isChosen))(
    "%s: sold under another id, which the answer names",
    async (identity) => {
      const world = sellingOtherwise(identity);
      const atOnce = (name: string) => name !== "bought under another id, visible late";
      await prove(`${identity}, another id`, { world, drivers: 2, budget: budget(1, 0, 0), sendWays: atOnce }, 5);
      // Hidden, the answer alone says so: a driver that dies before it recorded that takes the knowledge with it.
      await prove(`${identity}, another id, hidden`, { world, drivers: 2, budget: budget(0, 1, 0) }, 5);
    },
  );

  test.each(standingForAll(handles, isChosen))("%s: seen on its way, and gone at any moment", async (identity) => {
    const world = vanishing(identity);
    for (const limits of [budget(1, 0, 0), budget(0, 0, 1)]) {
      await prove(`${identity}, vanishing`, { world, drivers: 2, budget: limits }, 5);
    }
  });

  test("an id that is not kept: merged at any moment", async () => {
    for (const limits of faults) {
      await prove("chosen, merged at any moment", { world: mergedAtAnyMoment(), ...limits }, 5);
    }
  });

  test("an id that is not kept: bought by a ledger that is lost, and merged", async () => {
    // With a listing that shows nothing as well, nothing is left that could tell.
    for (const limits of [budget(1, 0, 0), budget(0, 0, 1)]) {
      await prove("lost and merged", { world: lostAndMerged(), drivers: 2, budget: limits }, 5);
    }
  });

  test("bought by a ledger that is lost, where no token shows", async () => {
    // With a listing that shows nothing as well, nothing is left that could tell.
    for (const limits of [budget(1, 0, 0), budget(0, 0, 1)]) {
      await prove("lost and tokenless", { world: lostAndTokenless(), drivers: 2, budget: limits }, 5);
    }
  });

  test.each(standingForAll(["minted", "stamped"] as const, (identity) => identity === "minted"))(
    "A22: %s: the clock is set at any moment",
    async (identity) => {
      const world = withASetClock(identity);
      for (const limits of faults) {
        await prove(`${identity}, the clock is set`, { world, ...limits }, 5);
      }
    },
  );

  test.each([
    ["stamped", "another ledger"],
    ["none", "by hand"],
  ] as const)("%s: somebody else buys the identical thing at any moment, %s", async (identity, who) => {
    const world = besideAnotherBuyer(identity, who);
    for (const limits of faults) {
      await prove(`${identity}, beside another buyer (${who})`, { world, ...limits }, 5);
    }
  });
});

const expired: PurchaseAnswer = {
  kind: "rejected",
  reason: "timed out",
  providerCode: "BadRequest",
  left: true,
  expired: true,
  retryable: false,
};

const parks = { parkAfter: 86_400_000 };

describe("a drive that is broken on purpose is caught: the search can fail", () => {
  test("without the write-ahead", async () => {
    const { violation } = await search({
      world: emptyWorld("stamped", 1),
      drivers: 2,
      budget: budget(1, 0, 0),
      sabotage: {
        ledger: (ledger) => ({
          ...ledger,
          submit: async (_claim, submission) => ({ ...submission, attempt: 1, submittedAt: await ledger.now() }),
        }),
      },
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  proofTest("without the check of the epoch", async () => {
    const { violation } = await search({
      world: emptyWorld("stamped", 1),
      drivers: 2,
      budget: budget(0, 2, 1),
      // What goes wrong at the ledger is enough.
      sendWays: () => false,
      sabotage: {
        ledger: (ledger) => {
          const current = async <C extends { readonly token: string }>(claim: C) => {
            const records = await ledger.recordsOf("execution-1");
            return { ...claim, epoch: records.find(({ token }) => token === claim.token)?.epoch ?? 0 };
          };
          return {
            ...ledger,
            renew: async (claims, length) => ledger.renew(await Promise.all(claims.map(current)), length),
            submit: async (claim, submission) => ledger.submit(await current(claim), submission),
            purchase: async (claim, commitment) => ledger.purchase(await current(claim), commitment),
            observe: async (claim, commitment) => ledger.observe(await current(claim), commitment),
            reject: async (claim, error) => ledger.reject(await current(claim), error),
            refuse: async (claim, error) => ledger.refuse(await current(claim), error),
            unknown: async (claim, error) => ledger.unknown(await current(claim), error),
            dead: async (claim, proof) => ledger.dead(await current(claim), proof),
            reopen: async (claim, commitment) => ledger.reopen(await current(claim), commitment),
          };
        },
      },
    });
    expect(violation?.message).toMatch(/bought twice|recorded as|reports/);
  });

  test("without the canary", async () => {
    const { violation } = await search({
      world: begunElsewhere,
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: { ledger: (ledger) => ({ ...ledger, purchasedIn: async () => [] }) },
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  test("with a single empty answer taken for proof", async () => {
    const { violation } = await search({
      world: emptyWorld("stamped", 1),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: {
        executor: (executor) => ({ ...executor, recovery: { ...parks, kind: "absence", answers: 1, minimumAge: 0 } }),
      },
    });
    expect(violation?.message).toMatch(/bought twice|recorded as dead/);
  });

  test("with a second send where every send buys", async () => {
    const { violation } = await search({
      world: emptyWorld("stamped", 1),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: {
        executor: (executor) => ({
          ...executor,
          recovery: { ...parks, kind: "resend", handle: "minted", minimumAge: 300_000 },
        }),
      },
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  test("with a handle that does not know the generation: one that came to nothing blocks for ever", async () => {
    const { violation } = await search({
      world: emptyWorld("chosen", 1),
      drivers: 1,
      budget: { ...budget(0, 0, 0), failures: 1 },
      sabotage: {
        executor: (executor) => ({
          ...executor,
          quote: (recommendation, marker, options) =>
            executor.quote(recommendation, { ...marker, generation: 0 }, options),
        }),
      },
    });
    // Each further quote has the used handle, so in the end there are no quotes left.
    expect(violation?.message).toMatch(/^#0 ends as refused .* with 0 commitments/);
  });

  /** Drivers that know no clock but the one that is set. */
  const byTheWallClock = (identity: ImitationIdentity) => () => {
    const world = withASetClock(identity)();
    const { environment } = world;
    const readClock = () => ({ boot: "virtual", monotonic: environment.now(), wall: environment.now() });
    return { ...world, environment: { ...environment, readClock } };
  };

  test("A22: with ages by the wall clock alone", async () => {
    const { violation } = await search({ world: byTheWallClock("stamped"), drivers: 1, budget: budget(0, 1, 1) });
    expect(violation?.log.join()).toContain("sets the clock ahead");
    expect(violation?.message).toMatch(/^(bought twice|recorded as dead with 1)/);
  });

  test("with absence taken for proof where nothing that is seen can be relied upon", async () => {
    const { violation } = await search({
      world: emptyWorld("none", 1),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: {
        executor: (executor) => ({
          ...executor,
          recovery: { ...parks, kind: "absence", answers: 2, minimumAge: 300_000 },
        }),
      },
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as dead with 1)/);
  });

  const absent = async () => ({ kind: "absent", reason: "not looked" }) as const;

  test.each(handles)("with a refusal that is believed without a look at the handle (%s)", async (identity) => {
    const { violation } = await search({
      world: emptyWorld(identity, 1),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: { executor: (executor) => ({ ...executor, resolve: absent }) },
    });
    expect(violation?.log.at(-1)).toBe("A ledger.reject: works");
    expect(violation?.message).toBe("recorded as rejected with 1 commitments");
  });

  test("with a quote that is over taken for proof that nothing was bought", async () => {
    const { violation } = await search({
      world: emptyWorld("minted", 1),
      drivers: 1,
      budget: budget(0, 2, 0),
      sendWays: (name) => name === "bought, and called expired",
      sabotage: {
        executor: (executor) => {
          const first = ({ attempt }: Submission) => attempt === 1;
          return {
            ...executor,
            recovery: { ...parks, kind: "resend", handle: "minted", minimumAge: 0 },
            resolve: async (submission, options) =>
              first(submission) ? absent() : executor.resolve(submission, options),
            send: async (submission, context) => {
              if (first(submission) && context.sentBefore) return expired;
              return executor.send(submission, context);
            },
          };
        },
      },
    });
    expect(violation?.log.join()).toContain("bought, and called expired");
    expect(violation?.message).toMatch(/^(bought twice|recorded as dead with 1)/);
  });

  test.each(handles)("with an id in the answer that is forgotten (%s)", async (identity) => {
    const { violation } = await search({
      world: sellingOtherwise(identity),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: {
        ledger: (ledger) => ({
          ...ledger,
          evidence: async ({ token }) => {
            const record = (await ledger.recordsOf("execution-1")).find((each) => each.token === token);
            if (record?.submission === undefined) throw new Error("It is open.");
            return record.submission;
          },
        }),
      },
    });
    expect(violation?.log.join()).toContain("bought under another id");
    expect(violation?.message).toMatch(/^bought twice/);
  });

  test("with what is dead forgotten", async () => {
    const { violation } = await search({
      world: shownAfterDeath("stamped"),
      drivers: 1,
      budget: budget(0, 0, 0),
      sabotage: {
        ledger: (ledger) => ({
          ...ledger,
          claim: async (...parameters) =>
            (await ledger.claim(...parameters)).map((answer) => ({
              ...answer,
              record: { ...answer.record, former: [] },
            })),
        }),
      },
    });
    expect(violation?.message).toMatch(/^bought twice/);
  });

  test("with no baseline beside an id that is not kept", async () => {
    const { violation } = await search({
      world: mergedAtAnyMoment({ baseline: false, resembles: false }),
      drivers: 1,
      budget: budget(0, 1, 0),
    });
    expect(violation?.log.join()).toContain("what was bought is merged");
    expect(violation?.message).toMatch(/^(bought twice|recorded as (dead with 1|purchased with 2))/);
  });

  test("with a lost ledger, and nothing that says what a merged one may hold", async () => {
    const { violation } = await search({
      world: lostAndMerged({ resembles: false }),
      drivers: 1,
      budget: budget(0, 0, 0),
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  test("with a lost ledger, and nothing that says that a token need not show", async () => {
    const world = lostAndTokenless({ tokenless: false });
    const { violation } = await search({ world, drivers: 1, budget: budget(0, 0, 0) });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  test("with what is only on its way taken for bought", async () => {
    const { violation } = await search({
      world: vanishing("chosen"),
      drivers: 1,
      budget: budget(0, 0, 1),
      sabotage: {
        executor: (executor) => ({
          ...executor,
          inventory: {
            ...executor.inventory,
            list: async function* (...parameters) {
              for await (const page of executor.inventory.list(...parameters)) {
                yield page.map((each) => ({ ...each, commitment: { ...each.commitment, tentative: false } }));
              }
            },
          },
        }),
      },
    });
    expect(violation?.message).toMatch(/^#0 ends as already-purchased .* with 0 commitments/);
  });

  const fitting = standingForAll(noHandles, (identity) => identity === "stamped");
  test.each(fitting)("with a fit taken for proof at once, beside another buyer (%s)", async (identity) => {
    const { violation } = await search({
      world: besideAnotherBuyer(identity, "another ledger"),
      drivers: 1,
      budget: budget(0, 1, 1),
      sabotage: {
        executor: (executor) => ({
          ...executor,
          resolve: async (submission, options) => {
            const shown = await executor.resolve(submission, options);
            return shown.kind === "found" ? { ...shown, by: "proof" } : shown;
          },
        }),
      },
    });
    expect(violation?.message).toBe("records theirs, which somebody else bought");
  });
});
