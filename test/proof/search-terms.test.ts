import { describe, expect, test } from "vitest";
import { countedPrices } from "../../src/contract/counted-price.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { type Money, totals } from "../../src/contract/money.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { World } from "../../src/testing/search/search-world.ts";
import { search } from "../../src/testing/search/search.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";
import { budget, createProof, singly } from "./prove.ts";
import {
  alteredWorld,
  cancelledWorld,
  dearerWorld,
  limitedWorld,
  peopledWorlds,
  restoredWorld,
  twoDriverWorlds,
} from "./terms-worlds.ts";

const prove = createProof();

/** What a person does meets two drivers by turns: that stands for a death and a fault, which others of the searches meet. */
const turns = standingForAll(singly, ({ budget: { switches } }) => switches > 0);

const isStamped = (identity: string) => identity === "stamped";

/** The other kinds, and what goes wrong together, are walked by `search.proof.ts`. */
describe("what people do to an execution at any moment", { timeout: 600_000 }, () => {
  /** What others of these do as well: a cancel that is taken back, a total that is lowered. */
  const within = ["it is cancelled", "a price limit is lowered and taken away"];
  test.each(standingForAll(Object.entries(peopledWorlds), ([name]) => !within.includes(name)))(
    "%s",
    async (name, make) => {
      for (const limits of turns) await prove(`minted, ${name}`, { world: make("minted"), ...limits }, 5);
    },
  );

  test.each(Object.entries(twoDriverWorlds))("%s", async (name, make) => {
    for (const limits of turns) await prove(`minted, ${name}`, { world: make("minted"), ...limits, drivers: 2 }, 10);
  });
});

test.each(standingForAll(["minted", "stamped"] as const, isStamped))(
  "%s: the ledger is restored after the drivers ended or died",
  async (identity) => {
    const world = restoredWorld(identity, 2);
    await prove(`${identity}, restored`, { world, drivers: 2, budget: budget(1, 0, 0) }, 10);
  },
);

/** A world whose ledger is broken below what watches it. */
const withLedger = (make: () => World | Promise<World>, broken: (ledger: Ledger) => Ledger) => async () => {
  const world = await make();
  return { ...world, ledger: broken(world.ledger) };
};

