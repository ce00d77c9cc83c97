// What a client takes and gives. Nothing here, nor in the files beside it, needs more of its platform than fetch.
import type {
  CancelledReport,
  Event,
  Execution,
  History,
  LimitChanges,
  Outcome,
  Quote,
  Report,
  Resolution,
  State,
  Summary,
  Terms,
} from "./wire-types.ts";

/** Time as a client sees it; tests hand in their own. */
export interface ClientClock {
  /** Milliseconds since any moment; it never goes back, whatever the machine's clock is set to. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** What a client is made of. */
export interface ClientOptions {
  /** Where the server is, without `/v1`: `http://127.0.0.1:4780`, `https://host/buyonce`. */
  readonly baseUrl: string;
  /**
   * The bearer token, or a function that is asked for it before every attempt, for tokens that expire. It is in the header
   * `Authorization` and nowhere else: no error and no property of the client holds it. Default: none is sent.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Milliseconds for a call as a whole, with its repetitions. Default 60,000; for `quote` and `resolve` 300,000, for `wait` 600,000. */
  readonly timeout?: number | undefined;
  /** Milliseconds until an attempt that got no answer is given up and made again. Default 30,000; for `quote` and `resolve` 130,000. */
  readonly attemptTimeout?: number | undefined;
  /** Default: that of the platform. */
  readonly fetch?: typeof fetch | undefined;
  /** Default: the platform's timers. */
  readonly clock?: ClientClock | undefined;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, whose promise then rejects with the signal's reason. What the server has recorded goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the call as a whole, with its repetitions. Default: the client's. */
  readonly timeout?: number | undefined;
}

/** Of calls whose answer may wait until nothing is worked on any more. */
export interface PatientOptions extends CallOptions {
  /** Seconds, at most 60, that the server may wait before it answers (`Prefer: wait`). Default 0. */
  readonly waitSeconds?: number | undefined;
}

/** How an execution is submitted. */
export interface SubmitOptions extends PatientOptions {
  /**
   * Submits with POST under this key, instead of with PUT under the `executionId` alone: up to 255 characters of ASCII that show. The
   * same for every repetition, also after a restart of the caller: derive it from the order, never from the time or by chance.
   */
  readonly idempotencyKey?: string | undefined;
  /** Nothing of it is bought before a person approved it. Default false. */
  readonly requireApproval?: boolean | undefined;
}

/** How another try is asked for. */
export interface AskAgainOptions extends PatientOptions {
  /** As that of a submission; the same key starts nothing twice. Default: one of this call, for its own repetitions. */
  readonly idempotencyKey?: string | undefined;
}

/** How an execution stands. What was refused, rejected or is unresolved is in the report: it is no error. */
export interface Standing {
  readonly report: Report;
  /** Whether something of it is, or is to be, decided without anybody doing more: ask again after `retryAfter`, or `wait`. */
  readonly isWorking: boolean;
  /** Milliseconds after which it is worth asking again, while it is worked on. */
  readonly retryAfter?: number | undefined;
}

/** What became of a submission. */
export interface Submitted extends Standing {
  /** It was recorded before, by an earlier call or an earlier attempt of this one: this one changed and started nothing. */
  readonly isReplay: boolean;
}

/** The terms of an execution, and what they are called by. */
export interface SeenTerms {
  readonly terms: Terms;
  /** Names these very terms: who decides about them hands it on, and is refused (`terms-changed`) where they moved on meanwhile. */
  readonly etag: string;
}

/** What a person decides. */
export interface Decided {
  /** For whoever reads the record; up to 255 characters. Who decides is the caller, by its token. */
  readonly reason: string;
}

/** What a person decides about terms that somebody has seen. */
export interface DecidedOnTerms extends Decided {
  /** Of `terms`, as they were seen. */
  readonly etag: string;
}

/** A page of `list`. */
export interface ListOptions extends CallOptions {
  /** Default: all. */
  readonly state?: State | undefined;
  /** Executions in one request, from 1 to 100. Default 20. */
  readonly pageSize?: number | undefined;
}

/** What `events` takes. It has no time limit of its own: `signal` ends it, or leaving the loop. */
export interface EventsOptions {
  /** Ends the stream, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The `id` of the last event that is known: those after it come. Default: all from the first on. */
  readonly after?: string | undefined;
  /** Milliseconds without a sign of life after which the stream is opened anew. Default 60,000. */
  readonly idleTimeout?: number | undefined;
  /** Milliseconds for which opening it may fail before the error is thrown. Default: the client's `timeout`. */
  readonly timeout?: number | undefined;
}

/** An event of an execution. */
export interface ExecutionEvent {
  /** Its number in the history of the execution, from 1: what `after` takes. Undefined where the server gave none. */
  readonly id: string | undefined;
  /** Its name in the stream: `message`, and `end` for the last one. */
  readonly event: string;
  /** What happened; `kind` tells what to. A newer server may send further ones, or further fields. */
  readonly data: Event;
}

/**
 * Calls `buyonce serve`, or whatever `createHandler` of `buyonce/door` is mounted in.
 *
 * A call is sent again, the same byte for byte, where its answer was lost, the server could not be reached, or it said 429, 502, 503 or
 * 504: after a pause that grows, never earlier than `Retry-After`, until the call's time is over. It never is where the server refused it
 * (another 4xx) or says that the same would not succeed later. All methods throw a ClientError.
 */
export interface Client {
  /**
   * Records an execution and has it driven. Sent again, by this call or by another process, it is the same execution, bought once:
   * whoever is not sure that it arrived submits the same again, and never under a new `executionId`. Text is sent as it is.
   */
  submit(execution: Execution | string, options?: SubmitOptions): Promise<Submitted>;
  /** How an execution stands now, or with `waitSeconds` a little later. */
  get(executionId: string, options?: PatientOptions): Promise<Standing>;
  /**
   * How an execution stands once nothing of it is worked on any more: all is decided, or a person or a time is waited for (`state`).
   * Throws `not-decided` where that takes longer than `timeout`; nothing is cancelled by that.
   */
  wait(executionId: string, options?: CallOptions): Promise<Report>;
  /** What may be bought, within which limits, and who approved or cancelled it. */
  terms(executionId: string, options?: CallOptions): Promise<SeenTerms>;
  /** Every change of one recommendation, oldest first; `recIndex` counts from 0. */
  history(executionId: string, recIndex: number, options?: CallOptions): Promise<History>;
  /** Approves these terms; then they are driven. */
  approve(executionId: string, decided: DecidedOnTerms, options?: PatientOptions): Promise<Standing>;
  /** Changes limits: `null` is none, what is left out stays. Raising or removing one clears an approval. */
  changeLimits(
    executionId: string,
    changes: Omit<LimitChanges, "reason"> & DecidedOnTerms,
    options?: CallOptions,
  ): Promise<SeenTerms>;
  /** Changes the source of what was not sent; an approval has to be given anew. */
  changeSource(
    executionId: string,
    change: DecidedOnTerms & { readonly source: string },
    options?: CallOptions,
  ): Promise<SeenTerms>;
  /** Drops a recommendation that was never sent, for good. */
  skip(executionId: string, recIndex: number, decided: DecidedOnTerms, options?: CallOptions): Promise<SeenTerms>;
  /** After it, nothing more is sent for the execution; `mayBeBought` is what was sent before and is not decided. */
  cancel(
    executionId: string,
    decided: Decided & { readonly etag?: string | undefined },
    options?: CallOptions,
  ): Promise<CancelledReport>;
  /** Undoes a cancellation; an approval has to be given anew. Then it is driven. */
  reopen(executionId: string, decided: DecidedOnTerms, options?: CallOptions): Promise<SeenTerms>;
  /** Drives an execution again, with what was refused or rejected. */
  redrive(executionId: string, options?: AskAgainOptions): Promise<Standing>;
  /** Records what a person found out about a purchase that no drive can settle. */
  resolve(executionId: string, recIndex: number, resolution: Resolution, options?: CallOptions): Promise<Outcome>;
  /** What driving an execution would cost and do; nothing is recorded or bought. */
  quote(execution: Execution | string, options?: CallOptions): Promise<Quote>;
  /** The executions that the caller may see, last changed first, page after page. */
  list(options?: ListOptions): AsyncGenerator<Summary, void, undefined>;
  /** What happens to an execution, from the first event on, until the server says that no more will come. A lost stream is opened anew where it ended. */
  events(executionId: string, options?: EventsOptions): AsyncGenerator<ExecutionEvent, void, undefined>;
}
