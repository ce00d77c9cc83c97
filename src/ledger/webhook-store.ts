import type { ExecutionRecord } from "../contract/execution-record.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { OutboxMessage, WaitingMessage, WebhookEndpoint, WebhookStatus } from "../contract/webhook-ledger.ts";

/** What was announced last about an execution (`undefined`) or one of its places, by its recIndex. */
export type Standings = ReadonlyMap<number | undefined, string>;

/** What a transaction has to know to announce what it wrote. */
export interface Announcing {
  readonly execution: ExecutionRecord;
  /** The number of the last line in the history of the execution, which this transaction wrote. */
  readonly number: number;
  readonly standings: Standings;
  /** Whether a record of it is work that a drive can do. */
  readonly hasUnfinished: boolean;
  /** Whether something of it was sent, and a drive is to find out what became of it. Asked before the records are read. */
  readonly hasSent: () => Promise<boolean>;
  /** All its records. */
  readonly records: () => Promise<readonly TokenRecord[]>;
}

/** What is announced: how a place, or the execution, stands from now on, and the message that says so, if one does. */
export interface Announcement {
  /** Undefined for the execution as a whole. */
  readonly recIndex: number | undefined;
  readonly standing: string;
  readonly message: OutboxMessage | undefined;
}

/** The part of a transaction that writes messages. */
export interface AnnouncingTransaction {
  /**
   * What is needed to announce something of an execution to whose history this transaction has added a line: nobody else announces
   * anything of it until the commit. Undefined where no endpoint is registered. `places`: whose standings are asked for. Asked last.
   */
  announcing(executionId: string, places: readonly number[]): Promise<Announcing | undefined>;
  /** Keeps the standings, and writes every message once for each endpoint. */
  announce(executionId: string, announcements: readonly Announcement[]): Promise<void>;
}

/** One transaction about an endpoint: nobody else reads or writes anything of it until the commit. */
export interface EndpointTransaction {
  /** The ledger's clock. */
  readonly now: number;
  readonly endpoint: WebhookEndpoint | undefined;
  put(endpoint: WebhookEndpoint): Promise<void>;
  /**
   * Before it is registered for the first time: removes what lies under its name, which was for another. Where there is no endpoint at
   * all, what was announced before was told to others, and is no longer what a standing has to differ from.
   */
  begin(): Promise<void>;
  /** Removes it, with its messages. */
  remove(): Promise<void>;
  /** Due messages of which no earlier one of the same execution is still untried; by when they became due. */
  due(limit: number): Promise<readonly WaitingMessage[]>;
  /** Not due before a time. */
  hold(sequences: readonly number[], until: number): Promise<void>;
  /** A message, unless it was removed meanwhile. */
  attemptsOf(sequence: number): Promise<number | undefined>;
  /** Was sent in vain, and is due at a time. */
  postpone(sequence: number, until: number): Promise<void>;
  /** It was taken. */
  done(sequence: number): Promise<void>;
  /** All that was tried in vain is due now. */
  allDue(): Promise<void>;
  /** Removes what was written before a time; how many. */
  expire(before: number): Promise<number>;
}

/** Where endpoints and messages are kept. */
export interface WebhookStore {
  endpoint<T>(name: string, run: (transaction: EndpointTransaction) => Promise<T>): Promise<T>;
  webhooks(): Promise<readonly WebhookStatus[]>;
  /** Removes the messages of endpoints that there are not: a writer may have written one while its endpoint was removed. */
  removeStray(): Promise<void>;
}

/** The end of a standing that was announced to endpoints which are all gone: it equals no other, and says the same. */
export const toldToOthers = " (to others)";

/** The place under which a store keeps what was announced of an execution as a whole. */
export const wholeExecution = -1;

/** The place that is kept under a number. */
export function placeOf(stored: number): number | undefined {
  return stored === wholeExecution ? undefined : stored;
}