describe("a guard that is broken on purpose is caught", () => {
  proofTest("left out at the second send", async () => {
    const { violation } = await search({
      world: withLedger(cancelledWorld("minted", { tokens: 1 }), (ledger) => ({
        ...ledger,
        resend: async (claim, how) => {
          try {
            return await ledger.resend(claim, how);
          } catch (error) {
            if (!RefusedError.isInstance(error)) throw error;
            const record = (await ledger.recordsOf(claim.executionId)).find(({ token }) => token === claim.token);
            if (record?.submission === undefined) throw error;
            return record.submission;
          }
        },
      })),
      drivers: 2,
      budget: budget(1, 1, 1),
    });
    expect(violation?.log.join()).toContain("cancels");
    expect(violation?.message).toBe("the guard let it pass: it is cancelled");
  });

  test("not asked at the second send", async () => {
    const { violation } = await search({
      world: cancelledWorld("minted", { tokens: 1 }),
      drivers: 1,
      budget: budget(0, 1, 0),
      sabotage: {
        ledger: (ledger) => ({
          ...ledger,
          resend: async ({ executionId, token }) => {
            const record = (await ledger.recordsOf(executionId)).find((each) => each.token === token);
            if (record?.submission === undefined) throw new Error("It is open.");
            return record.submission;
          },
        }),
      },
    });
    expect(violation?.message).toBe("attempt 1 is sent without having passed the guard");
  });

  test.each(standingForAll(["minted", "stamped"] as const, (identity) => !isStamped(identity)))(
    "totals outside the transaction (%s)",
    async (identity) => {
      const { violation } = await search({
        world: withLedger(dearerWorld(identity, { recorded: false }), totalsAtTheClaim("25")),
        drivers: 2,
        budget: budget(0, 0, 2),
      });
      expect(violation?.log.join()).toContain("the price rises");
      expect(violation?.message).toBe("30 is bought, and 25 is allowed");
    },
  );

  proofTest("a snapshot driven: the limit was lowered after it was read", async () => {
    const { violation } = await search({
      world: limitedWorld("stamped", "price"),
      drivers: 1,
      budget: budget(0, 0, 1),
      sabotage: { ledger: fromSnapshots },
    });
    expect(violation?.log.join()).toContain("lowers a price");
    expect(violation?.message).toBe("the guard let it pass: #0 costs 10 and may cost 9");
  });

  test("a snapshot driven: another file was recorded before", async () => {
    const { violation } = await search({
      world: alteredWorld("stamped", "altered"),
      drivers: 2,
      budget: budget(0, 0, 1),
      sabotage: {
        ledger: (ledger) =>
          fromSnapshots({
            ...ledger,
            recordExecution: async (execution) => {
              const { places } = execution;
              const { isNew, records, ...recorded } = await ledger.recordExecution(execution);
              const asked = records.map((record) => ({
                ...record,
                ...places.find(({ token }) => token === record.token),
              }));
              return { ...recorded, isNew: true, records: isNew ? records : asked };
            },
          }),
      },
    });
    expect(violation?.message).toBe("the guard let it pass: #0 was recorded otherwise (size)");
  });

  test.each(["stamped", "none"] as const)("a restored ledger that does not know it (%s)", async (identity) => {
    const { violation } = await search({
      world: restoredWorld(identity, 1),
      drivers: 1,
      budget: budget(1, 0, 0),
      sabotage: { ledger: (ledger) => ({ ...ledger, restoredAt: async () => undefined }) },
    });
    expect(violation?.message).toMatch(/^(bought twice|recorded as purchased with 2)/);
  });

  test("a cancel that does not say what may be bought", async () => {
    const { violation } = await search({
      world: cancelledWorld("minted", { tokens: 1, forgets: true }),
      drivers: 1,
      budget: budget(0, 0, 1),
    });
    expect(violation?.message).toMatch(/^(bought after it was cancelled|somebody else failed: cancel does not say)/);
  });
});

/** Keeps a total by what was sent when a place was claimed, as a driver would that adds up before it writes. */
function totalsAtTheClaim(maxTotal: string): (ledger: Ledger) => Ledger {
  return (ledger) => {
    const sums = new Map<string, readonly (Money | "unknown" | undefined)[]>();
    return {
      ...ledger,
      claim: async (...parameters) => {
        const answers = await ledger.claim(...parameters);
        const counted = (await ledger.recordsOf("execution-1")).flatMap(countedPrices);
        for (const { record } of answers) sums.set(record.token, counted);
        return answers;
      },
      submit: async (claim, planned) => {
        const [sum] = totals([
          planned.price,
          ...(sums.get(claim.token) ?? []).filter((price) => price !== undefined && price !== "unknown"),
        ]);
        if (Number(sum?.amount) > Number(maxTotal)) {
          throw new RefusedError({ code: "total-above-limit", message: "It would be too much." });
        }
        return ledger.submit(claim, planned);
      },
    };
  };
}

/** Drives what was read first, under whatever the terms are by then. */
function fromSnapshots(ledger: Ledger): Ledger {
  const read = new Map<string, AnyRecommendation>();
  return {
    ...ledger,
    recordExecution: async (execution) => {
      const answer = await ledger.recordExecution(execution);
      for (const { token, recommendation } of answer.records) read.set(token, recommendation);
      return answer;
    },
    claim: async (...parameters) =>
      (await ledger.claim(...parameters)).map((answer) => {
        const { record } = answer;
        return { ...answer, record: { ...record, recommendation: read.get(record.token) ?? record.recommendation } };
      }),
  };
}
