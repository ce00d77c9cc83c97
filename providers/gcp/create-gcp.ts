import type { Provider } from "../../src/contract/executor.ts";
import { createBigQuery } from "./bigquery/bigquery-executor.ts";
import { createCompute } from "./compute/gcp-executor.ts";
import { createGcpAccess } from "./gcp-access.ts";
import { gcpNotSold } from "./gcp-not-sold.ts";
import { gcpPortal } from "./gcp-portal.ts";
import { gcpSearch } from "./gcp-search.ts";
import { createConnect } from "./gcp-connect.ts";
import { resolveSettings, type GcpSettings } from "./gcp-settings.ts";
import { gcpRecommender } from "./import/gcp-recommender.ts";

/**
 * Google Cloud as a provider: buys resource based committed use discounts of Compute Engine, and capacity commitments of BigQuery. Needs the packages
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
  const connect = createConnect(resolved);
  return {
    name: "gcp",
    imitation: resolved.endpoint?.insecure ?? false,
    access: createGcpAccess(connect, resolved),
    sources: { "gcp-recommender": gcpRecommender },
    searchByHand: gcpSearch(settings),
    portalOf: gcpPortal(settings),
    services: {
      ...createCompute(connect, resolved),
      bigquery: createBigQuery(connect, resolved),
      ...Object.fromEntries(gcpNotSold.map((executor) => [executor.service, executor])),
    },
  };
}
