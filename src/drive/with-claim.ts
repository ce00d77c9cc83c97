import { RefusedError } from "../contract/errors.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { ClaimAnswer, ClaimOptions, TokenRecord } from "../contract/ledger.ts";
import { createContext, type DriveContext, type DriveParts, type Task } from "./drive-context.ts";
import { tokensByScope } from "./tokens-by-scope.ts";

/** What is claimed, and how long it may take. */
export interface ClaimedWork extends ClaimOptions {
  readonly executor: ServiceExecutor;
  /** What is said of one that cannot be worked on, because of its state. */
  readonly nothingToDo: (state: TokenRecord["state"]) => string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly deadline?: number | undefined;
}

/** For putting right what is recorded about something bought, settled or not. */
export const correction = {
  corrections: true,
  states: ["purchased"],
  nothingToDo: (state) =>
    `It is ${state} in the ledger: there is nothing bought to put right. Drive the execution instead.`,
} as const satisfies Partial<ClaimedWork>;

/**
 * Holds the claim of one recommendation for a person's decision or a correction, as a drive would, and gives it up afterwards.
 * Throws a RefusedError `held-by-another-driver` where another one works on it, `nothing-to-resolve` where its state
 * leaves nothing to do, and whatever `run` throws.
 */
export async function withClaim<T>(
  record: TokenRecord,
  parts: DriveParts,
  { executor, nothingToDo, signal, deadline, ...options }: ClaimedWork,
  run: (drive: DriveContext, task: Task) => Promise<T>,
): Promise<T> {
  const { ledger, environment, holder, leaseLength } = parts;
  const { context, end } = createContext(parts, { signal, deadline, tokens: tokensByScope([record]) });
  try {
    const since = environment.now();
    const [answer] = await ledger.claim([record], holder, leaseLength, options);
    if (answer === undefined) throw new TypeError("The ledger answers every claim.");
    if (answer.kind !== "granted") throw refusal(answer, nothingToDo);
    context.leases.hold([answer.claim], since);
    return await run(context, { executor, claim: answer.claim, record: answer.record });
  } finally {
    await end();
  }
}

function refusal(
  answer: Exclude<ClaimAnswer, { readonly kind: "granted" }>,
  nothingToDo: ClaimedWork["nothingToDo"],
): RefusedError {
  if (answer.kind !== "in-flight") {
    return new RefusedError({ code: "nothing-to-resolve", message: nothingToDo(answer.record.state) });
  }
  return new RefusedError({
    code: "held-by-another-driver",
    message: `Another driver (${answer.holder}) works on it. Wait until that one is done.`,
    retryable: true,
  });
}
