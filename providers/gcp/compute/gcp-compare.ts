import type { Difference } from "../../../src/contract/executor.ts";
import type { GcpCommitment } from "./gcp-commitment.ts";
import type { PurchaseRequest } from "./gcp-purchase-request.ts";

/** Stands in a difference for a value that Google did not give. */
export const notStated = "not stated";

type Asked = Pick<PurchaseRequest, "category" | "type" | "plan" | "autoRenew" | "resources">;

/** What differs between a commitment and what was asked for, in all that decides money. */
export function differencesOf(asked: Asked, found: GcpCommitment): Difference[] {
  const differences: Difference[] = [];
  const compare = (field: string, wanted: string, there: string | undefined) => {
    if (there !== wanted) differences.push({ field, asked: wanted, found: there ?? notStated });
  };
  compare("category", asked.category, found.category);
  compare("type", asked.type, found.type);
  compare("plan", asked.plan, found.plan);
  // Google's default, where it says nothing.
  compare("autoRenew", String(asked.autoRenew), String(found.autoRenew ?? false));
  compare("resources", resourcesOf(asked.resources), resourcesOf(found.resources));
  if (found.licenseResource) compare("licenseResource", "none", "a licence");
  return differences;
}

/** `MEMORY 32768, VCPU 8`: every resource with its amount, memory in MB. */
function resourcesOf(
  resources: readonly { readonly type?: string | undefined; readonly amount?: string | undefined }[],
) {
  const list = resources.map(({ type, amount }) => (type && amount ? `${type} ${amount}` : undefined));
  if (list.length === 0 || list.includes(undefined)) return notStated;
  return list.toSorted().join(", ");
}

/** `type is GENERAL_PURPOSE, not GENERAL_PURPOSE_N2; ...`, for a person. */
export function sayDifferences(differences: readonly Difference[]): string {
  return differences.map(({ field, asked, found }) => `${field} is ${found}, not ${asked}`).join("; ");
}
