import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox.ts";
import { deriveIdempotencyToken } from "../../src/spec/token.ts";
import { startPostgresServer } from "../ledger/postgres-server.ts";
import { type ChaosDriver, startDriver } from "./chaos-driver.ts";
import { type Bought, boughtIn } from "./bought.ts";
import { chaosExecution } from "./chaos-execution.ts";
import { faultsFor } from "./chaos-faults.ts";
import { createRandom, type Random } from "./chaos-random.ts";
import { checkHistory, type DriverOrder, type History, type Violation } from "./history-checker.ts";

/** How a chaos run goes. Times are in milliseconds. */
export interface ChaosOptions {
  readonly ledger: "sqlite" | "postgres";
  /** Driver processes at a time, all on one ledger and one execution. */
  readonly drivers: number;
  readonly recommendations: number;
  /** How many of them are EC2 Reserved Instances. */
  readonly ec2: number;
  /** How many of them are Redshift reserved nodes. */
  readonly redshift: number;
  /** The trouble ends when all is bought, or after so long. */
  readonly length: number;
  /** On average. */
  readonly killEvery: number;
  /** The part of the requests that goes wrong, from 0 to 1. */
  readonly faults: number;
  /** Restarts PostgreSQL so often. */
  readonly restartEvery?: number;
  /** How long every request takes before it has its effect. */
  readonly latency: number;
  readonly seed: number;
  /** To show that the checker sees it: every driver has a ledger of its own, and listings show nothing that was bought. */
  readonly broken?: boolean;
}

/** What a chaos run did and found. */
export interface ChaosResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** What the drivers said that could not report: how many by code, or by message where it is a defect. */
  readonly failures: Readonly<Record<string, number>>;
}

/** After that EC2's silence proves something: the provider's five minutes, and one. */
const clockJump = 6 * 60_000;
const jumpEvery = 6000;
const calmDrives = 8;
const rulesAhead = 200;

/** Everything that a run holds while it lasts. */
interface World {
  readonly options: ChaosOptions;
  readonly random: Random;
  readonly sandbox: CloudSandbox;
  readonly history: ChaosDriver[];
  readonly folder: string;
  orderFor(name: string, changes?: Partial<DriverOrder>): DriverOrder;
  moveClock(): void;
}

/**
 * Drives one execution with several driver processes that are killed again and again, against a cloud that fails again
 * and again, then once in peace; and compares what they said with what was bought. Prints nothing, leaves nothing behind.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const random = createRandom(options.seed);
  const execution = chaosExecution(`chaos-${options.seed}`, options);
  const folder = mkdtempSync(join(tmpdir(), "buyonce-chaos-"));
  const server = options.ledger === "postgres" ? await startPostgresServer() : undefined;
  const address = await server?.connectionString("chaos");
  const [executionFile, clockFile] = [join(folder, "execution.json"), join(folder, "clock")];
  let ahead = 0;
  const moveClock = (by: number) => writeFileSync(clockFile, String((ahead += by)));
  moveClock(0);
  writeFileSync(executionFile, JSON.stringify(execution));
  const history: ChaosDriver[] = [];
  await using sandbox = await startCloudSandbox({
    latency: options.latency,
    clock: { now: () => Date.now() + ahead },
  });
  const world: World = {
    options,
    random,
    sandbox,
    history,
    folder,
    moveClock: () => moveClock(clockJump),
    orderFor: (name, changes) => ({
      ledger: options.broken ? join(folder, `${name}.db`) : (address ?? join(folder, "ledger.db")),
      url: sandbox.url,
      executionFile,
      leaseLength: 1500,
      concurrency: 4,
      patience: 20_000,
      haste: 10,
      // Without EC2 nothing has to wait for minutes, and PostgreSQL's own clock is used.
      ...(options.ec2 > 0 ? { clockFile } : {}),
      ...changes,
    }),
  };
  const tokens = execution.recommendations.map((_, index) => deriveIdempotencyToken(execution.executionId, index));
  const commitments = watchPurchases(() => boughtIn(sandbox, execution.recommendations, tokens));
  try {
    const trouble = await makeTrouble(world, commitments, server);
    const calm = await driveInPeace(world, commitments);
    const end: History = { tokens, commitments: commitments.inTheEnd(), drivers: history };
    const outcomes = history.flatMap(({ lines }) => lines.filter(({ kind }) => kind === "outcome"));
    const failed = history.flatMap(({ lines }) => lines.flatMap((line) => (line.kind === "failed" ? [line] : [])));
    const sends = sandbox.purchaseRequests();
    return {
      figures: {
        recommendations: tokens.length,
        drivers: history.length,
        ...trouble,
        "requests at the cloud": sandbox.requests.length,
        "requests that went wrong": sandbox.requests.filter(({ fault }) => fault !== undefined).length,
        "purchases sent": sends.length,
        "outcomes reported": outcomes.length,
        "calm drives": calm,
        commitments: end.commitments.length,
      },
      violations: [
        ...checkHistory(end),
        ...(calm <= calmDrives
          ? []
          : [
              { rule: "not bought in the end", text: `${calmDrives} calm drives do not report all as bought` } as const,
            ]),
      ],
      failures: Object.fromEntries(
        [...Map.groupBy(failed, ({ code, message }) => (code === "internal" ? message : code))].map(([code, all]) => [
          code,
          all.length,
        ]),
      ),
    };
  } finally {
    for (const driver of history) driver.signal("SIGKILL");
    await Promise.all(history.map(({ ended }) => ended));
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Notes when each commitment appeared. */
function watchPurchases(all: () => readonly Bought[]) {
  const appeared = new Map<string, number>();
  return {
    look: () => {
      for (const { id } of all()) if (!appeared.has(id)) appeared.set(id, Date.now());
    },
    count: () => appeared.size,
    boughtFor: (token: string) => all().find((one) => one.token === token),
    inTheEnd: () => all().map(({ id, token }) => ({ id, token, at: appeared.get(id) ?? 0 })),
  };
}

