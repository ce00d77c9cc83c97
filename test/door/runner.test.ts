import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { Report } from "../../src/contract/report.ts";
import { createDrives } from "../../src/door/drives-here.ts";
import { createRunner } from "../../src/door/runner.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup } from "../drive/setup.ts";

/** A runner over an imitated cloud, and how often it drove something. */
function runnerOver({ purchaser, ledger, environment }: ReturnType<typeof setup>, sweepInterval = 20) {
  const calls = { rest: 0 };
  const errors: unknown[] = [];
  const { every, sleep } = systemEnvironment;
  const runner = createRunner({
    purchaser: {
      redriveUnfinished: (...given) => {
        calls.rest += 1;
        return purchaser.redriveUnfinished(...given);
      },
    },
    ledger,
    environment: { ...environment, every, sleep },
    executionsAtOnce: 2,
    concurrency: 1,
    sweepInterval,
    onError: (error) => errors.push(error),
  });
  return { runner, calls, errors };
}

test("sweeps look after what is pending, and try nothing again that was refused: only who asks does", async () => {
  const parts = setup();
  const { cloud, environment, ledger, purchaser } = parts;
  const { runner, calls, errors } = runnerOver(parts);
  const states = async () => (await ledger.recordsOf("execution-1")).map(({ state }) => state);
  cloud.faults.sends = ["rejected"];
  await purchaser.submit(execution(disk(), disk()));
  runner.add("execution-1");
  await runner.ended("execution-1");
  expect(await states()).toEqual(["rejected", "purchased"]);
  runner.start();
  await expect
    .poll(() => {
      environment.advance(1000);
      return calls.rest;
    })
    .toBeGreaterThan(5);
  expect(await states()).toEqual(["rejected", "purchased"]);
  expect(cloud.counts.sends).toBe(2);
  await purchaser.askRedrive("execution-1", "ann");
  runner.add("execution-1");
  await runner.ended("execution-1");
  expect(await states()).toEqual(["purchased", "purchased"]);
  await runner.drain();
  expect(errors).toEqual([]);
});

test("what was accepted and lost is taken up by the first sweep; what waits for an approval is not", async () => {
  const parts = setup();
  const { cloud, ledger, purchaser } = parts;
  for (const name of ["one", "two", "three"]) await purchaser.submit({ ...execution(), executionId: name });
  await purchaser.submit({ ...execution(), executionId: "unapproved" }, { requireApproval: true });
  const { runner, errors } = runnerOver(parts, 3_600_000);
  runner.start();
  await expect.poll(() => cloud.orders.length).toBe(3);
  await runner.drain();
  expect((await ledger.recordsOf("unapproved")).map(({ state }) => state)).toEqual(["planned"]);
  expect(errors).toEqual([]);
});

test("drained, it begins nothing more", async () => {
  const parts = setup();
  const { cloud, purchaser } = parts;
  await purchaser.submit(execution());
  const { runner } = runnerOver(parts);
  runner.start();
  await runner.drain();
  const before = { ...cloud.counts };
  runner.add("execution-1");
  expect(runner.ended("execution-1")).toBeUndefined();
  expect(cloud.counts).toEqual(before);
});

test("a drive that fails is told, and the next one is made all the same", async () => {
  const parts = setup();
  const { cloud, ledger, purchaser } = parts;
  await purchaser.submit(execution());
  const failing = { ...parts, purchaser: { ...purchaser, redriveUnfinished: () => Promise.reject(new Error("gone")) } };
  const broken = runnerOver(failing, 3_600_000);
  broken.runner.add("execution-1");
  await broken.runner.ended("execution-1");
  expect(broken.errors).toMatchObject([{ message: "gone" }]);
  expect((await ledger.recordsOf("execution-1")).map(({ state }) => state)).toEqual(["planned"]);
  const { runner } = runnerOver(parts);
  runner.add("execution-1");
  await runner.ended("execution-1");
  expect(cloud.orders).toHaveLength(1);
});

