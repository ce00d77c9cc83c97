import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
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
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { usePostgres } from "../ledger/postgres-fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "buyonce-races-"));
afterAll(() => rmSync(folder, { recursive: true }));
const postgres = usePostgres();
let files = 0;

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
        const execution = { executionId: "race", source: "race", recommendations: [disk(), disk({ size: "large" })] };
        const purchaserOf = (own: Ledger, executor: ServiceExecutor) =>
          createPurchaser({
            ledger: own,
            providers: [{ name: "imitation", services: { disk: executor } }],
            environment: {
              ...environment,
              every: () => () => undefined,
              sleep: async (time) => environment.jump(time),
            },
          });
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

describe("two or three drivers race, with the arrival and the answer of every request scheduled apart", () => {
  test("over the memory ledger", () => race(async (clock) => createMemoryLedger({ clock }), 300));
  test("over SQLite", () => race((clock) => openSqliteLedger({ file: join(folder, `${(files += 1)}.db`), clock }), 60));
  test("over PostgreSQL", () => race((clock) => postgres.open({ clock }), 25));
});
