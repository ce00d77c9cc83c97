// What the door works with: the purchaser and the ledger as it needs them, and who calls.
import type { Environment } from "../contract/environment.ts";
import type { Ledger } from "../contract/ledger.ts";
import type { Purchaser } from "../purchaser.ts";
import type { JobQueue } from "./job-queue.ts";

/**
 * What a caller may do: `read` executions; `write`: submit, cancel and re-drive; `approve`; `resolve` what no drive can settle;
 * `quote`; and `all`, to see and touch the executions of other callers too.
 */
export const doorScopes = ["read", "write", "approve", "resolve", "quote", "all"] as const;

/** One of the rights of a caller. */
export type DoorScope = (typeof doorScopes)[number];

/** Who sends a request. */
export interface Caller {
  /** Stable and unique; recorded as the submitter, and as the person who approves, cancels or decides. */
  readonly name: string;
  readonly scopes: readonly DoorScope[];
  /** What the ids of this caller's executions begin with. Default: they may be any. */
  readonly executionIdPrefix?: string | undefined;
}

/**
 * Finds out who sends a request. Undefined: nobody that is known, which is answered with 401. What it throws is answered with
 * 500, or with the status of a BuyonceError's code; the request is not carried out.
 */
export type Authenticate = (request: Request) => Caller | undefined | Promise<Caller | undefined>;

/** What the door asks of a purchaser. */
export type DoorPurchaser = Pick<
  Purchaser,
  "approve" | "askRedrive" | "cancel" | "executions" | "plan" | "redriveUnfinished" | "resolveByPerson" | "submit"
>;

/** What the door asks of a ledger. */
export type DoorLedger = Pick<Ledger, "history" | "now" | "recorded" | "records" | "recordsOf">;

/** What a handler is made of. */
export interface HandlerOptions {
  readonly purchaser: DoorPurchaser;
  /** The purchaser's ledger. */
  readonly ledger: DoorLedger;
  /**
   * Who calls. `nobody-is-asked`: everybody is `local`, may do everything, and is answered under a name of this machine's loopback only:
   * for a server that listens on loopback, with no proxy before it.
   */
  readonly authenticate: Authenticate | "nobody-is-asked";
  /** The names in `Host` that are answered, without the port. Default: all, but where nobody is asked those of loopback. */
  readonly hostNames?: readonly string[] | undefined;
  /** Nothing of any submitted execution is bought before a person approved it. Default false. */
  readonly requireApproval?: boolean | undefined;
  /**
   * The queue that distributes the work over several servers and workers; the ledger has to be opened with the same one (`jobs`).
   * The handler does not close it. Default: this process drives what it accepts.
   */
  readonly queue?: JobQueue | undefined;
  /** How many executions are driven at once: one may wait for minutes, for a provider to say what became of it. Default 16. */
  readonly executionsAtOnce?: number | undefined;
  /** How many recommendations of one execution are driven at once. Default 4. */
  readonly concurrency?: number | undefined;
  /** Milliseconds between two looks for what was left behind. Default 30,000. */
  readonly sweepInterval?: number | undefined;
  /** The longest that a body may be, in bytes. Default 10,000,000. */
  readonly bodyLimit?: number | undefined;
  /** Told what went wrong behind an answer that cannot say it: a drive, a sweep, a defect. */
  readonly onError?: ((error: unknown, about: string) => void) | undefined;
  /** Clock and timers; default the machine's. */
  readonly environment?: Environment | undefined;
}

/** A Fetch handler that buys. */
export interface DoorHandler {
  /** Answers a request; never throws. */
  (request: Request): Promise<Response>;
  /** Begins to drive what is accepted, and what was left behind in the ledger. */
  start(): void;
  /**
   * Refuses what is new, starts no further purchase, and resolves when those under way are recorded. The next server's sweep goes on.
   */
  drain(): Promise<void>;
}
