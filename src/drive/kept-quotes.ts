import { type ClockReading, passedAtMost } from "../contract/clock-reading.ts";
import type { Environment } from "../contract/environment.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import { type Asked, getQuote, type Quoted, type Quoting } from "./get-quote.ts";

/** Milliseconds for which a price that was asked for beforehand is bought at: the provider may change it meanwhile. */
export const longestKept = 120_000;

/**
 * Quotes that were asked for before the purchase, so that it need not ask again. Only of executors whose quote reads nothing that
 * another purchase changes: the others are asked just before each purchase, in its lane.
 */
export interface KeptQuotes {
  /** Its price, which is kept for its purchase where it may be. Throws whatever {@link getQuote} throws. */
  ahead(drive: Quoting, asked: Asked): Promise<Quoted>;
  /**
   * The price to buy at: what is kept for the record, once; a new one where there is none, where it has grown old or came to nothing,
   * or where something was sent since: a handle that was sent is kept by the next quote (`sentAs`), which the kept one did not know.
   * Throws whatever {@link getQuote} throws.
   */
  forPurchase(drive: Quoting, asked: Asked): Promise<Quoted>;
  /** Whether a price to buy at has grown old since it was given out: it is asked for again before its write-ahead. */
  isOld(quoted: Quoted): boolean;
}

interface Kept {
  readonly sent: string;
  /** When it was asked for: the price may be as old as that. */
  readonly at: ClockReading;
  readonly quoted: Promise<Quoted>;
}

/** What was sent last for a record: attempts are counted up. */
function lastAttempt({ generation, former }: Asked["record"]): string {
  return `${generation} ${former?.at(-1)?.attempt ?? 0}`;
}

/** Whether a price of it may be asked for before its purchase. */
export function isQuotedAhead({ recovery, quoteSeesPurchases = false }: ServiceExecutor): boolean {
  return recovery.kind === "resend" && !quoteSeesPurchases;
}

/** Keeps the quotes of one drive. */
export function createKeptQuotes({ readClock }: Pick<Environment, "readClock">): KeptQuotes {
  const kept = new Map<string, Kept>();
  /** From when on the prices age that were given out: one that was asked for just now may have waited for its turn before. */
  const since = new WeakMap<Quoted, ClockReading>();

  function find({ record }: Asked): Kept | undefined {
    const found = kept.get(record.token);
    return found?.sent === lastAttempt(record) ? found : undefined;
  }

  const isOlder = (at: ClockReading) => passedAtMost(at, readClock()) > longestKept;

  /** One that is asked for now is waited for. */
  async function usable({ at, quoted }: Kept): Promise<Quoted | undefined> {
    const answered = await quoted.catch(() => undefined);
    return isOlder(at) ? undefined : answered;
  }

  return {
    ahead: async (drive, asked) => {
      const { executor, record } = asked;
      if (!isQuotedAhead(executor)) return getQuote(drive, asked);
      const found = find(asked);
      const before = found && (await usable(found));
      if (before !== undefined) return before;
      const at = readClock();
      const quoted = getQuote(drive, asked);
      kept.set(record.token, { sent: lastAttempt(record), at, quoted });
      return quoted;
    },

    forPurchase: async (drive, asked) => {
      const found = find(asked);
      kept.delete(asked.record.token);
      const before = found && (await usable(found));
      const quoted = before ?? (await getQuote(drive, asked));
      since.set(quoted, found !== undefined && quoted === before ? found.at : readClock());
      return quoted;
    },

    isOld: (quoted) => {
      const at = since.get(quoted);
      return at !== undefined && isOlder(at);
    },
  };
}
