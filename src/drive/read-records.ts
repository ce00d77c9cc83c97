import { setImmediate as turn } from "node:timers/promises";
import type { Ledger, RecordsQuery, TokenRecord } from "../contract/ledger.ts";

/** Records that are read at once: what is kept of them is for the caller, so no more than these take memory as a whole. */
const pageSize = 500;

/** Where all records are gone through: the ledger in memory sorts them anew for each page. */
const largePage = 10_000;

/**
 * Goes through what is recorded as bought in a scope, page by page, and keeps of each record what `keep` makes of it.
 * `check` is asked before each page, and throws where there is no time left for it.
 */
export function readPurchased<T>(
  ledger: Pick<Ledger, "purchasedIn">,
  scopeKey: string,
  check: () => void,
  keep: (record: TokenRecord) => T,
): Promise<readonly T[]> {
  return readPages((last) => ledger.purchasedIn(scopeKey, { after: last?.token, limit: pageSize }), {
    check,
    keep,
    most: Infinity,
    size: pageSize,
  });
}

/** Goes through records, longest untouched first, in the same way, up to `limit` that are kept: of which `keep` makes something. */
export function readOldest<T>(
  ledger: Pick<Ledger, "records">,
  { limit, ...query }: Omit<RecordsQuery, "oldestAfter">,
  check: () => void,
  keep: (record: TokenRecord) => T | undefined,
): Promise<readonly T[]> {
  const size = limit === Infinity ? largePage : Math.min(limit, pageSize);
  return readPages((last) => ledger.records({ ...query, oldestAfter: last ?? "beginning", limit: size }), {
    check,
    keep,
    most: limit,
    size,
  });
}

/** Goes through all records, longest untouched first, page by page; nothing is kept of them. `check` as above. */
export async function visitRecords(
  ledger: Pick<Ledger, "records">,
  check: () => void,
  visit: (record: TokenRecord) => void,
): Promise<void> {
  await readOldest<never>(ledger, { limit: Infinity }, check, (record) => {
    visit(record);
    return undefined;
  });
}

interface Reading<T> {
  readonly check: () => void;
  readonly keep: (record: TokenRecord) => T | undefined;
  /** How many are kept at most. */
  readonly most: number;
  /** How many records are in a page that is not the last. */
  readonly size: number;
}

async function readPages<T>(
  read: (last: TokenRecord | undefined) => Promise<readonly TokenRecord[]>,
  { check, keep, most, size }: Reading<T>,
): Promise<readonly T[]> {
  const kept: T[] = [];
  let last: TokenRecord | undefined;
  for (;;) {
    check();
    const page = await read(last);
    for (const record of page) {
      const made = kept.length < most ? keep(record) : undefined;
      if (made !== undefined) kept.push(made);
    }
    // Another length, or the same page again, is what a ledger gives that knows no pages.
    if (page.length !== size || kept.length >= most || page.at(-1)?.token === last?.token) return kept;
    last = page.at(-1);
    // A ledger in this process answers at once: timers and renewals of leases have their turn between two pages.
    await turn();
  }
}

/** A record without what its purchases were sent with, which may be long and is of use only to a driver that holds it. */
export function withoutBodies(record: TokenRecord): TokenRecord {
  const { submission, former } = record;
  const short = (sent: NonNullable<TokenRecord["submission"]>) => ({ ...sent, handle: {}, request: {} });
  return {
    ...record,
    ...(submission === undefined ? {} : { submission: short(submission) }),
    ...(former === undefined ? {} : { former: former.map(short) }),
  };
}
