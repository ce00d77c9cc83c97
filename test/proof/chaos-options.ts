import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { PostgresServer } from "../ledger/postgres-server.ts";
import type { ChaosMix } from "./chaos-execution.ts";
import type { ChaosDriver } from "./chaos-driver.ts";
import type { Person } from "./chaos-person.ts";
import type { ChaosPlan } from "./chaos-plan.ts";
import type { Random } from "./chaos-random.ts";
import type { PurchaseWatch } from "./chaos-watch.ts";
import type { DriverOrder } from "./history-checker.ts";
import type { MovableClock } from "./movable-clock.ts";

/** How a chaos run goes. Times are in milliseconds. */
export interface ChaosOptions extends ChaosMix {
  readonly ledger: "sqlite" | "postgres";
  /** Driver processes at a time, all on one ledger and one execution. */
  readonly drivers: number;
  /** How many purchases each of them has on their way at a time: what a kill can leave behind unsent. Default: by chance. */
  readonly concurrency?: number;
  /** What happens for certain. */
  readonly plan: ChaosPlan;
  /** What chance adds to it. */
  readonly chance?: ChaosChance;
  /** PostgreSQL's own clock, so that leases run out in real time; only without EC2, where something waits for minutes. */
  readonly realClock?: boolean;
  /** How long every request takes before it has its effect. */
  readonly latency: number;
  /** Every wait of a driver is so many times shorter. Default 10. */
  readonly haste?: number;
  /** Repeats the faults of chance and the order of its kills, as far as processes keep time. */
  readonly seed: number;
}

/** Trouble that chance makes, beside the plan. Times are in milliseconds. */
export interface ChaosChance {
  /** Its kills and restarts end when all is bought, or after so long. */
  readonly length: number;
  /** On average. */
  readonly killEvery: number;
  /** The part of the requests that goes wrong, from 0 to 1. */
  readonly faults: number;
  /** Restarts PostgreSQL so often, on average. */
  readonly restartEvery?: number;
  /** A person says something so often, on average. Then the execution waits for an approval first. */
  readonly actEvery?: number;
}

/** Everything that a run holds while it lasts. */
export interface ChaosWorld {
  readonly options: ChaosOptions;
  readonly random: Random;
  readonly sandbox: CloudSandbox;
  /** Every driver that was ever started. */
  readonly history: ChaosDriver[];
  readonly commitments: PurchaseWatch;
  readonly server: PostgresServer | undefined;
  /** Undefined where nobody says anything about the execution. */
  readonly person: Person | undefined;
  /** Those of the execution, by recIndex. */
  readonly tokens: readonly string[];
  orderFor(changes?: Partial<DriverOrder>): DriverOrder;
  /** Undefined where PostgreSQL's own clock is used. */
  readonly clock: MovableClock | undefined;
}
