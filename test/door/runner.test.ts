import { expect, test } from "vitest";
import { systemEnvironment } from "../../src/contract/environment.ts";
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
