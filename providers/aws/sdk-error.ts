import { cutCode } from "../../src/contract/clean-text.ts";
import { maskToken } from "../../src/contract/token.ts";

/** What this package reads from an error of the AWS SDK; everything may be missing. */
export interface SdkError {
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;
  /**
   * The service's error code, only where it really stood in the answer: in the body, or for the services that answer in
   * JSON also in the header `x-amzn-errortype`, which the SDK shows as the error's `name` alone. That name is no proof
   * where the SDK makes it up: `NotFound` for a 404 without a readable body, `Unknown` otherwise (tried, client-ec2 3.1169,
   * client-memorydb 3.1124, client-opensearch 3.1138), the status itself with an older one (client-mediaconnect 3.654).
   */
  readonly code: string | undefined;
  /** `name`, such as `CredentialsProviderError`, `TimeoutError`. */
  readonly name: string;
  /** Without tokens and session tokens: it goes into messages and logs. */
  readonly message: string;
  /** Of Node: `ECONNREFUSED`, `ENOTFOUND`. */
  readonly systemCode: string | undefined;
}

/** Some answers carry an encoded text of a few thousand characters, which a person can have decoded: it stays whole. */
const longestMessage = 10_000;

/** Reads an error of the AWS SDK without trusting its shape. */
export function readSdkError(error: unknown): SdkError {
  const fields = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {};
  const metadata = (fields["$metadata"] ?? {}) as Record<string, unknown>;
  const status = metadata["httpStatusCode"];
  return {
    status: typeof status === "number" ? status : undefined,
    code:
      text(fields["Code"]) ??
      text((fields["Error"] as Record<string, unknown> | undefined)?.["Code"]) ??
      (typeof status === "number" ? namedByService(fields) : undefined),
    name: text(fields["name"]) ?? "Error",
    message: withoutSecrets(
      // The SDK appends advice for its own users to what it could not read.
      (error instanceof Error ? error.message : String(error)).replace(/\s{0,10}Deserialization error:[^]*$/, ""),
    ).slice(0, longestMessage),
    systemCode: text(fields["code"]),
  };
}

/** `code: message`, as it is quoted to people. */
export function saidBy({ code, systemCode, name, message }: SdkError): string {
  return `${code ?? systemCode ?? name}: ${message}`;
}

/** A signature that does not match is answered with the request as AWS read it, session token included. */
function withoutSecrets(message: string): string {
  return message.replace(/(x-amz-security-token[:=])\S+/gi, "$1…").replace(/[0-9a-f]{64,}/gi, maskToken);
}

/** Names that the SDK makes up where the answer has none; `404`, too. */
const madeUpNames = /^(NotFound|Unknown|UnknownError|\d+)$/;

/** Only what the SDK built from an answer of the service has a `$fault`. */
function namedByService(fields: Record<string, unknown>): string | undefined {
  const name = text(fields["name"]);
  return text(fields["$fault"]) === undefined || name === undefined || madeUpNames.test(name) ? undefined : name;
}

const throttlingCodes = new Set([
  // ElastiCache and MemoryDB.
  "APICallRateForCustomerExceeded",
  "APICallRateForCustomerExceededFault",
  "RequestLimitExceeded",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "RequestThrottled",
  "RequestThrottledException",
  "TooManyRequestsException",
  "SlowDown",
]);

/** The service asked to come back later. */
export function isThrottling({ status, code }: SdkError): boolean {
  return status === 429 || (code !== undefined && throttlingCodes.has(code));
}

/** Whether a read that failed may succeed later without anybody's doing: it says nothing of who asks. */
export function isPassing(problem: SdkError): boolean {
  const { status } = problem;
  return obstacleOf(problem) === undefined && (status === undefined || status >= 500 || isThrottling(problem));
}

/** What has to be changed, by a person, before a refused call can succeed. */
export type Obstacle =
  /** No credentials, or some that the service does not accept (any more). */
  | "credentials"
  /** The request was signed with a time that is minutes off, or with credentials that expired: the codes are the same. */
  | "clock"
  /** The account has to subscribe to the service, or to enable the region. */
  | "opt-in"
  /** The credentials are good, but lack the permission. */
  | "permission";

const obstacles: Readonly<Record<string, Obstacle>> = {
  AuthFailure: "credentials",
  ExpiredToken: "credentials",
  ExpiredTokenException: "credentials",
  IncompleteSignature: "credentials",
  IncompleteSignatureException: "credentials",
  InvalidAccessKeyId: "credentials",
  InvalidClientTokenId: "credentials",
  InvalidSignatureException: "credentials",
  InvalidToken: "credentials",
  MissingAuthenticationToken: "credentials",
  MissingAuthenticationTokenException: "credentials",
  SignatureDoesNotMatch: "credentials",
  TokenRefreshRequired: "credentials",
  UnrecognizedClientException: "credentials",
  RequestExpired: "clock",
  RequestInTheFuture: "clock",
  RequestTimeTooSkewed: "clock",
  OptInRequired: "opt-in",
  OptInRequiredException: "opt-in",
  SubscriptionRequiredException: "opt-in",
  // The services that answer in JSON 1.1 refuse with 400 AccessDeniedException.
  AccessDenied: "permission",
  AccessDeniedException: "permission",
  UnauthorizedOperation: "permission",
};

const expiredCodes = new Set(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"]);

/**
 * Whether a call was refused because the session that signed it is over. EC2 says `RequestExpired`, which may as well be about the
 * clock: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function isExpiredSession({ code }: SdkError): boolean {
  return code !== undefined && expiredCodes.has(code);
}

const credentialNames = new Set(["CredentialsProviderError", "TokenProviderError"]);

/**
 * What stands in the way of a call that was refused; undefined for everything that is not about who asks, where or when.
 * The status alone says little: 403 also comes with codes about credentials and subscriptions.
 */
export function obstacleOf({ status, code, name, message }: SdkError): Obstacle | undefined {
  if (credentialNames.has(name)) return "credentials";
  const known = code !== undefined && Object.hasOwn(obstacles, code) ? obstacles[code] : undefined;
  // The signature carries the time: "Signature expired: … is now earlier than …", "Signature not yet current: …".
  if (known === "credentials" && /signature (expired|not yet current)/i.test(message)) return "clock";
  return known ?? (status === 403 ? "permission" : undefined);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? cutCode(value) : undefined;
}
