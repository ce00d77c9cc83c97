import { setTimeout as delay } from "node:timers/promises";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { skippedIn, staysCancelled } from "./act-rules.ts";
import { createActing } from "./chaos-acts.ts";
import { type ChaosDriver, startDriver } from "./chaos-driver.ts";
import { faultsFor } from "./chaos-faults.ts";
import type { ChaosWorld } from "./chaos-options.ts";
import { chaosExecution } from "./chaos-execution.ts";
import { azurePurchasesFor, createAgenda } from "./chaos-plan.ts";
import { afterLease, untilProven } from "./movable-clock.ts";

/** A defect, such as something that cannot be bought, must not make the trouble endless. */
const longest = 900_000;
const jumpEvery = 6000;
const rulesAhead = 200;

/** So many of the last acts are named in the error where something planned did not happen. */
const mostTold = 6;

/** What happened amid the trouble. */
interface TroubleFigures extends Record<string, number> {
  kills: number;
  "planned kills": number;
  "kills at a request": number;
  "PostgreSQL restarts": number;
  "clock jumps": number;
  "bought amid the trouble": number;
}

/** The trouble of the moment. */
interface Trouble extends ChaosWorld {
  readonly figures: TroubleFigures;
  readonly begun: number;
  over: boolean;
  paused: boolean;
  /** Whoever was granted something, or sends, is at work; the others wait for it. */
  lastSender: ChaosDriver | undefined;
  /** A driver has reported something as unresolved since the last jump of the clock. */
  unresolved: boolean;
  /** Planned kills that are due, for which nobody was at work yet. */
  dueKills: number;
  /** The next request of one of these actions takes its driver with it, before it is answered. */
  armed: ReadonlySet<string> | "any" | undefined;
  /** Undefined when it has ended, or is being killed already. */
  kill(driver: ChaosDriver | undefined): Promise<void> | undefined;
}

/**
 * Keeps drivers running and kills them, makes requests fail and PostgreSQL stop, until all that was planned has happened
 * and chance has had its time. Kills whoever is left, and stops making trouble.
 */
export async function makeTrouble(world: ChaosWorld): Promise<TroubleFigures> {
  const { options, sandbox, commitments } = world;
  const trouble = begin(world);
  const certain = certainPurchases(options);
  const kills = createAgenda(options.plan.kills, certain);
  const restarts = createAgenda(options.plan.restarts, certain);
  checkFaults(options);
  const sent = () => sandbox.purchaseRequests().length;
  const countDueKills = () => {
    while (kills.due(sent())) trouble.dueKills += 1;
  };
  sandbox.addFault(options.plan.faults);
  const addFaults = createChanceFaults(trouble);
  const acting = world.person && createActing(world.person, { ...aroundOf(trouble), sent, certain });
  const watching = sandbox.onRequest;
  sandbox.onRequest = async (request) => {
    const { action } = request;
    await watching?.(request);
    addFaults();
    countDueKills();
    await acting?.sayWhatIsDue();
    await killAtRequest(trouble, action);
  };
  const isDone = () =>
    kills.done &&
    trouble.dueKills === 0 &&
    restarts.done &&
    acting?.isDone !== false &&
    wentWrong(world) >= plannedFaults(world);
  const watch = async () => {
    while (Date.now() < trouble.begun + longest && !(isDone() && isChanceOver(trouble))) {
      countDueKills();
      // Then it may be that nobody sends anything any more.
      if (trouble.dueKills > 0 && isNothingLeft(world)) void killForThePlan(trouble, running(trouble)[0]);
      await delay(20);
    }
    if (!isDone()) {
      const left = {
        kills: !kills.done || trouble.dueKills > 0,
        restarts: !restarts.done,
        acts: acting?.isDone === false,
        faults: wentWrong(world) < plannedFaults(world),
      };
      throw new Error(
        `Not all that was planned happened in ${longest / 1000} s: ${JSON.stringify(left)}, ${sent()} sent, seed ${options.seed}.\n${standOf(trouble)}`,
      );
    }
    // They may be killed while they record and report what was bought last, too.
    if (options.chance) await delay(Math.min(2 * options.chance.killEvery, 2000));
    trouble.figures["bought amid the trouble"] = commitments.count();
    trouble.over = true;
    await Promise.all(running(trouble).map(async (driver) => trouble.kill(driver)));
  };
  const restart = () => restarts.due(sent());
  const parts = [
    watch(),
    ...Array.from({ length: options.drivers }, (_, position) => keepRunning(trouble, position + 1)),
    keepRestarting(trouble, restart),
    ...(acting ? [acting.keepActing()] : []),
    ...(options.chance ? [killByChance(trouble, options.chance.killEvery), moveClockNowAndThen(trouble)] : []),
  ];
  try {
    await Promise.all(parts);
  } finally {
    trouble.over = true;
    await Promise.allSettled(parts);
    sandbox.onRequest = watching;
    sandbox.clearFaults();
  }
  return trouble.figures;
}

