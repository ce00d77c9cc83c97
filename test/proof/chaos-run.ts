import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Money } from "../../src/contract/money.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { startPostgresServer } from "../ledger/postgres-server.ts";
import { skippedIn, staysCancelled } from "./act-rules.ts";
import { boughtIn } from "./bought.ts";
import { type ChaosDriver, startDriver } from "./chaos-driver.ts";
import { chaosExecution } from "./chaos-execution.ts";
import type { ChaosOptions, ChaosWorld } from "./chaos-options.ts";
import { createRandom } from "./chaos-random.ts";
import { createPerson, type Person } from "./chaos-person.ts";
import { emptyPlan } from "./chaos-plan.ts";
import { makeTrouble } from "./chaos-trouble.ts";
import { watchPurchases } from "./chaos-watch.ts";
import { checkHistory, type DriverOrder, type History, type Violation } from "./history-checker.ts";
import { createMovableClock, longLease, untilProven } from "./movable-clock.ts";

/** What a chaos run did and found. */
export interface ChaosResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** What the drivers said that could not report: how many by code, or by message where it is a defect. */
  readonly failures: Readonly<Record<string, number>>;
}

const calmDrives = 8;

/**
 * Drives one execution with several driver processes that are killed again and again, against a cloud that fails again
 * and again, then once in peace; and compares what they said with what was bought. Prints nothing, leaves nothing behind.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  return inWorld(options, async (world) => {
    const trouble = await makeTrouble(world);
    const calm = await driveInPeace(world);
    const { figures, violations, failures } = judge(world);
    const end = `${calmDrives} calm drives do not report all as bought, or as not to be`;
    return {
      figures: { ...figures, ...trouble, "calm drives": calm },
      violations: calm <= calmDrives ? violations : [...violations, { rule: "not bought in the end", text: end }],
      failures,
    };
  });
}

/**
 * To show that the checker sees it: two drivers, each with a ledger of its own, one after the other, and listings show
 * nothing that was bought.
 */
export async function runBrokenChaos(seed: number): Promise<ChaosResult> {
  const mix = { recommendations: 4, ec2: 1, redshift: 0 };
  return inWorld({ ...mix, ledger: "sqlite", drivers: 2, plan: emptyPlan, latency: 0, seed }, async (world) => {
    for (const action of ["GET reservationOrders", "DescribeReservedInstances"]) {
      world.sandbox.addFault({ match: { action }, times: 1_000_000, fault: { kind: "listing", listing: "stale" } });
    }
    for (const name of ["one", "other"]) {
      const { ledger, ...order } = world.orderFor(calmly);
      const driver = startDriver(name, { ...order, ledger: `${ledger}.${name}` });
      world.history.push(driver);
      await driver.ended;
    }
    return judge(world);
  });
}

/** The execution that a driver's guard looks at instead, in a run that is broken on purpose. */
const another = "may be bought";

/**
 * To show that the checker sees it: a person speaks at the first purchase request, and the guard of the only driver does not
 * look at this execution, as if it were left out.
 */
export async function runUnguardedChaos(seed: number, act: UnguardedAct): Promise<ChaosResult> {
  const mix = { recommendations: 4, ec2: 0, redshift: 0, ledger: "sqlite", drivers: 1, latency: 0 } as const;
  const options = { ...mix, plan: { ...emptyPlan, acts: [{ at: 1, act: "cancel" }] }, seed } as const;
  return inWorld(options, async (world) => {
    const { person, sandbox, commitments } = world;
    if (person === undefined) throw new TypeError("Somebody acts in this run.");
    await person.approve();
    let hasSpoken = false;
    sandbox.onRequest = async ({ action }) => {
      if (!sandbox.purchaseActions.has(action)) return;
      commitments.look();
      if (hasSpoken) return;
      hasSpoken = true;
      if (act === "cancel") await person.cancel();
      else if (act === "totals") await person.setLimits({ maxTotals: await person.spent() });
      else await lowerPrices(person, act === "unapproved");
    };
    const driver = startDriver("unguarded", world.orderFor({ ...calmly, concurrency: 1, guardedAs: another }));
    world.history.push(driver);
    await driver.ended;
    return judge(world);
  });
}

/** What a person says in a run whose guard is left out; `unapproved`: the limits are taken back, which nobody approves. */
export type UnguardedAct = "cancel" | "totals" | "price" | "unapproved";

async function lowerPrices(person: Person, takeBack: boolean): Promise<void> {
  const all = (price: (place: Money) => Money | null) =>
    person.setLimits({ maxPrices: Object.fromEntries(person.prices.map((one, place) => [place, price(one)])) });
  await all(({ currency }) => ({ amount: "0.01", currency }));
  if (takeBack) await all(() => null);
}

/** No request has to be answered in a hurry where none hangs. */
const calmly = { patience: 120_000, requestTimeout: 30_000 };

