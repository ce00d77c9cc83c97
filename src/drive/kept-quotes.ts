import { type ClockReading, passedAtMost } from "../contract/clock-reading.ts";
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
  /**
   * What is kept for this record, once; undefined where there is none, where it has grown old, or where something was sent since: a
   * handle that was sent is kept by the next quote (`sentAs`), which this one did not know.
   */
  take(asked: Asked): Quoted | undefined;
}

/** What was sent last for a record: attempts are counted up. */
function lastAttempt({ generation, former }: Asked["record"]): string {
  return `${generation} ${former?.at(-1)?.attempt ?? 0}`;
}

/** Keeps the quotes of one drive. */
export function createKeptQuotes({ readClock }: Pick<Environment, "readClock">): KeptQuotes {
  const kept = new Map<string, { readonly sent: string; readonly at: ClockReading; readonly quoted: Quoted }>();
  return {
    keep: ({ executor, record }, quoted) => {
      const { recovery, quotesBaseline = false } = executor;
      if (recovery.kind !== "resend" || quotesBaseline) return;
      kept.set(record.token, { sent: lastAttempt(record), at: readClock(), quoted });
    },
    take: ({ record }) => {
      const found = kept.get(record.token);
      kept.delete(record.token);
      if (found === undefined || found.sent !== lastAttempt(record)) return undefined;
      return passedAtMost(found.at, readClock()) <= longestKept ? found.quoted : undefined;
    },
  };
}
