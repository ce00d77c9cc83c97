import { BuyonceError, type ErrorCode, messageOf, RefusedError } from "../contract/errors.ts";

/**
 * Runs a step that moves no money. An error of this package passes as it is; any other becomes a RefusedError with the
 * code of the step.
 */
export async function asRefusal<T>(code: ErrorCode, what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (BuyonceError.isInstance(error)) throw error;
    throw new RefusedError({
      code,
      message: `${what}: ${messageOf(error)}. Nothing was sent; drive again.`,
      retryable: true,
      cause: error,
    });
  }
}