async function inWorld(options: ChaosOptions, run: (world: ChaosWorld) => Promise<ChaosResult>): Promise<ChaosResult> {
  const execution = chaosExecution(`chaos-${options.seed}`, options);
  const { recommendations, executionId } = execution;
  const tokens = recommendations.map((_, index) => deriveIdempotencyToken(executionId, index));
  const folder = mkdtempSync(join(tmpdir(), "buyonce-chaos-"));
  const server = options.ledger === "postgres" ? await startPostgresServer() : undefined;
  const history: ChaosDriver[] = [];
  let person: Person | undefined;
  try {
    const ledger = (await server?.connectionString("chaos")) ?? join(folder, "ledger.db");
    const executionFile = join(folder, "execution.json");
    const clock = options.realClock ? undefined : createMovableClock(folder);
    writeFileSync(executionFile, JSON.stringify(execution));
    await using sandbox = await startCloudSandbox({ latency: options.latency, ...(clock ? { clock } : {}) });
    const commitments = watchPurchases(() => boughtIn(sandbox, recommendations, tokens));
    sandbox.onRequest = ({ action }) => {
      if (sandbox.purchaseActions.has(action)) commitments.look();
    };
    const { plan, chance } = options;
    if (plan.acts.length > 0 || chance?.actEvery !== undefined) {
      person = await createPerson({ ledger, url: sandbox.url, execution, commitments, clock });
      await person.submit();
    }
    return await run({
      options,
      person,
      random: createRandom(options.seed),
      sandbox,
      history,
      commitments,
      server,
      tokens,
      clock,
      orderFor: (changes) => ({
        ledger,
        url: sandbox.url,
        executionFile,
        leaseLength: clock ? longLease : 10_000,
        concurrency: 4,
        patience: 20_000,
        // Short, because some requests are made to hang.
        requestTimeout: 2000,
        haste: options.haste ?? 10,
        ...(clock ? { clockFile: clock.file } : {}),
        ...changes,
      }),
    });
  } finally {
    for (const driver of history) driver.signal("SIGKILL");
    await Promise.all(history.map(({ ended }) => ended));
    await person?.close();
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Compares what was reported with what was bought. */
function judge({ tokens, history, sandbox, commitments, person }: ChaosWorld): ChaosResult {
  const { acts = [], prices = [], figures } = person ?? {};
  const end: History = { tokens, commitments: commitments.inTheEnd(), drivers: history, acts, prices };
  const lines = history.flatMap((driver) => driver.lines);
  const failed = lines.flatMap((line) => (line.kind === "failed" ? [line] : []));
  const byCode = Map.groupBy(failed, ({ code, message }) => (code === "internal" ? message : code));
  return {
    figures: {
      recommendations: tokens.length,
      drivers: history.length,
      "requests at the cloud": sandbox.requests.length,
      "requests that went wrong": sandbox.requests.filter(({ fault }) => fault !== undefined).length,
      "purchases sent": sandbox.purchaseRequests().length,
      "outcomes reported": lines.filter(({ kind }) => kind === "outcome").length,
      commitments: end.commitments.length,
      ...figures,
    },
    violations: checkHistory(end),
    failures: Object.fromEntries([...byCode].map(([code, all]) => [code, all.length])),
  };
}

/**
 * Drives alone and undisturbed, from the file and from the ledger in turn where both are the same, until everything is reported
 * as bought, or as not to be bought where a person said so; returns how often, or more than `calmDrives`.
 */
async function driveInPeace(world: ChaosWorld): Promise<number> {
  const acts = world.person?.acts ?? [];
  const [cancelled, skipped] = [staysCancelled(acts), skippedIn(acts)];
  let findings: NonNullable<DriverOrder["findings"]> = [];
  for (let nth = 1; nth <= calmDrives; nth += 1) {
    await delay(world.options.latency + 300);
    world.clock?.move(untilProven);
    const fromLedger = world.person !== undefined && nth % 2 === 0;
    const driver = startDriver(`calm ${nth}`, world.orderFor({ ...calmly, findings, fromLedger }));
    world.history.push(driver);
    const { stderr } = await driver.ended;
    if (stderr !== "") throw new Error(`calm ${nth} broke: ${stderr}`);
    const report = driver.lines.find((line) => line.kind === "report")?.report;
    // Where nothing can be told by a program, a person looks into the cloud.
    findings = (report?.outcomes ?? []).flatMap(({ recIndex, token, status, error }) => {
      // Nothing is sent again for what is cancelled, so its absence proves nothing.
      const isForAPerson = cancelled || error?.message.includes("buyonce resolve");
      if (status !== "unresolved" || !isForAPerson) return [];
      const bought = world.commitments.boughtFor(token);
      return [{ recIndex, finding: bought === undefined ? ("not-bought" as const) : { bought: bought.id } }];
    });
    const isDone = ({ recIndex, status, error, warnings }: Outcome) => {
      if (skipped.has(recIndex)) return status === "skipped";
      if (cancelled && status === "refused") return error?.code === "execution-cancelled";
      return (status === "purchased" || status === "already-purchased") && !warnings;
    };
    if (report?.outcomes.length === world.options.recommendations && report.outcomes.every(isDone)) return nth;
  }
  return calmDrives + 1;
}
