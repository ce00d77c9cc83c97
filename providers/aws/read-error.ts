import { BuyonceError, RefusedError, type ErrorCode } from "../../src/contract/errors.ts";
import { adviceOn } from "./aws-advice.ts";
import { isPassing, obstacleOf, type Obstacle, readSdkError, saidBy } from "./sdk-error.ts";

/** What was being asked when a read went wrong. */
export interface ReadContext {
  /** The IAM permission that the call needs: `ec2:DescribeReservedInstances`. */
  readonly permission: string;
  /** `AWS account 123456789012, us-east-1`. */
  readonly where: string;
  /** Where it was asked, if that is known: `us-east-1`. */
  readonly region?: string | undefined;
  /** The code for everything that is neither about credentials nor about rights. */
  readonly code: ErrorCode;
}

const codes: Readonly<Record<Obstacle, ErrorCode>> = {
  credentials: "credentials-unavailable",
  clock: "credentials-unavailable",
  "opt-in": "access-denied",
  permission: "access-denied",
};

/** Turns what the SDK threw at a read into a RefusedError that says what to do; errors of this package stay as they are. */
export function readError(error: unknown, { permission, where, region, code }: ReadContext): BuyonceError {
  if (BuyonceError.isInstance(error)) return error;
  const problem = readSdkError(error);
  const obstacle = obstacleOf(problem);
  const advice =
    adviceOn(problem, { title: permission.replace(/:.*/, ""), permission, region }) ?? "Drive again later.";
  return new RefusedError({
    code: obstacle === undefined ? code : codes[obstacle],
    message: `${whatHappened(obstacle, permission, where)} (${saidBy(problem)}). ${advice}`,
    retryable: isPassing(problem),
    cause: error,
  });
}

function whatHappened(obstacle: Obstacle | undefined, permission: string, where: string): string {
  if (obstacle === undefined) return `${permission} gave no usable answer for ${where}`;
  return obstacle === "credentials" ? `No usable AWS credentials for ${where}` : `${where} refuses the call`;
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
