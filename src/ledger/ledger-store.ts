import type { CountedPrice } from "../contract/counted-price.ts";
import type {
  ExecutionEntry,
  ExecutionRecord,
  ExecutionsQuery,
  NumberedEntry,
  RecordedAt,
  SubmittedKey,
} from "../contract/execution-record.ts";
import type { Work } from "../contract/execution-state.ts";
import type {
  HistoryEntry,
  RecordPlace,
  RecordsQuery,
  ScopePage,
  TokenRecord,
  TokenState,
} from "../contract/ledger.ts";
import type { AlikeQuery } from "../contract/twin.ts";
import type { AnnouncingTransaction, WebhookStore } from "./webhook-store.ts";

/** One transaction of a store: all of it takes effect, or nothing. */
export interface LedgerTransaction extends AnnouncingTransaction {
  /** The ledger's clock at the begin of the transaction, in milliseconds since 1970. */
  readonly now: number;
  get(token: string): Promise<TokenRecord | undefined>;
  /** Writes the record and appends a line to its history. */
  put(record: TokenRecord, entry: HistoryEntry): Promise<void>;
  /** Writes the record alone: a lease renewed is no history. */
  touch(record: TokenRecord): Promise<void>;
  /** Other tokens whose record occupies the lane; see {@link occupiedLane}. Asked before the transaction writes. */
  inLane(lane: string, exceptToken: string): Promise<readonly string[]>;
  /** One of the executions that the transaction is about. */
  execution(executionId: string): Promise<ExecutionRecord | undefined>;
  /** Writes the record of an execution, and appends a line to its history. */
  putExecution(execution: ExecutionRecord, entry: ExecutionEntry): Promise<void>;
  /** The records of an execution that the transaction is about, by recIndex: may be written then. */
  recordsOf(executionId: string): Promise<readonly TokenRecord[]>;
  /**
   * Records of other tokens with this fingerprint that were bought, or sent and may be bought, since a time: `boughtAt`. Until the
   * transaction ends, no other one gets an answer about this fingerprint. Asked before it writes.
   */
  boughtAlike(fingerprint: string, since: number, exceptToken: string): Promise<readonly TokenRecord[]>;
  /** What counts towards the totals of an execution, see `countedPrice`, without one token's. Asked before it writes. */
  counted(executionId: string, exceptToken: string): Promise<readonly CountedPrice[]>;
  /** Makes the key the caller's for this execution, unless it is used already: then it stays as it is, and is returned. */
  takeKey(key: SubmittedKey): Promise<SubmittedKey | undefined>;
  /**
   * Told, where the store tells anybody, that a drive may have something to do about an execution once the transaction is committed.
   */
  drivable?(execution: ExecutionRecord): Promise<void>;
  /** Makes the ids belong to the token; returns those that belong to another one. */
  own(scopeKey: string, ids: readonly string[], token: string): Promise<readonly string[]>;
}

/** What a transaction is about: what it may read and write, and what no other one writes meanwhile. */
export interface TransactionKeys {
  readonly tokens: readonly string[];
  /** Locked first. */
  readonly executions?: readonly string[];
}

