import { describe, expect, test } from "vitest";
import { createPace, type Pace, type TurnOptions } from "../../providers/http/pace.ts";

/** Time passes only when a test moves it; what sleeps wakes then. */
function createClock() {
  let time = 0;
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return {
    settle,
    sleeping: () => [...sleepers].map(({ until }) => until - time),
    async advance(milliseconds: number) {
      await settle();
      time += milliseconds;
      for (const sleeper of sleepers) if (sleeper.until <= time) sleeper.wake();
      await settle();
    },
    environment: {
      readClock: () => ({ boot: "test", monotonic: time, wall: time }),
      sleep: (milliseconds: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          signal?.throwIfAborted();
          const sleeper = { until: time + milliseconds, wake: () => (sleepers.delete(sleeper), resolve()) };
          sleepers.add(sleeper);
          signal?.addEventListener("abort", () => (sleepers.delete(sleeper), reject(signal.reason as Error)));
        }),
    },
  };
}

function setup({ withPurchase = true } = {}) {
  const clock = createClock();
  const pace = createPace({ environment: clock.environment, withPurchase });
  return { clock, pace };
}

/** A price that was asked for, and the service's word: so many are left. */
async function quoted(pace: Pace, left: number): Promise<void> {
  (await pace.begin({}))({ left, accepted: true });
}

const bought = (pace: Pace, left: number) => pace.beginNow()({ left, accepted: true });

/** Asks for a turn, and says whether it came. */
function turn(pace: Pace, options: TurnOptions = {}) {
  const asked = { came: false, end: pace.begin(options) };
  asked.end.then(
    () => (asked.came = true),
    () => undefined,
  );
  return asked;
}

describe("what the service says", () => {
  test("nothing said: nothing waits, and nothing is known", async () => {
    const { pace } = setup();
    expect(pace.left()).toBeUndefined();
    for (let count = 0; count < 50; count += 1) await pace.begin({});
    expect(pace.left()).toBeUndefined();
    pace.beginNow()({ accepted: true });
    expect(pace.left()).toBeUndefined();
  });

  test("what is under way, and what is kept back for a purchase, is not left", async () => {
    const { pace } = setup();
    await quoted(pace, 10);
    expect(pace.left()).toBe(9);
    const end = await pace.begin({});
    // Its own purchase included.
    expect(pace.left()).toBe(7);
    // Refused for another reason: no purchase follows.
    end({ left: 9 });
    expect(pace.left()).toBe(8);
    bought(pace, 8);
    expect(pace.left()).toBe(8);
  });

  test("what is kept back for a purchase that does not come is free after two minutes", async () => {
    const { pace, clock } = setup();
    await quoted(pace, 10);
    await clock.advance(119_999);
    expect(pace.left()).toBe(9);
    await clock.advance(1);
    expect(pace.left()).toBe(10);
  });

  test("answers that overtake each other: of those sent before the last word only a lower one counts", async () => {
    const { pace } = setup({ withPurchase: false });
    const [first, second, third] = [await pace.begin({}), await pace.begin({}), await pace.begin({})];
    second({ left: 7 });
    first({ left: 8 });
    expect(pace.left()).toBe(6);
    third({ left: 5 });
    expect(pace.left()).toBe(5);
    (await pace.begin({}))({ left: 1199 });
    expect(pace.left()).toBe(1199);
  });
});

describe("too few are left", () => {
  test("no price is asked for without one for its purchase, which never waits", async () => {
    const { pace, clock } = setup();
    await quoted(pace, 2);
    const next = turn(pace);
    await clock.settle();
    expect(next.came).toBe(false);
    bought(pace, 1);
    await clock.advance(5_999);
    expect(next.came).toBe(false);
    await clock.advance(1);
    expect(next.came).toBe(true);
  });

  test("as soon as an answer says that there are more, all go on", async () => {
    const { pace, clock } = setup();
    await quoted(pace, 1);
    bought(pace, 0);
    const waiting = [turn(pace), turn(pace), turn(pace)];
    await clock.advance(6_000);
    expect(waiting.map(({ came }) => came)).toEqual([true, false, false]);
    // The others wait for that answer, however long it takes.
    await clock.advance(60_000);
    expect(waiting.map(({ came }) => came)).toEqual([true, false, false]);
    (await waiting[0]?.end)?.({ left: 1199, accepted: true });
    await clock.settle();
    expect(waiting.map(({ came }) => came)).toEqual([true, true, true]);
  });
});

