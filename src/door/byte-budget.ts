import type { Environment } from "../contract/environment.ts";
import { RequestError } from "./problem.ts";
import { once } from "./seats.ts";

/** Bytes of bodies that may be in memory at once. */
export interface ByteBudget {
  /**
   * Waits for its turn, and returns what gives the bytes back, once. Throws a RequestError `server-busy` where too many wait, or where it
   * takes too long, or the signal is aborted.
   */
  take(bytes: number, signal: AbortSignal): Promise<() => void>;
}

/** What is at most so long passes what is longer: slow large bodies do not keep it waiting. In bytes. */
const smallBody = 65_536;

/** The part of all bytes that is for small bodies. */
const smallPart = 1 / 4;

/** Bodies that wait; more are refused at once. */
const mostWaiting = 1000;

/** Milliseconds for which a body waits. */
const longestWait = 10_000;

/** Milliseconds after which it is worth sending again. */
export const busyFor = 2000;

/** The bytes that are needed for bodies of at most so many to be read at all. */
export function leastBudget(bodyLimit: number): number {
  return Math.ceil(Math.max(bodyLimit, smallBody) / (1 - smallPart));
}

/** A budget of so many bytes. */
export function createByteBudget(bytes: number, sleep: Environment["sleep"]): ByteBudget {
  const small = createPool(Math.floor(bytes * smallPart), sleep);
  const large = createPool(bytes - Math.floor(bytes * smallPart), sleep);
  return { take: (size, signal) => (size <= smallBody ? small : large)(size, signal) };
}

/** A body that waits. */
interface Waiting {
  readonly size: number;
  readonly turn: () => void;
}

/** First come, first served. */
function createPool(capacity: number, sleep: Environment["sleep"]): ByteBudget["take"] {
  let free = capacity;
  const waiting = new Set<Waiting>();
  const serve = () => {
    for (const one of waiting) {
      if (one.size > free) return;
      waiting.delete(one);
      free -= one.size;
      one.turn();
    }
  };
  const giveBack = (size: number) =>
    once(() => {
      free += size;
      serve();
    });
  return async (asked, signal) => {
    if (signal.aborted) throw busy();
    const size = Math.min(asked, capacity);
    if (waiting.size >= mostWaiting) throw busy();
    const { promise, resolve } = Promise.withResolvers<void>();
    const own: Waiting = { size, turn: resolve };
    waiting.add(own);
    serve();
    if (waiting.has(own)) {
      const over = new AbortController();
      const late = sleep(longestWait, AbortSignal.any([signal, over.signal])).catch(() => undefined);
      await Promise.race([promise, late]);
      over.abort();
      if (waiting.delete(own)) {
        // Those behind it may fit.
        serve();
        throw busy();
      }
    }
    return giveBack(size);
  };
}

/** That the server has as much under way as it takes. */
export function busy(): RequestError {
  return new RequestError(
    "server-busy",
    "The server has as much under way as it takes. Nothing was recorded for this request.",
    {
      retryAfter: busyFor,
    },
  );
}
