import pLimit from "p-limit";
import { afterAll, describe, expect, test } from "vitest";
import { type KilledRun, killGo, killOurs } from "./kill-between.ts";
import { execution } from "./take-over-run.ts";

const limit = pLimit(2);
const kills = { go: 0, ours: 0 };
afterAll(() => console.log(`killed the Go engine ${kills.go} times and ours ${kills.ours} times, after each request`));

const places = execution.recommendations.map(({ provider, service }, recIndex) => ({ provider, service, recIndex }));

/** For every service, for every n: one engine is killed after its n-th request, the other one takes over, and the first one comes back. */
async function everyRequest(run: (afterRequest: number) => Promise<KilledRun>): Promise<number> {
  const calm = await limit(() => run(0));
  expect(calm.killed).toBe(false);
  const runs = Array.from({ length: calm.requests }, (_, index) =>
    limit(async () => expect(await run(index + 1)).toEqual({ killed: true, requests: index + 1 })),
  );
  await Promise.all(runs);
  return runs.length;
}

describe("A13: the Go engine is killed after every request, ours takes over, and it comes back", () => {
  test.concurrent.for(places)("$provider $service", async ({ recIndex }) => {
    const count = await everyRequest((afterRequest) => killGo(recIndex, afterRequest));
    kills.go += count;
  });
});

describe("A13: ours is killed after every request, the Go engine takes over, and ours comes back", () => {
  test.concurrent.for(places)("$provider $service", async ({ recIndex }) => {
    const count = await everyRequest((afterRequest) => killOurs(recIndex, afterRequest));
    kills.ours += count;
  });
});
