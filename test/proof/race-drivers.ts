import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { Report } from "../../src/contract/report.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import {
  createImitationCloud,
  type ImitationIdentity,
  type SendFault,
} from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { usePostgres } from "../ledger/postgres-fixture.ts";

type Open = (clock: () => number) => Promise<Ledger>;

/** Printed, so that a failing race can be run again: `RACES_SEED=… npm test`. */
const seed = Number(process.env["RACES_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Every call of an object waits twice for its turn: when it arrives, and when its answer comes back. */
function raced<T extends object>(target: T, driver: string, scheduler: fc.Scheduler): T {
  const plain = new Set(["describe", "scopeOf", "laneOf"]);
  return new Proxy(target, {
    get: (object, name, receiver) => {
      const member: unknown = Reflect.get(object, name, receiver);
      if (typeof member !== "function" || plain.has(String(name))) return member;
      return async (...values: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), `${driver} ${String(name)} arrives`);
        try {
          return (await Reflect.apply(member, object, values)) as unknown;
        } finally {
          await scheduler.schedule(Promise.resolve(), `${driver} ${String(name)} answers`);
        }
      };
    },
  });
}

const sendFault = fc.option(fc.constantFrom<SendFault>("rejected", "lost-after", "lost-before", "expired", "failed"), {
  nil: undefined,
  freq: 2,
});

const execution = { executionId: "race", source: "race", recommendations: [disk(), disk({ size: "large" })] };

/** Makes purchasers whose time passes only in sleeps, and whose leases nobody renews. */
function purchasersIn(environment: VirtualEnvironment) {
  return (ledger: Ledger, executor: ServiceExecutor) =>
    createPurchaser({
      ledger,
      providers: [{ name: "imitation", services: { disk: executor } }],
      environment: { ...environment, every: () => () => undefined, sleep: async (time) => environment.jump(time) },
    });
}

async function race(open: Open, runs: number): Promise<void> {
  let drives = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.constantFrom<ImitationIdentity>("minted", "chosen", "stamped", "none"),
      fc.integer({ min: 2, max: 3 }),
      fc.array(sendFault, { maxLength: 4 }),
      async (scheduler, identity, drivers, sends) => {
        const environment = createVirtualEnvironment();
        const cloud = createImitationCloud({ identity, now: environment.now });
        const ledger = await open(environment.now);
        cloud.faults.sends = [...sends];
        const purchaserOf = purchasersIn(environment);
        const names = Array.from({ length: drivers }, (_, index) => String.fromCharCode(65 + index));
        const racing = names.map((name) =>
          purchaserOf(raced(ledger, name, scheduler), raced(cloud.executor, name, scheduler)).drive(execution),
        );
        const reports: readonly Report[] = await scheduler.waitFor(Promise.all(racing));
        drives += drivers;

        for (const token of [0, 1].map((index) => deriveIdempotencyToken("race", index))) {
          expect(cloud.live(token).length).toBeLessThanOrEqual(1);
          for (const { outcomes } of reports) {
            const status = outcomes.find((outcome) => outcome.token === token)?.status;
            if (status === "purchased" || status === "already-purchased") expect(cloud.live(token)).toHaveLength(1);
          }
        }
        cloud.faults.sends = [];
        const calm = purchaserOf(ledger, cloud.executor);
        for (let round = 0; round < 2; round += 1) {
          environment.jump(6 * 60_000);
          const { outcomes } = await calm.drive(execution);
          if (identity !== "none") continue;
          // Nothing proves anything there: a person says what was not bought.
          for (const { recIndex, status } of outcomes) {
            if (status !== "unresolved") continue;
            const decision = { person: "a tester", reason: "the cloud in memory", finding: "not-bought" } as const;
            await calm.resolveByPerson({ ...decision, executionId: "race", recIndex });
          }
        }
        for (const token of [0, 1].map((index) => deriveIdempotencyToken("race", index))) {
          expect(cloud.live(token)).toHaveLength(1);
        }
        await ledger.close();
      },
    ),
    { seed, numRuns: runs },
  );
  console.log(`races (seed ${seed}): ${runs} races of ${drives} drives, no token bought twice`);
}

const act = fc.constantFrom("cancel", "reopen", "lower", "raise");

