import { ApiError } from "../http/api-error.ts";
import { adviceForRefusal } from "./gcp-advice.ts";
import { createToRefusal } from "../http/refusal.ts";
import { isTransient as isTransientAnywhere } from "../http/repeat-read.ts";

const rateLimits = new Set(["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"]);

/** The API that a permission belongs to: what is not of Compute Engine is the price list's. */
function apiOf(permission: string): string {
  if (permission.startsWith("resourcemanager.")) return "cloudresourcemanager.googleapis.com";
  if (permission.startsWith("bigquery.")) return "bigqueryreservation.googleapis.com";
  return permission.startsWith("compute.") ? "compute.googleapis.com" : "cloudbilling.googleapis.com";
}

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
  allow: (permission) => `the permission ${permission}`,
  otherCause: (error, permission) => adviceForRefusal(error, apiOf(permission)),
  tryAgain: "Drive again later.",
});
