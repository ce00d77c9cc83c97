import type { ClockReading } from "../contract/clock-reading.ts";
import { passedAtMost } from "../contract/clock-reading.ts";
import type { Environment } from "../contract/environment.ts";
import type { Asked, Quoted } from "./get-quote.ts";

/** Milliseconds for which a price that was asked for beforehand is bought at: the provider may change it meanwhile. */
const longestKept = 120_000;

/**
 * Quotes that were asked for before the first purchase, so that the purchase need not ask again. Only of executors whose quote reads
 * nothing that another purchase changes: one with a baseline is asked for in its lane.
 */
export interface KeptQuotes {
  /** Keeps it, unless it has to be asked for just before the purchase. */
  keep(asked: Asked, quoted: Quoted): void;
  /** What is kept for this record as it is now, once; undefined where there is none, or where it has grown old. */
  take(asked: Asked): Quoted | undefined;
}

/** Keeps the quotes of one drive. */
export function createKeptQuotes({ readClock }: Pick<Environment, "readClock">): KeptQuotes {
  const kept = new Map<string, { readonly generation: number; readonly at: ClockReading; readonly quoted: Quoted }>();
  return {
    keep: ({ executor, record: { token, generation } }, quoted) => {
      const { recovery, quotesBaseline = false } = executor;
      if (recovery.kind === "resend" && !quotesBaseline) kept.set(token, { generation, at: readClock(), quoted });
    },
    take: ({ record: { token, generation } }) => {
      const found = kept.get(token);
      kept.delete(token);
      if (found === undefined || found.generation !== generation) return undefined;
      return passedAtMost(found.at, readClock()) <= longestKept ? found.quoted : undefined;
    },
  };
}
