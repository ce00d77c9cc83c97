import { refusal } from "./golden-answers.ts";
import type { NamedAnswer } from "./golden-row.ts";

/** What any service of AWS may refuse with, whatever its protocol. */
export const awsErrors: readonly NamedAnswer[] = [
  refusal(400, "InvalidParameterValue"),
  refusal(400, "ValidationException"),
  refusal(400, "RequestExpired"),
  refusal(400, "Throttling"),
  refusal(400, "RequestTimeout"),
  refusal(400, "RequestTimeoutException"),
  refusal(401, "AuthFailure"),
  refusal(403, "AccessDenied"),
  refusal(403, "AccessDeniedException"),
  refusal(403, "ExpiredToken"),
  refusal(403, "SignatureDoesNotMatch"),
  refusal(404, "SomethingNotFound"),
  refusal(408, "SomethingElse"),
  refusal(409, "ConflictException"),
  refusal(409, "IncorrectState"),
  refusal(424, "DependencyFailureException"),
  refusal(429, "TooManyRequestsException"),
  refusal(500, "InternalFailure"),
  refusal(503, "RequestLimitExceeded"),
  refusal(503, "ServiceUnavailable"),
  ["400 InvalidParameterValue, cut", { status: 400, code: "InvalidParameterValue", cut: true }],
];

/** Of those, one of each kind. */
export const awsErrorsInBrief: readonly NamedAnswer[] = awsErrors.filter(([name]) =>
  /InvalidParameterValue|AccessDeniedException|Conflict|DependencyFailure|TooManyRequests|InternalFailure|408/.test(
    name,
  ),
);