function begin(world: ChaosWorld): Trouble {
  const figures: TroubleFigures = {
    kills: 0,
    "planned kills": 0,
    "kills at a request": 0,
    "PostgreSQL restarts": 0,
    "clock jumps": 0,
    "bought amid the trouble": 0,
  };
  const doomed = new Set<ChaosDriver>();
  return {
    ...world,
    figures,
    begun: Date.now(),
    over: false,
    paused: false,
    lastSender: undefined,
    unresolved: false,
    dueKills: 0,
    armed: undefined,
    kill: (driver) => {
      if (driver === undefined || doomed.has(driver) || !driver.signal("SIGKILL")) return undefined;
      doomed.add(driver);
      figures.kills += 1;
      return driver.ended.then(() => world.clock?.move(afterLease));
    },
  };
}

const running = ({ history }: ChaosWorld) => history.filter((driver) => driver.running);
const skips = ({ person }: ChaosWorld) => skippedIn(person?.acts ?? []).size;
const isAllBought = (world: ChaosWorld) => world.commitments.count() >= world.options.recommendations - skips(world);
const isNothingLeft = (world: ChaosWorld) => isAllBought(world) || staysCancelled(world.person?.acts ?? []);
const plannedFaults = ({ options }: ChaosWorld) => options.plan.faults.length;
const wentWrong = ({ sandbox }: ChaosWorld) => sandbox.requests.filter(({ fault }) => fault !== undefined).length;

/** What drivers and person did last, for whoever has to find out why it does not go on. */
function standOf({ history, person }: Trouble): string {
  const since = (at: number | undefined) =>
    at === undefined ? "never" : `${Math.round((Date.now() - at) / 1000)} s ago`;
  const told = history.slice(-2 * mostTold).map(({ name, running, lines }) => {
    const [first, last] = [lines[0], lines.at(-1)];
    const detail = last?.kind === "failed" ? ` ${last.code}: ${last.message}` : "";
    return `${name}${running ? ", running" : ""}: began ${since(first?.at)}, ${lines.length} lines, ${last?.kind ?? "none"}${detail} ${since(last?.at)}`;
  });
  const acts = (person?.acts ?? []).slice(-mostTold).map(({ kind, returned }) => `${kind} ${since(returned)}`);
  return [`${history.length} drivers`, ...told, `Said: ${acts.join(", ")}.`].join("\n");
}

/** How many purchase requests there are at least. EC2 and Redshift may be bought only after the trouble. */
function certainPurchases({ recommendations, ec2, redshift, plan: { acts } }: ChaosWorld["options"]): number {
  const skipped = acts.filter(({ act }) => act === "skip").length;
  const end = acts.find(({ act }) => act === "cancel for good")?.at ?? Infinity;
  return Math.min(recommendations - ec2 - redshift - skipped, end);
}

/** Throws a RangeError where the faults are planned for more reservations of Azure than are certain to be bought. */
function checkFaults(options: ChaosWorld["options"]): void {
  const recommendations: readonly AnyRecommendation[] = chaosExecution("any", options).recommendations;
  const reservations = recommendations.filter(
    ({ provider, service }) => provider === "azure" && service !== "savings-plans",
  );
  const skipped = options.plan.acts.filter(({ act }) => act === "skip").length;
  const needed = azurePurchasesFor(options.plan.faults);
  if (reservations.length - skipped >= needed) return;
  throw new RangeError(
    `The faults need ${needed} purchases of Azure reservations: ${reservations.length - skipped} are certain.`,
  );
}

function aroundOf(trouble: Trouble) {
  const { options, random, history } = trouble;
  return { options, random, history, isOver: () => trouble.over, isChanceOver: () => isChanceOver(trouble) };
}

function isChanceOver(trouble: Trouble): boolean {
  const { chance } = trouble.options;
  const { over, begun } = trouble;
  return chance === undefined || over || isAllBought(trouble) || Date.now() >= begun + chance.length;
}

/** Those of chance begin when those of the plan have hit, so that they cannot take their place. */
function createChanceFaults(trouble: Trouble): () => void {
  const { options, sandbox, random } = trouble;
  const rate = options.chance?.faults ?? 0;
  let rulesUntil = 0;
  return () => {
    if (rate === 0 || trouble.over) return;
    if (sandbox.requests.length < rulesUntil || wentWrong(trouble) < plannedFaults(trouble)) return;
    sandbox.clearFaults();
    sandbox.addFault(faultsFor(rulesAhead, rate, random, sandbox.purchaseActions));
    rulesUntil = sandbox.requests.length + rulesAhead;
  };
}

function killForThePlan(trouble: Trouble, driver: ChaosDriver | undefined): Promise<void> | undefined {
  const killed = trouble.kill(driver);
  if (killed === undefined) return undefined;
  trouble.dueKills -= 1;
  trouble.figures["planned kills"] += 1;
  return killed;
}

