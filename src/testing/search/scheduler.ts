import type { Choices } from "./choices.ts";

/** How much may go wrong on one path; the search walks every way of spending it. */
export interface Budget {
  /** Drivers that die. */
  readonly crashes: number;
  /** Anything else that goes wrong: a lost answer, a stale listing, a pause beyond the lease. */
  readonly faults: number;
  /** How often another driver goes on although the last one could have. */
  readonly switches: number;
  /**
   * How often an effect goes before one that its driver began earlier and waits for beside it: a price before the page of a listing.
   * Default 0: in the order in which they were begun.
   */
  readonly orders?: number;
  /** Purchases that come to nothing, in the provider's final failed state. Default 0. */
  readonly failures?: number;
}

/** One way in which an effect can go, and what it costs. */
export interface Way {
  readonly name: string;
  readonly costs: "nothing" | "crash" | "fault" | "failure";
}

/** One thing that a driver wants to do: it waits until the scheduler lets it, and is told how it goes. */
interface Waiting {
  readonly effect: string;
  readonly ways: readonly Way[];
  readonly go: (way: Way) => void;
}

/** Lets drivers run one effect at a time, in every order and in every way. */
export interface Scheduler {
  /** A driver reached an effect; resolves with how it goes. Never resolves for a driver that died. */
  reach(driver: string, effect: string, ways: readonly Way[]): Promise<Way>;
  /** Runs until every driver has ended, died or waits for nothing; calls `check` after every effect. */
  run(check: () => void): Promise<void>;
  readonly dead: ReadonlySet<string>;
  /** What happened, for people. */
  readonly log: readonly string[];
}

/** More effects than any path has; one that is longer is a loop without a limit. */
const longestPath = 2000;

/** Who does what others do at the provider: after it the driver that was at work goes on, at no cost. */
export const bystander = "somebody else";

/** Makes the scheduler of one path. `pause` is called when a driver is stopped for longer than its lease. */
export function createScheduler(choices: Choices, budget: Budget, pause: () => void): Scheduler {
  const { crashes, faults, switches, orders = 0, failures = 0 } = budget;
  const left = { crash: crashes, fault: faults, switch: switches, order: orders, failure: failures };
  const waiting = new Map<string, Waiting[]>();
  const dead = new Set<string>();
  const log: string[] = [];
  let current: string | undefined;

  function pickDriver(): string {
    const ready = [...waiting.keys()].filter((driver) => (waiting.get(driver)?.length ?? 0) > 0);
    const goesOn = current !== undefined && ready.includes(current);
    const order = goesOn ? [current, ...ready.filter((driver) => driver !== current)] : ready;
    const free = !goesOn || left.switch > 0;
    const driver = order[free ? choices.choose(order.length) : 0];
    if (driver === undefined) throw new Error("No driver is ready.");
    if (goesOn && driver !== current) left.switch -= 1;
    if (driver !== bystander || !goesOn) current = driver;
    return driver;
  }

  function pickEffect(queue: Waiting[]): Waiting {
    const position = left.order > 0 && queue.length > 1 ? choices.choose(queue.length) : 0;
    if (position > 0) left.order -= 1;
    const [picked] = queue.splice(position, 1);
    if (picked === undefined) throw new Error("The driver is not ready.");
    return picked;
  }

  return {
    dead,
    log,
    reach: (driver, effect, ways) =>
      new Promise((go) => {
        if (dead.has(driver)) return;
        waiting.set(driver, [...(waiting.get(driver) ?? []), { effect, ways, go }]);
      }),
    run: async (check) => {
      for (let effects = 0; ; effects += 1) {
        // All that the last effect set off has run when the queue of microtasks is empty.
        await new Promise((done) => setImmediate(done));
        check();
        if ([...waiting.values()].every((list) => list.length === 0)) return;
        if (effects > longestPath) throw new Error("A path without end.");
        const driver = pickDriver();
        const queue = waiting.get(driver) ?? [];
        const next = pickEffect(queue);
        const affordable = next.ways.filter(({ costs }) => costs === "nothing" || left[costs] > 0);
        const way = affordable[choices.choose(affordable.length)];
        if (way === undefined) throw new Error("There is no way to go on.");
        if (way.costs !== "nothing") left[way.costs] -= 1;
        log.push(`${driver} ${next.effect}: ${way.name}`);
        if (way.name === "pause") {
          pause();
          // It goes on later, unharmed, as far as it knows; another driver comes first, if there is one.
          queue.unshift({ ...next, ways: next.ways.filter(({ name }) => name !== "pause") });
          current = undefined;
          continue;
        }
        if (way.costs === "crash") {
          dead.add(driver);
          waiting.delete(driver);
        }
        next.go(way);
      }
    },
  };
}
