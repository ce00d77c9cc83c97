import type { Provider } from "../../src/contract/executor.ts";
import { awsNotSold } from "./aws-not-sold.ts";
import { createAwsAccess } from "./aws-access.ts";
import { createConnect } from "./aws-connect.ts";
import { awsPortal } from "./aws-portal.ts";
import { awsSearch } from "./aws-search.ts";
import { awsServices } from "./aws-services.ts";
import { resolveSettings, type AwsSettings } from "./aws-settings.ts";
import { costExplorer } from "./import/cost-explorer.ts";

/**
 * Amazon Web Services. A further service is one more entry of `awsServices`; they share the account check and the client
 * configurations of `connect`.
 *
 * Throws a RefusedError `invalid-configuration` for settings that cannot be used.
 */
export function createAws(settings: AwsSettings = {}): Provider {
  const resolved = resolveSettings(settings);
  const connect = createConnect(resolved);
  return {
    name: "aws",
    imitation: resolved.endpoint?.insecure ?? false,
    access: createAwsAccess(connect, resolved),
    sources: { "cost-explorer": costExplorer },
    searchByHand: awsSearch(settings),
    portalOf: awsPortal(settings),
    services: {
      ...Object.fromEntries(
        Object.entries(awsServices).map(([service, { create }]) => [service, create(connect, resolved)]),
      ),
      ...Object.fromEntries(awsNotSold.map((executor) => [executor.service, executor])),
    },
  };
}
