import { createPurchaser, type Purchaser } from "../../purchaser.ts";
import type { Environment } from "../../contract/environment.ts";
import type { ServiceExecutor } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import type { AnyExecution, AnyRecommendation } from "../../contract/recommendation.ts";
import type { Report } from "../../contract/report.ts";
import type { VirtualEnvironment } from "../virtual-environment.ts";
import type { SearchedCloud } from "./gates.ts";
import type { Terms } from "./terms-watch.ts";

/** A fresh ledger and cloud on one virtual clock: made anew for every path. */
export interface World {
  readonly environment: VirtualEnvironment;
  readonly ledger: Ledger;
  readonly cloud: SearchedCloud;
  /** One for each token. */
  readonly recommendations: readonly AnyRecommendation[];
  /** What the execution says beside its recommendations. Default: nothing. */
  readonly limits?: Pick<AnyExecution, "maxTotals" | "notBefore" | "expiresAt" | "forbidTwinsWithin">;
  /** Somebody else, who does these things one after the other, each at any moment: buys by hand, say. */
  readonly bystander?: readonly BystanderStep[];
  /** What each driver does, by its number. Default: it drives the execution. */
  readonly drives?: readonly (SearchedDrive | undefined)[];
  /** What the execution allows now, against which everything that is sent is held. Default: everything. */
  readonly terms?: () => Terms;
  /** Asked after every effect: a promise that is broken, or undefined. */
  readonly breach?: () => string | undefined;
  /** Runs when every driver has ended or died, before the calm drives. */
  readonly afterwards?: (purchaser: Purchaser<unknown>) => Promise<void>;
}

/** One thing that somebody else does, in one of several ways. */
export interface BystanderStep {
  readonly ways: readonly string[];
  /** Does it in the way of that place; returns the token of a commitment that is gone by it. */
  run(way: number): string | undefined | Promise<string | undefined>;
}

/** What one driver does, and the reports that it gets. */
export type SearchedDrive = (purchaser: Purchaser<unknown>, execution: AnyExecution) => Promise<readonly Report[]>;

/** What a path is walked with. */
export interface Walk {
  readonly world: World;
  readonly execution: AnyExecution;
  readonly ledger: Ledger;
  readonly cloud: SearchedCloud;
  /** What was said, recorded or sent and may not have been. */
  readonly broken: string[];
  /** Tokens of what came to nothing: it is reported as bought until somebody looks again. */
  readonly failed: Set<string>;
}

/** The execution of every search, and the length of its drivers' leases in milliseconds. */
export const executionId = "execution-1";
export const leaseLength = 30_000;

/** A driver of a search. */
export function purchaserOf(ledger: Ledger, executor: ServiceExecutor, environment: Environment): Purchaser<unknown> {
  const { provider, service } = executor;
  const providers = [{ name: provider, services: { [service]: executor } }];
  return createPurchaser({ ledger, providers, environment, leaseLength });
}
