import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import { createExecutor } from "./azure-executor.ts";
import { oncePerTenant } from "./once-per-tenant.ts";
import { createBillingBenefitsClient } from "./savings-plans/azure-plan-client.ts";
import { createSavingsPlanExecutor } from "./savings-plans/azure-plan-executor.ts";
import { createReservationInventory } from "./reservation-inventory.ts";
import { services } from "./services/index.ts";
import { createSessions } from "./tenant-session.ts";
import { resolveSettings, type AzureSettings } from "./azure-settings.ts";

/**
 * Azure as a provider: reservation orders of seven services, and savings plans. Sends nothing and makes no credential by itself.
 * Throws a RefusedError `invalid-configuration` for an endpoint or a limit that makes no sense.
 *
 * ```ts
 * const azure = createAzure({ cloud: "us-government" });
 * ```
 */
export function createAzure(settings: AzureSettings = {}): Provider {
  const { purchaseTimeout, endpoint } = resolveSettings(settings);
  if (endpoint !== undefined) parseEndpoint(endpoint);
  const sessionOf = createSessions(settings);
  const benefitsOf = oncePerTenant((tenantId) => createBillingBenefitsClient({ ...settings, tenantId }));
  const inventory = createReservationInventory((tenantId) => sessionOf(tenantId).client);
  const executors: readonly ServiceExecutor[] = [
    ...services.map((service) => createExecutor(service, { sessionOf, inventory, purchaseTimeout })),
    createSavingsPlanExecutor(benefitsOf, purchaseTimeout),
  ];
  return { name: "azure", services: Object.fromEntries(executors.map((executor) => [executor.service, executor])) };
}