async function makeTrouble(
  world: World,
  commitments: ReturnType<typeof watchPurchases>,
  server: Awaited<ReturnType<typeof startPostgresServer>> | undefined,
) {
  const { options, random, sandbox, history } = world;
  const figures = {
    kills: 0,
    "kills at a request": 0,
    "PostgreSQL restarts": 0,
    "clock jumps": 0,
    "bought amid the trouble": 0,
  };
  const now: { over: boolean; paused: boolean; lastSender?: ChaosDriver } = { over: false, paused: false };
  let rulesUntil = 0;
  let unresolved = false;
  /** The next request of one of these actions takes its driver with it, before it is answered. */
  let armed: ReadonlySet<string> | "any" | undefined;

  const kill = async (driver: ChaosDriver | undefined): Promise<boolean> => {
    if (driver?.signal("SIGKILL") !== true) return false;
    figures.kills += 1;
    await driver.ended;
    return true;
  };
  const addFaults = () => {
    if (options.faults === 0 || sandbox.requests.length < rulesUntil) return;
    sandbox.clearFaults();
    sandbox.addFault(faultsFor(rulesAhead, options.faults, random, sandbox.purchaseActions));
    rulesUntil = sandbox.requests.length + rulesAhead;
  };
  if (options.broken) {
    for (const action of ["GET reservationOrders", "DescribeReservedInstances"]) {
      sandbox.addFault({ match: { action }, times: 1_000_000, fault: { kind: "listing", listing: "stale" } });
    }
  } else addFaults();
  sandbox.onRequest = async ({ action }) => {
    if (sandbox.purchaseActions.has(action)) commitments.look();
    if (!options.broken) addFaults();
    if (armed === undefined || (armed !== "any" && !armed.has(action))) return;
    armed = undefined;
    if (await kill(now.lastSender)) figures["kills at a request"] += 1;
  };

  /** Keeps one driver running: ends when the trouble is over. */
  const keepRunning = async (position: number) => {
    for (let nth = 1; !now.over && nth <= 10_000; nth += 1) {
      while (now.paused && !now.over) await delay(20);
      if (now.over) return;
      const name = `driver ${position}.${nth}`;
      const order = world.orderFor(`${position}`, {
        concurrency: random.pick([1, 4, 8]),
        patience: random.between(4000, 20_000),
      });
      const driver = startDriver(name, order, (line) => {
        // Whoever was granted something, or sends, is at work; the others wait for it.
        if (line.kind === "outcome" && line.outcome.status === "unresolved") unresolved = true;
        if (line.kind === "sending" || (line.kind === "claimed" && line.granted > 0)) now.lastSender = driver;
      });
      history.push(driver);
      const { code, stderr } = await driver.ended;
      if (code === 1 && stderr !== "") throw new Error(`${name} broke: ${stderr}`);
      await delay(code === null ? 20 : 200);
    }
  };
  const running = () => history.filter((driver) => driver.running);
  const until = Date.now() + options.length;
  const every = async (average: number | undefined, run: () => Promise<void>) => {
    if (average === undefined) return;
    while (!now.over) {
      const at = Date.now() + random.between(Math.floor(average / 2), Math.floor(average * 1.5));
      while (!now.over && Date.now() < at) await delay(20);
      if (!now.over) await run();
    }
  };
  const killer = every(options.killEvery, async () => {
    const way = random.between(0, 3);
    // On a slow machine drivers would otherwise die before they come to anything.
    while (!now.over && !now.lastSender?.running) await delay(20);
    const candidates = running();
    if (candidates.length === 0) return;
    if (way === 0) armed = "any";
    else if (way === 1) armed = sandbox.purchaseActions;
    else await kill(way === 2 ? now.lastSender : random.pick(candidates));
  });
  const restarter = every(options.restartEvery, async () => {
    await server?.stop(random.pick(["fast", "immediate"]));
    await delay(random.between(0, 500));
    await server?.start();
    figures["PostgreSQL restarts"] += 1;
  });
  const jumper = every(options.ec2 > 0 ? jumpEvery : undefined, async () => {
    if (!unresolved) return;
    unresolved = false;
    // A driver that were alive now would be one that stood still for six minutes: that is the zombie test's.
    now.paused = true;
    await Promise.all(running().map(kill));
    await delay(options.latency + 300);
    world.moveClock();
    figures["clock jumps"] += 1;
    now.paused = false;
  });
  const watcher = (async () => {
    while (Date.now() < until && (options.broken || commitments.count() < options.recommendations)) await delay(50);
    // They may be killed while they record and report what was bought last, too.
    await delay(Math.min(2 * options.killEvery, 2000));
    figures["bought amid the trouble"] = commitments.count();
    now.over = true;
    for (const driver of running()) await kill(driver);
  })();
  const drivers = Array.from({ length: options.drivers }, (_, position) => keepRunning(position + 1));
  try {
    await Promise.all([watcher, killer, restarter, jumper, ...drivers]);
  } finally {
    now.over = true;
    await Promise.allSettled([watcher, killer, restarter, jumper, ...drivers]);
    sandbox.onRequest = ({ action }) => {
      if (sandbox.purchaseActions.has(action)) commitments.look();
    };
    sandbox.clearFaults();
  }
  return figures;
}

