import pLimit from "p-limit";
import { BuyonceError, RefusedError } from "../contract/errors.ts";

/** Asks questions: so many at a time, each within its time. */
export type Ask = <Answer>(question: (signal: AbortSignal) => Promise<Answer>) => Promise<Answer>;

/**
 * `time` is in milliseconds, of the machine's own clock: a question that hangs is given up, whether it heeds its signal or not. Throws
 * what the question throws, a RefusedError `lookup-failed` when its time or that of all is over, or the reason of an abort.
 */
export function createAsk(concurrency: number, time: number, signal: AbortSignal): Ask {
  const limit = pLimit(concurrency);
  return (question) =>
    limit(async () => {
      if (signal.aborted) throw reasonOf(signal);
      const late = AbortSignal.timeout(time);
      const ending = AbortSignal.any([signal, late]);
      const ended = Promise.withResolvers<never>();
      const end = () => ended.reject(signal.aborted ? reasonOf(signal) : tooSlow(time));
      ending.addEventListener("abort", end, { once: true });
      try {
        return await Promise.race([question(ending), ended.promise]);
      } catch (error) {
        throw signal.aborted ? reasonOf(signal) : late.aborted ? tooSlow(time) : error;
      } finally {
        ending.removeEventListener("abort", end);
      }
    });
}

function tooSlow(time: number): RefusedError {
  return new RefusedError({
    code: "lookup-failed",
    message: `No answer came within ${time / 1000} s. See what is slow: the network, a proxy, a sign-in that waits for somebody.`,
    retryable: true,
  });
}

/** What ended all questions: a person, or their time. */
function reasonOf({ reason }: AbortSignal): unknown {
  if (!BuyonceError.isInstance(reason) || reason.code !== "deadline-too-near") return reason as unknown;
  const message = "The time for all questions was over before this one was answered. Give them more.";
  return new RefusedError({ code: "lookup-failed", message, retryable: true });
}
