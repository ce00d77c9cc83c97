import { ApiError } from "../../http/api-error.ts";

/** What Azure Resource Manager says about things above an alias or an order: they prove nothing about those. */
const elsewhere = new Set(["SubscriptionNotFound", "ResourceGroupNotFound", "ResourceTypeNotFound", "TenantNotFound"]);

/**
 * Whether an answer says that there is no such alias or order: 404 with a code of its own that ends so. Which code the
 * service uses is an assumption, no recording shows it. A 404 without a code may come from a gateway.
 */
export function isNotFound(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 404) return false;
  const code = error.code ?? "";
  return code.endsWith("NotFound") && !elsewhere.has(code);
}