/** People change the execution while drivers race: what they were told holds from the moment at which they were told it. */
async function raceWithPeople(open: Open, runs: number): Promise<void> {
  const done: Record<string, number> = {};
  const tokens = [0, 1].map((index) => deriveIdempotencyToken("race", index));
  const gbp = (amount: string) => ({ amount, currency: "GBP" });
  const word = { person: "a tester", reason: "while others drive" };
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.constantFrom<ImitationIdentity>("minted", "chosen", "stamped"),
      fc.array(sendFault, { maxLength: 3 }),
      fc.array(act, { minLength: 1, maxLength: 3 }),
      async (scheduler, identity, sends, acts) => {
        const environment = createVirtualEnvironment();
        const cloud = createImitationCloud({ identity, now: environment.now });
        const ledger = await open(environment.now);
        cloud.faults.sends = [...sends];
        const purchaserOf = purchasersIn(environment);
        const calm = purchaserOf(ledger, cloud.executor);
        const live = () => tokens.filter((token) => cloud.live(token).length > 0);
        await calm.submit({ ...execution, maxTotals: [gbp("25")] });

        const person = purchaserOf(raced(ledger, "P", scheduler), cloud.executor);
        let cancelled: ReadonlySet<string> | undefined;
        let isLow = false;
        const expectKept = () => {
          for (const token of live()) expect(cancelled?.has(token) ?? true).toBe(true);
          if (isLow) expect(live().length).toBeLessThanOrEqual(1);
        };
        const perform: Record<string, () => Promise<void>> = {
          cancel: async () => {
            const { mayBeBought } = await person.cancel("race", word);
            cancelled = new Set([...mayBeBought.map(({ token }) => token), ...live()]);
          },
          reopen: async () => {
            await person.reopen("race", word);
            cancelled = undefined;
          },
          lower: async () => {
            await person.setLimits("race", { ...word, maxTotals: [gbp("15")] });
            isLow = true;
          },
          raise: async () => {
            await person.setLimits("race", { ...word, maxTotals: [gbp("25")] });
            isLow = false;
          },
        };
        const act = async () => {
          for (const name of acts) {
            try {
              await perform[name]?.();
              done[name] = (done[name] ?? 0) + 1;
            } catch (error) {
              if (!RefusedError.isInstance(error)) throw error;
            }
            expectKept();
          }
        };
        const driving = ["A", "B"].map((name) =>
          purchaserOf(raced(ledger, name, scheduler), raced(cloud.executor, name, scheduler)).redrive("race"),
        );
        await scheduler.waitFor(Promise.all([...driving, act()]));
        expectKept();

        cloud.faults.sends = [];
        if (cancelled !== undefined) await calm.reopen("race", word);
        if (isLow) await calm.setLimits("race", { ...word, maxTotals: [gbp("25")] });
        for (let round = 0; round < 2; round += 1) {
          environment.jump(6 * 60_000);
          await calm.redrive("race");
        }
        for (const token of tokens) expect(cloud.live(token)).toHaveLength(1);
        await ledger.close();
      },
    ),
    { seed, numRuns: runs },
  );
  const told = Object.entries(done).map(([name, count]) => `${name} ${count}`);
  console.log(`races with people (seed ${seed}): ${runs} races, acts that were done: ${told.join(", ")}`);
}

/** How many races there are over each ledger. */
export interface RaceRuns {
  readonly memory: number;
  readonly sqlite: number;
  readonly postgres: number;
}

/** Declares the tests of drivers that race with each other, and with a person. */
export function declareRaces(runs: RaceRuns): void {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-races-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const postgres = usePostgres();
  let files = 0;
  const memory: Open = async (clock) => createMemoryLedger({ clock });
  const sqlite: Open = (clock) => openSqliteLedger({ file: join(folder, `${(files += 1)}.db`), clock });

  describe.each([
    ["two drivers race with a person who cancels, reopens, lowers and raises the total", raceWithPeople],
    ["two or three drivers race, with the arrival and the answer of every request scheduled apart", race],
  ])("%s", (_name, racing) => {
    test("over the memory ledger", () => racing(memory, runs.memory));
    test("over SQLite", () => racing(sqlite, runs.sqlite));
    test("over PostgreSQL", () => racing((clock) => postgres.open({ clock }), runs.postgres));
  });
}
