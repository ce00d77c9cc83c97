import { RefusedError, type ErrorCode } from "../../src/contract/errors.ts";

/** One page of a listing; `items` is undefined where the answer held no list. */
export interface Page<Item> {
  readonly items: readonly Item[] | undefined;
  /** The token of the next page; undefined or empty after the last one. */
  readonly next: string | undefined;
}

/** What is listed, and what it means when that fails. */
export interface PagesOptions {
  /** The call, as AWS names it: `DescribeReservedDBInstancesOfferings`. */
  readonly call: string;
  readonly maxPages: number;
  /** The code for a list that cannot be believed. */
  readonly code: ErrorCode;
}

/**
 * Reads a listing to its end. Throws a RefusedError where it cannot vouch for completeness: the SDK reports a 200 with an
 * empty or HTML body as success without a list; a token that comes twice, or more pages than allowed, never end.
 */
export async function readAllPages<Item>(
  readPage: (next: string | undefined) => Promise<Page<Item>>,
  { call, maxPages, code }: PagesOptions,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  const tokens = new Set<string>();
  let next: string | undefined;
  for (let page = 0; page < maxPages; page++) {
    const answer = await readPage(next);
    // The SDK takes what stands in the answer, whatever its type.
    if (!Array.isArray(answer.items)) throw untrusted(code, `${call} answered without a list`);
    for (const item of answer.items) all.push(item as Item);
    next = answer.next || undefined;
    if (next !== undefined && typeof next !== "string") {
      throw untrusted(code, `${call} named a next page in a way that cannot be read`);
    }
    if (next === undefined) return all;
    if (tokens.has(next))
      throw untrusted(code, `${call} gave the same next page twice: its list cannot be read to the end`);
    tokens.add(next);
  }
  throw untrusted(code, `${call} did not end within ${maxPages} pages`);
}

function untrusted(code: ErrorCode, what: string): RefusedError {
  return new RefusedError({ code, message: `${what}. Nothing was sent; drive again later.`, retryable: true });
}
