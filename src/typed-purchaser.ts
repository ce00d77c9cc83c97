// What callers outside are given: their compiler checks what is to be bought.
import type { Provider } from "./contract/executor.ts";
import type { Execution } from "./contract/recommendation-types.ts";
import { validateExecution } from "./drive/validate.ts";
import { createPurchaser as createUntyped, type Purchaser, type PurchaserOptions } from "./purchaser.ts";

/**
 * Makes a purchaser from a ledger and the providers that the executions need.
 *
 * Throws a RefusedError `invalid-configuration` for a lease that is no whole number of milliseconds from 1,000 to 86,400,000.
 */
export function createPurchaser(options: PurchaserOptions): Purchaser {
  return createUntyped(options);
}

/**
 * Checks what was read from JSON, say, without a purchaser. Asks nobody. Throws an InvalidExecutionError that lists every problem,
 * also for a service that none of these providers has.
 */
export function validate(execution: unknown, providers: readonly Provider[]): Execution {
  return validateExecution(execution, providers);
}
