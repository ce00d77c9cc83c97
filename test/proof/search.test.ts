import { afterAll, describe, expect, test } from "vitest";
import { search, type SearchOptions } from "../../src/testing/search/search.ts";
import type { Budget } from "../../src/testing/search/scheduler.ts";
import type { ImitationIdentity } from "../../src/testing/imitation-cloud.ts";
import { begunElsewhere, emptyWorld } from "./worlds.ts";

/** `BUYONCE_PROOF=deep npm test` walks further; it takes minutes. */
const deep = process.env["BUYONCE_PROOF"] === "deep";

let walked = 0;
let violations = 0;
afterAll(() => console.log(`exhaustive search: ${walked} paths in all, violations ${violations}`));

async function prove(name: string, options: SearchOptions): Promise<void> {
  const { paths, effects, complete, violation } = await search(options);
  walked += paths;
  violations += violation ? 1 : 0;
  const { crashes, faults, switches, failures = 0 } = options.budget;
  console.log(
    `${name}, ${options.drivers} drivers, up to ${crashes} crashes, ${faults} faults, ${switches} switches, ${failures} that came to nothing: ` +
      `${paths} paths${complete ? " (all)" : ""}, ${effects} effects, violations ${violation ? 1 : 0}`,
  );
  const story = `${violation?.message}\n  ${violation?.log.join("\n  ")}\npath ${JSON.stringify(violation?.path)}`;
  expect(violation === undefined, story).toBe(true);
  expect(complete).toBe(true);
  expect(paths).toBeGreaterThan(90);
}

const budget = (crashes: number, faults: number, switches: number): Budget => ({ crashes, faults, switches });

describe.each<[string, ImitationIdentity]>([
  ["handles that the provider mints", "minted"],
  ["handles that the buyer chooses", "chosen"],
  ["no handles, a marker afterwards", "stamped"],
  ["neither handle nor marker", "none"],
])("every path of the drive, with %s", (name, identity) => {
  const searches: [number, number, Budget][] = [
    [1, 1, budget(1, 2, 0)],
    [1, 2, budget(1, 1, 0)],
    [2, 1, budget(1, 1, 1)],
    [2, 1, budget(2, 1, 0)],
    [2, 2, budget(1, 1, 0)],
    [3, 1, budget(2, 0, 1)],
    [1, 1, { ...budget(1, 1, 0), failures: 1 }],
    [1, 2, { ...budget(1, 0, 0), failures: 2 }],
    [2, 1, { ...budget(1, 0, 1), failures: 1 }],
  ];
  if (deep) {
    searches.push([2, 1, budget(0, 2, 2)], [2, 1, budget(2, 2, 1)], [3, 1, budget(1, 1, 1)]);
    searches.push([2, 1, { ...budget(1, 1, 1), failures: 1 }]);
  }
  test.each(searches)("%d drivers, %d tokens, %j", { timeout: 1_800_000 }, async (drivers, tokens, limits) => {
    await prove(`${name}, ${tokens} tokens`, { world: emptyWorld(identity, tokens), drivers, budget: limits });
  });
});

test("every path, begun by an engine without a ledger, with a listing that may show nothing", async () => {
  await prove("begun elsewhere", { world: begunElsewhere, drivers: 2, budget: budget(1, 1, 1) });
});

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

  test("without the check of the epoch", async () => {
    const { violation } = await search({
      world: emptyWorld("stamped", 1),
      drivers: 2,
      budget: budget(0, 2, 1),
      sabotage: {
        ledger: (ledger) => {
          const current = async <C extends { readonly token: string }>(claim: C) => {
            const records = await ledger.execution("execution-1");
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
        executor: (executor) => ({ ...executor, recovery: { ...parks, kind: "resend", minimumAge: 300_000 } }),
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
    expect(violation?.message).toMatch(/^#0 ends as rejected .* with 0 commitments/);
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
});
