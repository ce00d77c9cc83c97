import { ApiError } from "../http/api-error.ts";
import { createToRefusal } from "../http/refusal.ts";
import { isTransient as isTransientAnywhere } from "../http/repeat-read.ts";

const rateLimits = new Set(["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"]);

/** The service asked to slow down, whatever the status: Compute Engine answers 403 or 429. */
export function isRateLimit(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 429 || rateLimits.has(error.code ?? ""));
}

/** Whether the same read may succeed if it is sent again. */
export function isTransient(error: unknown): boolean {
  return isRateLimit(error) || isTransientAnywhere(error);
}

/** The refusal for a failed read. */
export const toRefusal = createToRefusal({
  cloud: "Google",
  isTransient,
  signIn: "sign in (gcloud auth application-default login), or hand in a credential",
  signInAgain: "sign in again",
  allow: (permission) => `the permission ${permission}, and the API must be enabled`,
  tryAgain: "Drive again later.",
});
