// What goes wrong with an entry of the accounts, in one sentence that names the field, and another that says what to do.
import { BuyonceError, RefusedError } from "../../src/contract/errors.ts";
import { readError } from "./read-error.ts";
import { isPassing, isThrottling, obstacleOf, readSdkError, saidBy } from "./sdk-error.ts";

/** No entry is for an account. */
export function noEntry(accountId: string): RefusedError {
  return new RefusedError({
    code: "credentials-unavailable",
    message: `Nothing says how to sign in to AWS account ${accountId}: add an entry aws.accounts.${accountId}, or aws.accounts.* for every account. Nothing was sent.`,
  });
}

/** `credentialsFor` gave nothing for an account. */
export function notGiven(accountId: string): RefusedError {
  return new RefusedError({
    code: "credentials-unavailable",
    message: `The setting credentialsFor of the AWS provider gave no credentials for AWS account ${accountId}. Have it give some; nothing was sent.`,
  });
}

/** Nobody gave credentials for an account within so many milliseconds. */
export function notInTime(accountId: string, time: number): RefusedError {
  return new RefusedError({
    code: "credentials-unavailable",
    message: `No credentials for AWS account ${accountId} came within ${time / 1000} s. See what is slow: the network, a proxy, a sign-in that waits for somebody; then drive again. Nothing was sent.`,
    retryable: true,
  });
}

/**
 * What gives the credentials of an account gave none: a right that it lacks, a service that does not answer, a defect. Undefined for
 * what this package says itself, and where nobody is signed in.
 */
export function credentialError(error: unknown, accountId: string): RefusedError | undefined {
  const problem = readSdkError(error);
  const obstacle = obstacleOf(problem);
  const isDenied = obstacle === "permission";
  if (BuyonceError.isInstance(error) || (obstacle !== undefined && !isDenied)) return undefined;
  const todo = isDenied ? "Grant what it names to whoever asks for them, and drive again." : "Drive again later.";
  return new RefusedError({
    code: isDenied ? "access-denied" : "lookup-failed",
    message: `What gives the credentials for AWS account ${accountId} gave none (${saidBy(problem)}). ${todo} Nothing was sent.`,
    retryable: isPassing(problem),
    ...(problem.code === undefined ? {} : { providerCode: problem.code }),
    cause: error,
  });
}

/** A profile gave no credentials: it is not there, or its own sign-in is over. */
export function profileError(
  error: unknown,
  { profile, field }: { readonly profile: string; readonly field: string },
): BuyonceError {
  if (BuyonceError.isInstance(error)) return error;
  return new RefusedError({
    code: "credentials-unavailable",
    message: `${field} names the AWS profile "${profile}", which gives no credentials (${saidBy(readSdkError(error))}). Sign in to it (\`aws sso login --profile ${profile}\`), or correct the name; nothing was sent.`,
    cause: error,
  });
}

/** The file of a web identity token cannot be read; undefined for an error of something else. */
export function tokenFileError(
  error: unknown,
  { path, entry }: { readonly path: string; readonly entry: { readonly webIdentityTokenFile: string } },
): RefusedError | undefined {
  const { syscall } = (error ?? {}) as { readonly syscall?: unknown };
  if (syscall !== "open" && syscall !== "read") return undefined;
  return new RefusedError({
    code: "credentials-unavailable",
    message: `${path}.webIdentityTokenFile names the file ${entry.webIdentityTokenFile}, which cannot be read (${saidBy(readSdkError(error))}). Correct the path; nothing was sent.`,
    cause: error,
  });
}

/** Which role could not be assumed. */
export interface RoleContext {
  readonly accountId: string;
  readonly roleArn: string;
  /** `aws.accounts.123456789012` */
  readonly path: string;
  readonly region: string;
}

/** STS did not give a session. It says the same of a role that is not there, a trust policy and an external id that differ. */
export function roleError(error: unknown, { accountId, roleArn, path, region }: RoleContext): BuyonceError {
  if (BuyonceError.isInstance(error)) return error;
  const problem = readSdkError(error);
  const { status, code } = problem;
  const obstacle = obstacleOf(problem);
  const said = saidBy(problem);
  if (obstacle === "permission") {
    return new RefusedError({
      code: "access-denied",
      message: `The role ${roleArn} of AWS account ${accountId} cannot be assumed (${said}). See that it exists, that its trust policy names who asks, and that it asks for the external id of ${path}; nothing was sent.`,
      providerCode: code,
      cause: error,
    });
  }
  if (obstacle === undefined && status !== undefined && status >= 400 && status < 500 && !isThrottling(problem)) {
    return new RefusedError({
      code: "credentials-unavailable",
      message: `STS gives no session for the role ${roleArn} of AWS account ${accountId} (${said}). Correct ${path}; nothing was sent.`,
      providerCode: code,
      cause: error,
    });
  }
  const where = `the role ${roleArn} of AWS account ${accountId}`;
  return readError(error, { permission: "sts:AssumeRole", where, region, code: "lookup-failed" });
}
