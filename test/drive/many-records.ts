import type { Ledger, RecordsQuery, TokenRecord } from "../../src/contract/ledger.ts";

/** As many as fill several pages, and more than anybody reads at once. */
const count = 100_001;

/** A ledger that holds many more records, all like one of its own but for their tokens and ids, which were worked on after its own. */
export function amongMany(ledger: Ledger, like: TokenRecord): Ledger {
  const others = Array.from({ length: count }, (_, at): TokenRecord => {
    const { commitment } = like;
    return {
      ...like,
      token: `other ${at}`,
      ...(commitment ? { commitment: { ...commitment, id: `other-${at}` } } : {}),
    };
  });
  const places = new Map(others.map(({ token }, at) => [token, at + 1]));
  return {
    ...ledger,
    records: async (query: RecordsQuery) => {
      const { states, oldestAfter, tokens, limit } = query;
      if (tokens !== undefined || states?.includes(like.state) === false) return ledger.records(query);
      const last = oldestAfter as (TokenRecord & typeof oldestAfter) | "beginning" | undefined;
      if (last === undefined) return others.toReversed().slice(0, limit);
      const at = last === "beginning" ? undefined : places.get(last.token);
      if (at !== undefined) return others.slice(at, at + limit);
      const own = await ledger.records(query);
      return [...own, ...others.slice(0, limit - own.length)];
    },
  };
}
