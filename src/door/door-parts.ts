// What the door works with: the purchaser and the ledger as it needs them, and who calls.
import type { Environment } from "../contract/environment.ts";
import type { Ledger } from "../contract/ledger.ts";
import type { Purchaser } from "../purchaser.ts";
import type { JobQueue } from "./job-queue.ts";

/**
 * What a caller may do: `read` executions; `write`: submit, cancel and re-drive; `approve`: that, and reopen, skip, change limits and
 * the source; `resolve` what no drive can settle; `quote`; `metrics`: sums over all callers; and `all`, to see and touch the executions of other callers too.
 */
export const doorScopes = ["read", "write", "approve", "resolve", "quote", "metrics", "all"] as const;

/** One of the rights of a caller. */
export type DoorScope = (typeof doorScopes)[number];

/** What everybody is called where nobody is asked. */
export const localName = "local";

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
  Purchaser<unknown>,
  | "approve"
  | "askRedrive"
  | "audit"
  | "canDrive"
  | "cancel"
  | "describe"
  | "executions"
  | "lookFor"
  | "plan"
  | "portalOf"
  | "redriveUnfinished"
  | "reopen"
  | "resolveByPerson"
  | "setLimits"
  | "setSource"
  | "skip"
  | "submit"
>;

/** What the door asks of a ledger. */
export type DoorLedger = Pick<
  Ledger,
  "execution" | "executions" | "history" | "historySince" | "now" | "recorded" | "records" | "recordsOf" | "unfinished"
>;

/** How much a handler takes; each server counts for itself. What is above is refused with `Retry-After`, and nothing is recorded for it. */
export interface DoorLimits {
  /** Requests a second of one caller; ten times as many at once. Where nobody is asked there is no such limit. Default 200. */
  readonly ratePerCaller?: number | undefined;
  /** Requests a minute with a token that is not valid, from one address. Default 60. */
  readonly failuresPerMinute?: number | undefined;
  /** Requests under way, of one caller half of them; those that wait (`Prefer: wait`) are not counted. Default 512. */
  readonly requestsAtOnce?: number | undefined;
  /** Requests that wait, of one caller half of them; more are answered at once, as if they had not asked to wait. Default 256. */
  readonly waitersAtOnce?: number | undefined;
  /** Bytes of bodies that are read, or worked on, at once; more wait for their turn. Default 64,000,000. */
  readonly bodyBytesAtOnce?: number | undefined;
}

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
  /** The origins of other sites whose pages may call it from a browser, with a token (CORS): `https://app.example.com`. Default: none. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Nothing of any submitted execution is bought before a person approved it. Default false. */
  readonly requireApproval?: boolean | undefined;
  /**
   * As `requireApproval`, and who submitted an execution, or set its terms since, may not approve it: recorded with it, so that the
   * command line keeps to it too. Default false.
   */
  readonly twoPersons?: boolean | undefined;
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
  /** The pages for people at `/` (docs/console.md). Default true. */
  readonly console?: boolean | undefined;
  /** It buys from an imitation: the console says so on every page. Default false. */
  readonly imitation?: boolean | undefined;
  /** How many event streams may be open at once; one caller has at most a quarter of them. Default 400. */
  readonly eventStreams?: number | undefined;
  /** The longest that a body may be, in bytes. Default 10,000,000. */
  readonly bodyLimit?: number | undefined;
  readonly limits?: DoorLimits | undefined;
  /**
   * The header in which a proxy before the server writes the address of a client, such as `X-Forwarded-For`, of which the last one
   * counts: for a server that is reached through that proxy alone. Default: the address of the connection.
   */
  readonly addressHeader?: string | undefined;
  /** Told what went wrong behind an answer that cannot say it: a drive, a sweep, a defect. */
  readonly onError?: ((error: unknown, about: string) => void) | undefined;
  /** Clock and timers; default the machine's. */
  readonly environment?: Environment | undefined;
}

/** The connection that a request came on. */
export interface Connection {
  /** The address of the client, by which false tokens are counted. */
  readonly address?: string | undefined;
  /** Its answer, so that who takes nothing more of it can be cut. */
  readonly outgoing?: { destroy(): void } | undefined;
}

/** A Fetch handler that buys. */
export interface DoorHandler {
  /** Answers a request; never throws. `from`: where it came from. */
  (request: Request, from?: Connection): Promise<Response>;
  /** Begins to drive what is accepted, and what was left behind in the ledger. */
  start(): void;
  /**
   * Refuses what is new, starts no further purchase, and resolves when those under way are recorded. The next server's sweep goes on.
   */
  drain(): Promise<void>;
}
