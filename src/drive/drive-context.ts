import type { Environment } from "../contract/environment.ts";
import type { LedgerError } from "../contract/errors.ts";
import type { DriveStep } from "../contract/events.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { Claim, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Budget } from "./budget.ts";
import type { Leases } from "./leases.ts";
import type { Lookup } from "./lookup.ts";
import type { Stop } from "./stop.ts";

/** What all recommendations of one drive share. */
export interface DriveContext {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly leases: Leases;
  readonly lookup: Lookup;
  readonly stop: Stop;
  /** Asked before anything is sent. */
  readonly budget: Budget;
  readonly emit: (step: DriveStep) => void;
  /** The ledger cannot be read or written: nothing more is started, and the drive ends with this error if it sent nothing. */
  readonly noteLedgerError: (error: LedgerError) => void;
  /** Called when a purchase is about to leave: from then on the drive ends with a report, whatever happens. */
  readonly noteSent: () => void;
}

/** One recommendation that this drive holds the claim for. */
export interface Task {
  readonly executor: ServiceExecutor;
  readonly claim: Claim;
  readonly record: TokenRecord;
}
