import { z } from "zod";
import { maskToken } from "../../src/contract/token.ts";
import type { UnknownObject } from "../http/answer.ts";
import { quoteCode, type ErrorWords } from "../http/api-error.ts";

const text = z.string().min(1).optional().catch(undefined);
const reasons = z
  .array(z.object({ reason: text }).catch({}))
  .optional()
  .catch(undefined);

/** https://docs.cloud.google.com/compute/docs/api/how-tos/handling-api-responses and google.rpc.Status. */
const errorSchema = z.object({
  error: z.object({ message: text, status: text, errors: reasons, details: reasons }),
});

/**
 * Reasons of `google.api.ErrorReason`, which stand in the details and say more than the `forbidden` beside them.
 * https://docs.cloud.google.com/service-infrastructure/docs/service-control/reference/rest/v1/ErrorReason
 */
const telling = new Set([
  "SERVICE_DISABLED",
  "BILLING_DISABLED",
  "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
  "USER_PROJECT_DENIED",
  "CONSUMER_INVALID",
  "CONSUMER_SUSPENDED",
  "SECURITY_POLICY_VIOLATED",
  "ORG_RESTRICTION_VIOLATION",
  "LOCATION_POLICY_VIOLATED",
]);

/**
 * Why, in the API's word, only where it really stood in the answer: `alreadyExists`, `quotaExceeded`, `notFound`, or of the
 * details `BILLING_DISABLED`; where there is no such word, that of its status: `PERMISSION_DENIED`. Tokens are masked.
 */
export function errorOf(body: UnknownObject | undefined): ErrorWords {
  const error = errorSchema.safeParse(body).data?.error;
  const detail = error?.details?.find(({ reason }) => reason !== undefined && telling.has(reason));
  const code = detail?.reason ?? error?.errors?.[0]?.reason ?? error?.status;
  return { code: code === undefined ? undefined : quoteCode(code), message: maskTokens(error?.message) };
}

/** Google's own words for a person: no token in full, no endless text, no final stop. */
export function maskTokens(said: string | undefined): string | undefined {
  return said
    ?.replace(/[0-9a-f]{64,}/gi, maskToken)
    .slice(0, 500)
    .replace(/[.\s]+$/, "");
}