/** Where records are kept. A ledger is this and the rules of `ledger.ts`, which are written once for all stores. */
export interface LedgerStore extends WebhookStore {
  now(): Promise<number>;
  /** Throws a LedgerError where others no longer read what is written here. */
  checkPlace(): Promise<void>;
  /**
   * Runs one transaction that no other writer of these tokens and executions interleaves with; durable when it resolves. It
   * reads and writes these only, so a store may lock and read them all at its beginning. `run` may be called
   * anew when nothing of the call before took effect. Throws a LedgerError, and whatever `run` throws.
   */
  transaction<T>(keys: TransactionKeys, run: (transaction: LedgerTransaction) => Promise<T>): Promise<T>;
  /** Those whose `boughtAt` is at or after the time, the latest first. */
  boughtAlike(query: AlikeQuery, limit: number): Promise<readonly TokenRecord[]>;
  /** In any order that stays the same while its records change, for pages. */
  purchasedIn(scopeKey: string, page?: ScopePage): Promise<readonly TokenRecord[]>;
  /** The ids in a scope, each with the token that it belongs to, as {@link LedgerTransaction.own} made them. */
  owners(scopeKey: string): Promise<readonly (readonly [id: string, token: string])[]>;
  /** How many there are: none is ever taken away, and none changes its token. */
  ownerCount(scopeKey: string): Promise<number>;
  recordsOf(executionId: string): Promise<readonly TokenRecord[]>;
  execution(executionId: string): Promise<ExecutionRecord | undefined>;
  /** An execution and its records, none of which is of another moment. */
  recorded(executionId: string): Promise<RecordedAt | undefined>;
  executions(query: ExecutionsQuery): Promise<readonly ExecutionRecord[]>;
  executionHistory(executionId: string): Promise<readonly ExecutionEntry[]>;
  /** As `Ledger.historySince`: each line has its number from the transaction that wrote it. */
  historySince(executionId: string, after: number, limit: number): Promise<readonly NumberedEntry[]>;
  executionOfKey(caller: string, key: string): Promise<string | undefined>;
  /**
   * Records with one of these kinds of work left that rest since a time or longer, longest first (then by executionId and recIndex),
   * at most `limit`, from after a record on.
   */
  withWork(
    kinds: readonly Work[],
    restingBefore: number,
    limit: number,
    after?: RecordPlace,
  ): Promise<readonly TokenRecord[]>;
  /**
   * Those that rest since the latest time first, or the other way round. A store has an index for `tokens`, for `work`, and for that
   * order in each state: where neither of the two narrows it, it reads of each state no more than come out, whatever else it holds.
   */
  records(query: RecordsQuery): Promise<readonly TokenRecord[]>;
  history(token: string): Promise<readonly HistoryEntry[]>;
  /** What `markRestored` last recorded: the ledger's clock then. */
  restoredAt(): Promise<number | undefined>;
  /** Durable when it resolves. */
  markRestored(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The lane that a record occupies: while its purchase may or may not have been made, and after it until the marker is on
 * it, because until then its id may not be the final one. What is written off occupies none: docs/decisions/0011-what-a-person-decides.md.
 * A store admits one record per lane, and may index by this.
 */
export function occupiedLane({ state, commitment, submission }: TokenRecord): string | undefined {
  const occupied =
    state === "submitted" || state === "unknown" || (state === "purchased" && commitment?.marked === false);
  return occupied ? submission?.lane : undefined;
}

/** As many records of what was bought alike as a guard looks at. */
export const mostAsked = 10;

/** All states of a record: a store reads those of each in their order, and puts them together. */
export const allStates = Object.keys({
  planned: true,
  claimed: true,
  submitted: true,
  unknown: true,
  purchased: true,
  rejected: true,
  refused: true,
  skipped: true,
  "written-off": true,
} satisfies Record<TokenState, true>) as readonly TokenState[];

type Row = Readonly<Record<string, unknown>>;

/** A line of `historySince`, from a row that holds `number` and `rec_index`, and its entry. */
export function numberedEntry(row: Row, entry: ExecutionEntry & HistoryEntry): NumberedEntry {
  const [number, recIndex] = [Number(row["number"]), row["rec_index"]];
  return recIndex === null
    ? { number, kind: "execution", entry }
    : { number, kind: "recommendation", recIndex: Number(recIndex), entry };
}

/** A key that is used, from a row that holds `execution_id`, `terms_hash` and `at`. */
export function keyIn(row: Row, { caller, key }: Pick<SubmittedKey, "caller" | "key">): SubmittedKey {
  const [executionId, termsHash, at] = [String(row["execution_id"]), String(row["terms_hash"]), Number(row["at"])];
  return { caller, key, executionId, termsHash, at };
}

/** Since when nobody works on a record (ledger time): in the future while a lease lasts. A store may index by this. */
export function restingSince({ updatedAt, leaseUntil }: Pick<RecordPlace, "updatedAt" | "leaseUntil">): number {
  return leaseUntil ?? updatedAt;
}
