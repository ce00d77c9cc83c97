import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import { createAzureAccess } from "./azure-access.ts";
import { azureNotSold } from "./azure-not-sold.ts";
import { azurePortal } from "./azure-portal.ts";
import { azureSearch } from "./azure-search.ts";
import { createTenantCredentials } from "./azure-credential.ts";
import { createCatalog } from "./azure-catalog.ts";
import { createReservationExecutor } from "./azure-executor.ts";
import { createOrderInventory } from "./azure-inventory.ts";
import { createLimits } from "./azure-limits.ts";
import { calculateRefund } from "./azure-refund.ts";
import { azureServices } from "./azure-services.ts";
import { resolveSettings, type AzureSettings } from "./azure-settings.ts";
import { makeOncePerTenant } from "./make-once.ts";
import { readFacts, reservationOrders } from "./reservation-orders.ts";
import { connectReservations } from "./reservations-client.ts";
import { createBillingBenefitsClient } from "./savings-plans/azure-plan-client.ts";
import { createSavingsPlanExecutor } from "./savings-plans/azure-plan-executor.ts";
import { azureAdvisor } from "./import/azure-advisor.ts";
import { azureConsumption } from "./import/azure-consumption.ts";

/**
 * Azure as a provider: reservation orders of all its services, and savings plans. Sends nothing and makes no credential by itself.
 * Throws a RefusedError `invalid-configuration` for an endpoint or a limit that makes no sense, and for `tenants` that cannot be
 * used. A tenant that `tenants` does not name refuses its own recommendations only.
 *
 * ```ts
 * const azure = createAzure({ cloud: "us-government" });
 * const ofTwo = createAzure({
 *   tenants: {
 *     "10000000-aaaa-bbbb-cccc-100000000001": { clientId: application, clientSecret: { env: "BUYER_SECRET" } },
 *     "*": { use: "default" },
 *   },
 * });
 * ```
 */
export function createAzure(settings: AzureSettings = {}): Provider {
  const resolved = resolveSettings(settings);
  const { purchaseTimeout, endpoint, reservationFlow } = resolved;
  const imitation = endpoint !== undefined && parseEndpoint(endpoint).insecure;
  const credentials = createTenantCredentials(resolved);
  const limitsOf = makeOncePerTenant(() => createLimits(resolved.environment));
  const sharedIn = (tenantId: string | undefined) => ({ credentials, limits: limitsOf(tenantId) });
  const clientOf = makeOncePerTenant((tenantId) => connectReservations({ ...settings, tenantId }, sharedIn(tenantId)));
  const catalogOf = makeOncePerTenant((tenantId) => createCatalog(clientOf(tenantId)));
  const benefitsOf = makeOncePerTenant((tenantId) =>
    createBillingBenefitsClient({ ...settings, tenantId }, sharedIn(tenantId)),
  );
  // Whichever service an order is of: all of them look into one inventory.
  const inventory = createOrderInventory(clientOf, reservationOrders, { facts: readFacts, refund: calculateRefund });
  const parts = { clientOf, catalogOf, inventory, purchaseTimeout, reservationFlow };
  const executors: readonly ServiceExecutor[] = [
    ...azureServices.map((service) => createReservationExecutor(service, parts)),
    createSavingsPlanExecutor(benefitsOf, purchaseTimeout),
    ...azureNotSold,
  ];
  const access = createAzureAccess(settings, credentials);
  return {
    name: "azure",
    imitation,
    access,
    sources: { "azure-consumption": azureConsumption, "azure-advisor": azureAdvisor },
    searchByHand: azureSearch(settings),
    portalOf: azurePortal(settings),
    services: Object.fromEntries(executors.map((executor) => [executor.service, executor])),
  };
}
