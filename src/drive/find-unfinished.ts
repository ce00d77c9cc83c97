import type { Ledger, TokenRecord, UnfinishedQuery } from "../contract/ledger.ts";

/** What was left behind, as one driver sees it. Longest untouched first. */
export interface FoundUnfinished {
  /** What it can drive, at most the query's limit. */
  readonly own: readonly TokenRecord[];
  /** What it met beside that, and cannot drive: it counts towards no limit. */
  readonly passedOver: readonly TokenRecord[];
}

/** By how much more is asked for while what cannot be driven takes the places of what can. */
const growth = 10;

/**
 * What was left behind and can be driven, however much lies before it that cannot: a ledger is shared by drivers of several
 * clouds. Reads again, more each time, until there are enough or the ledger has no more. Throws a LedgerError.
 */
export async function findUnfinished(
  ledger: Ledger,
  query: UnfinishedQuery,
  canDrive: (record: TokenRecord) => boolean | Promise<boolean>,
): Promise<FoundUnfinished> {
  for (let size = query.limit; ; size *= growth) {
    const records = await ledger.unfinished({ ...query, limit: size });
    const own: TokenRecord[] = [];
    const passedOver: TokenRecord[] = [];
    for (const record of records) ((await canDrive(record)) ? own : passedOver).push(record);
    const needsMore = own.length < query.limit && records.length >= size;
    if (!needsMore) return { own: own.slice(0, query.limit), passedOver };
  }
}