describe("refused because too many came", () => {
  test("nothing is begun before the service's own time; then one asks how many there are", async () => {
    const { pace, clock } = setup();
    const told: number[] = [];
    (await pace.begin({}))({ refused: true, retryAfter: 1_500_000 });
    expect(pace.left()).toBe(0);
    const waiting = [turn(pace, { onWait: (wait) => told.push(wait) }), turn(pace)];
    await clock.advance(1_499_999);
    expect(waiting.map(({ came }) => came)).toEqual([false, false]);
    await clock.advance(1);
    expect(waiting.map(({ came }) => came)).toEqual([true, false]);
    expect(told).toEqual([1_500_000]);
    (await waiting[0]?.end)?.({ left: 1199, accepted: true });
    await clock.settle();
    expect(waiting.map(({ came }) => came)).toEqual([true, true]);
  });

  test("without a time of the service's own the waits double up to a minute; those sent together count once", async () => {
    const { pace, clock } = setup();
    const together = [await pace.begin({}), await pace.begin({}), await pace.begin({})];
    for (const end of together) end({ refused: true });
    const waits: (number | undefined)[] = [];
    for (let count = 0; count < 8; count += 1) {
      const next = turn(pace);
      await clock.settle();
      const [wait = 0] = clock.sleeping();
      waits.push(wait);
      await clock.advance(wait);
      (await next.end)({ refused: true });
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  test("a time of more than an hour is not believed", async () => {
    const { pace, clock } = setup();
    (await pace.begin({}))({ refused: true, retryAfter: 86_400_000 });
    turn(pace);
    await clock.settle();
    expect(clock.sleeping()).toEqual([3_600_000]);
  });

  test("a clock that stands still holds nothing up for ever", async () => {
    const pace = createPace({
      environment: { readClock: () => ({ boot: "test", monotonic: 0, wall: 0 }), sleep: async () => undefined },
      withPurchase: true,
    });
    for (let count = 0; count < 5; count += 1) (await pace.begin({}))({ refused: true, retryAfter: 1_000 });
    await quoted(pace, 0);
    await quoted(pace, 0);
    expect(pace.left()).toBe(0);
  });
});

describe("whoever waits can be stopped", () => {
  test("at once, with the signal's reason, wherever it stands; its turn is nobody's", async () => {
    const { pace, clock } = setup();
    (await pace.begin({}))({ refused: true, retryAfter: 10_000 });
    const stops = [new AbortController(), new AbortController()] as const;
    const waiting = stops.map(({ signal }) => turn(pace, { signal }));
    const last = turn(pace);
    await clock.settle();
    for (const [index, stop] of stops.toReversed().entries()) {
      stop.abort(new Error(`stopped ${index}`));
      await expect(waiting.toReversed()[index]?.end).rejects.toThrow(`stopped ${index}`);
    }
    await clock.advance(10_000);
    expect(last.came).toBe(true);
    (await last.end)({ left: 5, accepted: true });
    expect(pace.left()).toBe(4);
  });

  test("also while it waits for the answer to another, or in the moment in which its turn comes", async () => {
    const { pace, clock } = setup();
    await quoted(pace, 6);
    const purchase = pace.beginNow();
    const underWay = await pace.begin({});
    const stop = new AbortController();
    const waiting = turn(pace, { signal: stop.signal });
    await clock.settle();
    expect([waiting.came, clock.sleeping()]).toEqual([true, []]);
    (await waiting.end)();
    const next = new AbortController();
    purchase({ left: 2, accepted: true });
    // One of the two that are left is for the purchase of the price that is under way.
    const blocked = turn(pace, { signal: next.signal });
    await clock.settle();
    expect([blocked.came, clock.sleeping()]).toEqual([false, []]);
    underWay({ left: 3 });
    next.abort(new Error("stopped"));
    await expect(blocked.end).rejects.toThrow("stopped");
    await clock.settle();
    // Both were sent before the purchase was answered.
    expect(pace.left()).toBe(2);
  });

  test("in whichever moment it is stopped, nothing stays counted as begun", async () => {
    const { pace, clock } = setup({ withPurchase: false });
    (await pace.begin({}))({ left: 10 });
    let stopped = 0;
    for (let moment = 0; moment < 30; moment += 1) {
      const stop = new AbortController();
      const turn = pace.begin({ signal: stop.signal });
      for (let tick = 0; tick < moment; tick += 1) await Promise.resolve();
      stop.abort();
      await turn.then(
        (end) => end(),
        () => (stopped += 1),
      );
      await clock.settle();
      expect(pace.left()).toBe(10);
    }
    expect(stopped).toBeGreaterThan(0);
  });
});
