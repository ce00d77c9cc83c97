import { createBudget } from "../drive/budget.ts";
import type { DriveContext, Task } from "../drive/drive-context.ts";
import { createLeases } from "../drive/leases.ts";
import { createLookup } from "../drive/lookup.ts";
import { createStop } from "../drive/stop.ts";
import type { Environment } from "../contract/environment.ts";
import { RefusedError } from "../contract/errors.ts";
import type { ServiceExecutor } from "../contract/executor.ts";
import type { Ledger, TokenRecord } from "../contract/ledger.ts";

/** What a correction works with. */
export interface CorrectionParts {
  readonly ledger: Ledger;
  readonly environment: Environment;
  readonly leaseLength: number;
  readonly holder: string;
}

/**
 * Claims what is bought, settled or not, and puts something right about it. Throws a RefusedError `held-by-another-driver`
 * where another one works on it, `nothing-to-resolve` where it is not bought, and whatever `run` throws.
 */
export async function correct<T>(
  record: TokenRecord,
  executor: ServiceExecutor,
  { ledger, environment, leaseLength, holder }: CorrectionParts,
  signal: AbortSignal | undefined,
  run: (drive: DriveContext, task: Task) => Promise<T>,
): Promise<T> {
  const stop = createStop(environment, { signal });
  const leases = createLeases(ledger, environment, leaseLength);
  try {
    const since = environment.now();
    const [answer] = await ledger.claim([record], holder, leaseLength, { corrections: true, states: ["purchased"] });
    if (answer?.kind === "granted") leases.hold([answer.claim], since);
    if (answer?.kind === "in-flight") {
      throw new RefusedError({
        code: "held-by-another-driver",
        message: `Another driver (${answer.holder}) works on it. Wait until that one is done.`,
        retryable: true,
      });
    }
    if (answer?.kind !== "granted" || answer.record.commitment === undefined) {
      throw new RefusedError({
        code: "nothing-to-resolve",
        message: `It is ${answer?.record.state ?? "not there"} in the ledger: there is nothing bought to put right. Drive the execution instead.`,
      });
    }
    const emit = () => undefined;
    const tokens = new Map([[record.scope.key, new Set([record.token])]]);
    const drive: DriveContext = {
      ledger,
      environment,
      leases,
      stop,
      emit,
      lookup: createLookup({ ledger, environment, stop, emit, tokens }),
      // Nothing is bought here.
      budget: createBudget(undefined),
      noteSent: () => undefined,
      noteLedgerError: () => undefined,
    };
    return await run(drive, { executor, claim: answer.claim, record: answer.record });
  } finally {
    await leases.end();
    stop.end();
  }
}
