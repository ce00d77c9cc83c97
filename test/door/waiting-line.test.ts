import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { createWaitingLine, type WaitingLine } from "../../src/door/waiting-line.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

/** A timer that is not over. */
interface Timer {
  readonly pause: number;
  readonly ring: () => void;
}

let timers: Timer[];
let driven: string[];
let line: WaitingLine;
beforeEach(() => {
  timers = [];
  driven = [];
  const environment = {
    ...createVirtualEnvironment(),
    sleep: (pause: number, signal?: AbortSignal) =>
      new Promise<void>((done, failed) => {
        const timer = { pause, ring: () => (drop(), done()) };
        const drop = () => (timers = timers.filter((one) => one !== timer));
        signal?.addEventListener("abort", () => (drop(), failed(new Error("ended"))));
        timers.push(timer);
      }),
  };
  line = createWaitingLine({ environment, longestPause: 5000 }, new AbortController().signal, (one) =>
    driven.push(one),
  );
});

async function ring(): Promise<void> {
  timers[0]?.ring();
  await turn();
}

test("what waits is driven after pauses that grow, up to the longest", async () => {
  const pauses: number[] = [];
  for (let nth = 1; nth <= 5; nth += 1) {
    line.put("a");
    pauses.push(timers[0]?.pause ?? 0);
    await ring();
  }
  expect(pauses).toEqual([1000, 2000, 4000, 5000, 5000]);
  expect(driven).toEqual(["a", "a", "a", "a", "a"]);
});

test("driven because another one is done, it has one timer, however often that happens", async () => {
  for (let nth = 1; nth <= 20; nth += 1) {
    line.put("a");
    expect(timers).toHaveLength(1);
    line.next(`done ${nth}`);
    await turn();
  }
  expect(timers).toEqual([]);
  expect(driven).toHaveLength(20);
  line.put("a");
  line.put("a");
  expect([line.size(), timers.length]).toEqual([1, 1]);
});

test("once it is done it waits no longer, and its next pause is the first one", async () => {
  line.put("a");
  await ring();
  line.put("a");
  line.next("a");
  await turn();
  expect([line.has("a"), timers]).toEqual([false, []]);
  line.put("a");
  expect(timers.map(({ pause }) => pause)).toEqual([1000]);
});