async function killAtRequest(trouble: Trouble, action: string): Promise<void> {
  const { armed, figures, lastSender } = trouble;
  const byChance = armed === "any" || armed?.has(action);
  if (byChance) trouble.armed = undefined;
  if (!byChance && trouble.dueKills === 0) return;
  const killed = trouble.dueKills > 0 ? killForThePlan(trouble, lastSender) : trouble.kill(lastSender);
  if (killed === undefined) return;
  figures["kills at a request"] += 1;
  await killed;
}

/** Keeps one driver running: ends when the trouble is over. */
async function keepRunning(trouble: Trouble, position: number): Promise<void> {
  const { random, history } = trouble;
  for (let nth = 1; !trouble.over && nth <= 10_000; nth += 1) {
    while (trouble.paused && !trouble.over) await delay(20);
    if (trouble.over) return;
    const name = `driver ${position}.${nth}`;
    // Chance lets some leases run out, and some deadlines pass, while their driver lives.
    const byChance = { leaseLength: random.pick([1500, 10_000]), patience: random.between(4000, 60_000) };
    const calmly = { patience: 20 * 60_000 };
    const concurrency = trouble.options.concurrency ?? random.pick([1, 4, 8]);
    // What was recorded may have other limits than the file, which is then refused.
    const fromLedger = trouble.person !== undefined && random.chance(0.8);
    const order = trouble.orderFor({ concurrency, fromLedger, ...(isChanceOver(trouble) ? calmly : byChance) });
    const driver = startDriver(name, order, (line) => {
      if (line.kind === "outcome" && line.outcome.status === "unresolved") trouble.unresolved = true;
      if (line.kind === "sending" || (line.kind === "claimed" && line.granted > 0)) trouble.lastSender = driver;
    });
    history.push(driver);
    const { code, stderr } = await driver.ended;
    if (code === 1 && stderr !== "") throw new Error(`${name} broke: ${stderr}`);
    await delay(code === null ? 20 : 200);
  }
}

async function keepRestarting(trouble: Trouble, isDue: () => boolean): Promise<void> {
  const { server, random, figures, options } = trouble;
  const pause = () => {
    const average = options.chance?.restartEvery ?? Infinity;
    return average * (0.5 + random.next());
  };
  if (server === undefined) return;
  let next = Date.now() + pause();
  while (!trouble.over) {
    if (isDue() || (Date.now() >= next && !isChanceOver(trouble))) {
      await server.stop(figures["PostgreSQL restarts"] % 2 === 0 ? "immediate" : "fast");
      await delay(random.between(0, 500));
      await server.start();
      figures["PostgreSQL restarts"] += 1;
      next = Date.now() + pause();
    }
    await delay(20);
  }
}

async function killByChance(trouble: Trouble, average: number): Promise<void> {
  const { random, sandbox, options } = trouble;
  let from = 0;
  await nowAndThen(trouble, average, async () => {
    const way = random.between(0, 3);
    // On a slow machine drivers would otherwise die before they come to anything; where there are totals, all prices come first.
    from += random.between(0, 2 * options.recommendations);
    const isEarly = () => sandbox.requests.length < from || !trouble.lastSender?.running;
    while (!isChanceOver(trouble) && isEarly()) await delay(20);
    from = sandbox.requests.length;
    const candidates = running(trouble);
    if (candidates.length === 0) return;
    if (way === 0) trouble.armed = "any";
    else if (way === 1) trouble.armed = sandbox.purchaseActions;
    else await trouble.kill(way === 2 ? trouble.lastSender : random.pick(candidates));
  });
}

/** EC2's silence proves something only after minutes, and what waits for it should be bought amid the trouble. */
async function moveClockNowAndThen(trouble: Trouble): Promise<void> {
  if (trouble.clock === undefined) return;
  await nowAndThen(trouble, jumpEvery, async () => {
    if (!trouble.unresolved) return;
    trouble.unresolved = false;
    // A driver that were alive now would be one that stood still for six minutes: that is the zombie test's.
    trouble.paused = true;
    await Promise.all(running(trouble).map(async (driver) => trouble.kill(driver)));
    await delay(trouble.options.latency + 300);
    trouble.clock?.move(untilProven);
    trouble.figures["clock jumps"] += 1;
    trouble.paused = false;
  });
}

/** Now and then, while chance has its time. */
async function nowAndThen(trouble: Trouble, average: number, run: () => Promise<void>): Promise<void> {
  while (!isChanceOver(trouble)) {
    const at = Date.now() + trouble.random.between(Math.floor(average / 2), Math.floor(average * 1.5));
    while (!isChanceOver(trouble) && Date.now() < at) await delay(20);
    if (!isChanceOver(trouble)) await run();
  }
}
