import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";
import { createCompute } from "./compute/gcp-executor.ts";
import { createGcpAccess } from "./gcp-access.ts";
import { gcpParticulars } from "./gcp-particulars.ts";
import { gcpPortal } from "./gcp-portal.ts";
import { gcpSearch } from "./gcp-search.ts";
import { createConnect } from "./gcp-connect.ts";
import { resolveSettings, type GcpSettings } from "./gcp-settings.ts";
import { gcpRecommender } from "./import/gcp-recommender.ts";

/**
 * What Google sells commitments or discounts of, but has no API to buy with. An earlier program "bought" there by
 * creating real databases and buckets.
 */
const withoutApi = {
  cloudsql: "Buy its committed use discount in the Google Cloud console (Billing, Committed use discounts).",
  memorystore: "Buy its committed use discount in the Google Cloud console (Billing, Committed use discounts).",
  cloudstorage: "Google sells no commitment of it to everyone: ask your Google Cloud account team.",
} as const;

/**
 * Google Cloud as a provider: buys resource based committed use discounts of Compute Engine. Needs the packages
 * `@google-cloud/compute` and `@google-cloud/billing`, which are loaded when they are first used. Sends nothing and looks
 * for no credential by itself.
 *
 * Throws a RefusedError `invalid-configuration` for settings that cannot be used. A project that `projects` does not name
 * refuses its own recommendations only.
 *
 * ```ts
 * const gcp = createGcp({ projects: { "*": { impersonate: "buyer@hub-project.iam.gserviceaccount.com" } } });
 * ```
 */
export function createGcp(settings: GcpSettings = {}): Provider {
  const resolved = resolveSettings(settings);
  const refused = Object.entries(withoutApi).map(([service, instead]): [string, ServiceExecutor] => [
    service,
    serviceWithoutApi({ provider: "gcp", service, instead }),
  ]);
  const connect = createConnect(resolved);
  return {
    name: "gcp",
    imitation: resolved.endpoint?.insecure ?? false,
    access: createGcpAccess(connect, resolved),
    sources: { "gcp-recommender": gcpRecommender },
    particularsOf: gcpParticulars,
    searchByHand: gcpSearch(settings),
    portalOf: gcpPortal(settings),
    services: { compute: createCompute(connect, resolved), ...Object.fromEntries(refused) },
  };
}
