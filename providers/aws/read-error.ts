import { BuyonceError, RefusedError, type ErrorCode } from "../../src/spec/errors.ts";
import { isAccessDenied, isCredentialProblem, isThrottling, readSdkError } from "./sdk-error.ts";

/** What was being asked when a read went wrong. */
export interface ReadContext {
  /** The IAM permission that the call needs: `ec2:DescribeReservedInstances`. */
  readonly permission: string;
  /** `AWS account 123456789012, us-east-1`. */
  readonly where: string;
  /** The code for everything that is neither about credentials nor about rights. */
  readonly code: ErrorCode;
}

/** Turns what the SDK threw at a read into a RefusedError that says what to do; errors of this package stay as they are. */
export function readError(error: unknown, { permission, where, code }: ReadContext): BuyonceError {
  if (BuyonceError.isInstance(error)) return error;
  const problem = readSdkError(error);
  const said = `${problem.code ?? problem.systemCode ?? problem.name}: ${problem.message}`;
  if (isCredentialProblem(problem)) {
    return new RefusedError({
      code: "credentials-unavailable",
      message: `No usable AWS credentials for ${where} (${said}). Sign in, or set the credentials, and drive again.`,
      cause: error,
    });
  }
  if (isAccessDenied(problem)) {
    return new RefusedError({
      code: "access-denied",
      message: `${where} refuses the call (${said}). Grant the permission ${permission} and drive again.`,
      cause: error,
    });
  }
  return new RefusedError({
    code,
    message: `${permission} gave no usable answer for ${where} (${said}). Drive again later.`,
    retryable: problem.status === undefined || problem.status >= 500 || isThrottling(problem),
    cause: error,
  });
}

/** A read that throws RefusedErrors, or the signal's reason. */
export async function reading<Answer>(
  context: ReadContext,
  signal: AbortSignal,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw readError(error, context);
  }
}
