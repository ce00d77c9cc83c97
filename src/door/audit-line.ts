import pLimit from "p-limit";
import type { Environment } from "../contract/environment.ts";
import { busy } from "./byte-budget.ts";
import { RequestError } from "./problem.ts";

/** Milliseconds for which an audit waits for its turn: of its time, half is left to look. */
const longestTurn = 60_000;

/** Milliseconds after which a caller may ask for one more audit. */
const askAgainAfter = 10_000;

/** Whose audit it is; `signal`: nobody wants it any more. */
interface Waiting {
  readonly caller: string;
  readonly signal: AbortSignal;
}

/**
 * Does one audit after another: each reads all that a place holds, and several at once would use up what a provider allows, which drives
 * need. One of each caller waits at most; one that nobody wants any more loses its place. Throws a RequestError for a further one, and for
 * one whose turn does not come.
 */
export function createAuditLine(sleep: Environment["sleep"]) {
  const line = pLimit(1);
  const waiting = new Set<string>();
  return async <Value>({ caller, signal }: Waiting, audit: () => Promise<Value>): Promise<Value> => {
    if (waiting.has(caller)) {
      const message = "An audit of this caller waits for its turn already.";
      throw new RequestError("too-many-requests", message, { retryAfter: askAgainAfter });
    }
    waiting.add(caller);
    const over = new AbortController();
    let begun: Promise<Value> | undefined;
    const turn = new Promise<void>((came) => {
      void line(async () => {
        if (over.signal.aborted) return;
        begun = audit();
        came();
        await begun.catch(() => undefined);
      });
    });
    const late = sleep(longestTurn, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    await Promise.race([turn, late]);
    waiting.delete(caller);
    over.abort();
    if (begun !== undefined) return begun;
    if (signal.aborted) throw new RequestError("aborted", "The audit was given up before its turn came.");
    throw busy();
  };
}
