import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { armErrorAnswer } from "./arm-answer.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";

/** What a tenant has used of its hour. */
type UsedWrites = { readonly since: number; readonly used: number };

const header = "x-ms-ratelimit-remaining-tenant-writes";

/**
 * Answers a request, if the tenant's limit still takes it: 1,200 writes an hour, of which prices are some. The hour begins with the
 * first one; that it is an hour that ends at once, and not a bucket that is filled up, is the harder of the two for whoever asks.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function withinLimit(
  { method, tenant }: Pick<SandboxRequest, "method"> & { readonly tenant: string | undefined },
  { store, now }: Pick<ImitationContext, "store" | "now">,
  { writeLimit }: Pick<AzureBehaviour, "writeLimit">,
  answer: () => SandboxResponse,
): SandboxResponse {
  const { writes, within } = writeLimit;
  if (method === "GET" || writes === Number.POSITIVE_INFINITY) return answer();
  const counts = usedWrites(store);
  const id = tenant ?? "default";
  const known = counts.get(id);
  const current = known === undefined || now >= known.since + within ? { since: now, used: 0 } : known;
  if (current.used >= writes) return throttled(current.since + within - now);
  counts.set(id, { ...current, used: current.used + 1 });
  const { headers, ...rest } = answer();
  return { ...rest, headers: { ...headers, [header]: String(writes - current.used - 1) } };
}

function usedWrites(store: SandboxStore) {
  return store.collection<UsedWrites>("azure.writes");
}

/** The words are those of Azure Resource Manager's page; that the code is the tenant's own is an assumption. */
function throttled(left: number): SandboxResponse {
  const seconds = Math.max(1, Math.ceil(left / 1_000));
  const message = `Number of 'write' requests for the tenant exceeded. Please try again after '${seconds}' seconds.`;
  const { headers, ...rest } = armErrorAnswer(429, "TenantRequestsThrottled", message);
  return { ...rest, headers: { ...headers, "retry-after": String(seconds), [header]: "0" } };
}