/** Drives alone and undisturbed until everything is reported as bought; returns how often, or more than `calmDrives`. */
async function driveInPeace(world: World, commitments: ReturnType<typeof watchPurchases>): Promise<number> {
  let findings: NonNullable<DriverOrder["findings"]> = [];
  for (let nth = 1; nth <= calmDrives; nth += 1) {
    await delay(world.options.latency + 300);
    if (world.options.ec2 > 0) world.moveClock();
    const driver = startDriver(`calm ${nth}`, world.orderFor("1", { patience: 60_000, findings }));
    world.history.push(driver);
    const { stderr } = await driver.ended;
    if (stderr !== "") throw new Error(`calm ${nth} broke: ${stderr}`);
    const report = driver.lines.find((line) => line.kind === "report")?.report;
    // Where nothing can be told by a program, a person looks into the cloud.
    findings = (report?.outcomes ?? []).flatMap(({ recIndex, token, status, error }) => {
      if (status !== "unresolved" || !error?.message.includes("buyonce resolve")) return [];
      const bought = commitments.boughtFor(token);
      return [{ recIndex, finding: bought === undefined ? ("not-bought" as const) : { bought: bought.id } }];
    });
    const bought = report?.outcomes.filter(({ status }) => status === "purchased" || status === "already-purchased");
    const whole = bought?.length === world.options.recommendations && bought.every(({ warnings }) => !warnings);
    if (whole) return nth;
  }
  return calmDrives + 1;
}
