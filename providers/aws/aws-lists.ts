// Lists as AWS answers them: read to their end, believed only where every entry says enough, each id once.
import { RefusedError, type ErrorCode } from "../../src/contract/errors.ts";
import { isFinal, standingOf } from "./aws-commitment.ts";

/** One page of a listing; `items` is undefined where the answer held no list. */
export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  /** The token of the next page; undefined or empty after the last one. */
  readonly next: string | undefined;
}

/** What is listed, and what it means when that cannot be believed. */
export interface ListedCall {
  /** The call, as AWS names it: `DescribeReservedDBInstancesOfferings`. */
  readonly call: string;
  readonly code: ErrorCode;
}

/** Reads a listing to its end. Throws as {@link readPages}. */
export async function readAllPages<Item>(
  readPage: (next: string | undefined) => Promise<Page<Item>>,
  listed: ListedCall & { readonly maxPages: number },
): Promise<readonly Item[]> {
  return (await Array.fromAsync(readPages(readPage, listed))).flat();
}

/**
 * Reads a listing page by page, to its end. Throws a RefusedError where it cannot vouch for completeness: no list, a token that comes
 * twice, or more pages than allowed.
 */
export async function* readPages<Item>(
  readPage: (next: string | undefined) => Promise<Page<Item>>,
  { maxPages, ...listed }: ListedCall & { readonly maxPages: number },
): AsyncGenerator<readonly Item[]> {
  const tokens = new Set<string>();
  let next: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await readPage(next);
    yield wholeList(answer.items, listed);
    next = answer.next || undefined;
    if (next === undefined) return;
    if (typeof next !== "string") throw untrusted(listed, "named a next page in a way that cannot be read");
    if (tokens.has(next)) throw untrusted(listed, "gave the same next page twice");
    tokens.add(next);
  }
  throw untrusted(listed, `did not end within ${maxPages} pages`);
}

/**
 * The list of an answer. Throws a RefusedError where there is none: the SDK reports a 200 with an empty or HTML body as success
 * without a list, and takes what stands in the answer, whatever its type.
 */
export function wholeList<Item>(items: readonly Item[] | undefined, listed: ListedCall): readonly Item[] {
  if (Array.isArray(items)) return items;
  throw untrusted(listed, "answered without a list");
}

/** The entries of a list that may be taken for one. Throws a RefusedError for one without what it `needs`, in words. */
export function allKnown<Item, Known extends Item>(
  items: readonly Item[],
  isKnown: (item: Item) => item is Known,
  { call, needs }: Pick<ListedCall, "call"> & { readonly needs: string },
): readonly Known[] {
  if (items.every(isKnown)) return items;
  throw untrusted({ call, code: "lookup-untrusted" }, `listed an entry without ${needs}`);
}

function untrusted({ call, code }: ListedCall, what: string): RefusedError {
  return new RefusedError({
    code,
    message: `${call} ${what}: its list cannot be believed. Drive again later; if it stays so, see what answers at the endpoint.`,
    retryable: true,
  });
}

/** A text with something in it: in an answer of JSON anything may stand. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** How the rows of a list are told apart, and what is true of two that show the same thing. */
export interface RowTraits<Row> {
  idOf(row: Row): string;
  /** The service's word for its state. */
  stateOf(row: Row): string;
  /** The row that is kept, made true by what the other one says. */
  merge(kept: Row, other: Row): Row;
}

/**
 * One row for each id, in the order of a list in which an id may come twice: whoever counts rows buys or counts twice. Of two
 * states the more alive one wins.
 */
export function uniqueById<Row>(rows: readonly Row[], { idOf, stateOf, merge }: RowTraits<Row>): readonly Row[] {
  const byId = new Map<string, Row>();
  for (const row of rows) {
    const other = byId.get(idOf(row));
    if (other === undefined) byId.set(idOf(row), row);
    else if (lifeOf(stateOf(row)) > lifeOf(stateOf(other))) byId.set(idOf(row), merge(row, other));
    else byId.set(idOf(row), merge(other, row));
  }
  return [...byId.values()];
}

/** Two counts of one thing: where they differ, nobody can say which is true. */
export function sameCount(one: number | undefined, other: number | undefined): number | undefined {
  return one === other ? one : undefined;
}

const lives = { failed: 0, ended: 1, unclear: 1, live: 2 } as const;

/** `active` says more than that the payment is on its way. */
function lifeOf(state: string): number {
  const standing = standingOf(state);
  return lives[standing] + (standing === "live" && isFinal(state) ? 1 : 0);
}
