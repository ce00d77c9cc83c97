import type { Environment } from "../contract/environment.ts";
import type { LedgerError } from "../contract/errors.ts";
import type { DriveEvent, DriveStep } from "../contract/events.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { Claim, ExecutionPlace, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Forbidden } from "../contract/terms.ts";
import { type AgeOf, createAgeOf } from "./age-of.ts";
import { type Budget, createBudget } from "./budget.ts";
import { createEmit } from "./emit.ts";
import { noTwins, type Twins } from "./find-twins.ts";
import { createKeptQuotes, type KeptQuotes } from "./kept-quotes.ts";
import { createLeases, type Leases } from "./leases.ts";
import { createLookup, type Lookup } from "./lookup.ts";
import { createStop, type Stop } from "./stop.ts";

/** What everything that works on claims is given by its purchaser. */
export interface DriveParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  /** Milliseconds for which a claim is held without being renewed. */
  readonly leaseLength: number;
  /** Names this drive in the ledger, for the people who look into it. */
  readonly holder: string;
}

/** What all recommendations of one drive share. */
export interface DriveContext {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly leases: Leases;
  readonly lookup: Lookup;
  readonly stop: Stop;
  /** Asked before anything is sent. */
  readonly budget: Budget;
  /** Prices that were asked for before their purchases. */
  readonly quotes: KeptQuotes;
  readonly ageOf: AgeOf;
  readonly twins: Twins;
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
  /** Nothing may be sent for its execution: what was sent is only asked about. */
  readonly forbidden?: Forbidden | undefined;
}

/** What a look needs: it sends nothing, and without a claim it writes nothing. */
export type Looker = Pick<DriveContext, "ledger" | "ageOf" | "stop" | "emit" | "lookup" | "twins"> &
  Partial<Pick<DriveContext, "quotes">>;

/** One recommendation that is looked at, held or not. */
export type Looking = Pick<Task, "executor" | "record"> & Partial<Pick<Task, "claim">>;

/** One recommendation that is looked at, whether there is a claim, or a record, of it or not. */
export interface Looked {
  readonly executor: ServiceExecutor;
  readonly record: ExecutionPlace & Pick<TokenRecord, "notThis">;
}

/** How long and for whom it works; what is left out does nothing. */
interface ContextOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: number | undefined;
  readonly onEvent?: ((event: DriveEvent) => void) | undefined;
  /** Default: no limit, for work that buys nothing. */
  readonly budget?: Budget | undefined;
  /** The tokens that its listings are searched for, by scope key. */
  readonly tokens?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  readonly noteLedgerError?: DriveContext["noteLedgerError"] | undefined;
  readonly noteSent?: DriveContext["noteSent"] | undefined;
}

/** Makes the context of a drive, a person's decision or a correction. `end` gives up the claims and ends the timers. */
export function createContext(
  { ledger, environment, leaseLength }: DriveParts,
  {
    signal,
    deadline,
    onEvent,
    budget = createBudget(undefined),
    tokens = new Map(),
    noteLedgerError = () => undefined,
    noteSent = () => undefined,
  }: ContextOptions,
): { readonly context: DriveContext; readonly end: () => Promise<void> } {
  const stop = createStop(environment, { signal, deadline });
  const leases = createLeases(ledger, environment, leaseLength);
  const emit = createEmit(onEvent, environment);
  const ageOf = createAgeOf({ ledger, environment });
  const lookup = createLookup({ ledger, environment, stop, emit, tokens });
  const end = async () => {
    await leases.end();
    stop.end();
  };
  const quotes = createKeptQuotes(environment);
  const parts = { ledger, environment, leases, lookup, stop, budget, quotes, ageOf, emit, noteLedgerError, noteSent };
  return { context: { ...parts, twins: noTwins }, end };
}
