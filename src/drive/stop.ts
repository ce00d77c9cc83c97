import { longestTimer } from "../contract/check-number.ts";
import type { Environment } from "../contract/environment.ts";
import { todoOf } from "../contract/error-advice.ts";
import { type BuyonceError, RefusedError } from "../contract/errors.ts";

/** When a drive starts nothing new: its caller aborted it, or its deadline is too near. */
export interface Stop {
  /** Aborts reads and waits. A purchase that is under way is waited for all the same. */
  readonly signal: AbortSignal;
  /** Throws when nothing new may be started. */
  check(): void;
  /** Throws a RefusedError when the deadline leaves no time for a send of so many milliseconds. */
  checkTimeFor(send: number): void;
  /** Ends the timers. */
  end(): void;
}

/** Left between the longest send and the deadline, to record and report what came of it. */
const reportingTime = 1000;

/** Builds the stop of one drive from the caller's signal and deadline (milliseconds since 1970). */
export function createStop(
  environment: Environment,
  { signal, deadline }: { readonly signal?: AbortSignal | undefined; readonly deadline?: number | undefined },
): Stop {
  const controller = new AbortController();
  const onAbort = () => controller.abort(abortedError(signal?.reason));
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();

  const remaining = () => (deadline === undefined ? Infinity : deadline - environment.now());
  const onDeadline = () => controller.abort(deadlineError(deadlineHasCome));
  const wait = Math.min(Math.max(1, remaining() - reportingTime), longestTimer);
  const stopTimer = remaining() > longestTimer ? () => undefined : environment.every(wait, onDeadline);

  return {
    signal: controller.signal,
    check: () => controller.signal.throwIfAborted(),
    checkTimeFor: (send) => {
      controller.signal.throwIfAborted();
      if (remaining() >= send + reportingTime) return;
      throw deadlineError(
        `The deadline leaves ${Math.max(0, Math.floor(remaining() / 1000))} s; one purchase may take ${send / 1000} s.`,
      );
    },
    end: () => {
      stopTimer();
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

/** Does work with a stop, and ends that with it. */
export async function withStop<T>(
  environment: Environment,
  options: Parameters<typeof createStop>[1],
  work: (stop: Stop) => Promise<T>,
): Promise<T> {
  const stop = createStop(environment, options);
  try {
    return await work(stop);
  } finally {
    stop.end();
  }
}

/** The error of work that is not begun because its deadline (milliseconds since 1970) has come; undefined before that. */
export function pastDeadline(
  environment: Pick<Environment, "now">,
  deadline: number | undefined,
): { readonly error: RefusedError } | undefined {
  const isPast = deadline !== undefined && deadline - environment.now() <= reportingTime;
  return isPast ? { error: deadlineError(deadlineHasCome) } : undefined;
}

const deadlineHasCome = "The deadline of the drive has come.";

function abortedError(cause: unknown): BuyonceError {
  return new RefusedError({
    code: "aborted",
    message: `The drive was stopped. ${todoOf("aborted")}`,
    retryable: true,
    cause,
  });
}

function deadlineError(reason: string): RefusedError {
  return new RefusedError({
    code: "deadline-too-near",
    message: `${reason} ${todoOf("deadline-too-near")}`,
    retryable: true,
  });
}