test("a sweep reads each execution once, and drives nothing that waits or is stopped but what was sent", async () => {
  const parts = setup();
  const { cloud, environment, ledger, purchaser } = parts;
  const word = { person: "ann", reason: "because" };
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await purchaser.drive({ ...execution(disk(), disk()), executionId: "sent" });
  await purchaser.cancel("sent", word);
  for (let index = 0; index < 20; index += 1) {
    await purchaser.submit({ ...execution(disk(), disk()), executionId: `waits-${index}` }, { requireApproval: true });
    await purchaser.submit({ ...execution(disk(), disk()), executionId: `stopped-${index}` });
    await purchaser.cancel(`stopped-${index}`, word);
  }
  await purchaser.submit({ ...execution(), executionId: "new" });
  environment.advance(60_000);
  const driven: (string | undefined)[] = [];
  const read: string[] = [];
  let sweep = () => {};
  const runner = createRunner({
    purchaser: {
      redriveUnfinished: async ({ executionId } = {}) => {
        driven.push(executionId);
        return [];
      },
    },
    ledger: {
      ...ledger,
      execution: (executionId) => {
        read.push(executionId);
        return ledger.execution(executionId);
      },
    },
    environment: {
      ...environment,
      every: (_interval, run) => {
        sweep = run;
        return () => undefined;
      },
    },
    executionsAtOnce: 100,
    concurrency: 1,
    sweepInterval: 30_000,
    onError: (error) => {
      throw error;
    },
  });
  runner.start();
  await expect.poll(() => driven.toSorted()).toEqual(["new", "sent"]);
  expect(read).toHaveLength(new Set(read).size);
  // The first one is over by then.
  await expect
    .poll(() => {
      sweep();
      return driven.length;
    })
    .toBeGreaterThan(2);
  await runner.drain();
  expect([...new Set(driven)].toSorted()).toEqual(["new", "sent"]);
});

test("what a dead driver holds is taken up as soon as its lease is over; what nobody has touched rests longer", async () => {
  const parts = setup();
  const { environment, ledger, purchaser } = parts;
  for (const name of ["held", "fresh"]) await purchaser.submit({ ...execution(), executionId: name });
  const driven: (string | undefined)[] = [];
  let sweep = () => {};
  const runner = createRunner({
    purchaser: {
      redriveUnfinished: async ({ executionId } = {}) => {
        driven.push(executionId);
        return [];
      },
    },
    ledger,
    environment: {
      ...environment,
      every: (_interval, run) => {
        sweep = run;
        return () => undefined;
      },
    },
    executionsAtOnce: 100,
    concurrency: 1,
    sweepInterval: 60_000,
    onError: (error) => {
      throw error;
    },
  });
  runner.start();
  await expect.poll(() => driven.toSorted()).toEqual(["fresh", "held"]);
  await ledger.claim(await ledger.recordsOf("held"), "a driver that dies", 30_000);
  const swept = async () => {
    driven.length = 0;
    sweep();
    // The ledger in memory answers within the same turn.
    await setImmediate();
    return driven.toSorted();
  };
  environment.advance(31_000);
  expect(await swept()).toEqual([]);
  environment.advance(1_000);
  expect(await swept()).toEqual(["held"]);
  environment.advance(28_000);
  expect(await swept()).toEqual(["fresh", "held"]);
  await runner.drain();
});

test("what needs an executor that is not here is no work that is done, and is told once for each", async () => {
  const outcome = { provider: "aws", service: "rds", status: "refused", error: { code: "executor-missing" } };
  const errors: string[] = [];
  const ended: string[] = [];
  const drives = createDrives(
    {
      purchaser: { redriveUnfinished: async () => [{ outcomes: [outcome, outcome] } as unknown as Report] },
      environment: systemEnvironment,
      executionsAtOnce: 1,
      concurrency: 1,
      onError: (_error, about) => errors.push(about),
    },
    new AbortController().signal,
    (_executionId, driven) => ended.push(driven),
  );
  for (const name of ["one", "two"]) await drives.add(name);
  expect(ended).toEqual(["lacks", "lacks"]);
  expect(errors).toEqual(["what needs aws rds"]);
});
