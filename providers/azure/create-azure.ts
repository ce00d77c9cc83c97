import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import { createCatalog } from "./azure-catalog.ts";
import { createReservationExecutor } from "./azure-executor.ts";
import { createOrderInventory } from "./azure-inventory.ts";
import { calculateRefund } from "./azure-refund.ts";
import { azureServices } from "./azure-services.ts";
import { resolveSettings, type AzureSettings } from "./azure-settings.ts";
import { makeOncePerTenant } from "./make-once.ts";
import { readFacts, reservationOrders } from "./reservation-orders.ts";
import { createReservationsClient } from "./reservations-client.ts";
import { createBillingBenefitsClient } from "./savings-plans/azure-plan-client.ts";
import { createSavingsPlanExecutor } from "./savings-plans/azure-plan-executor.ts";

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
  const clientOf = makeOncePerTenant((tenantId) => createReservationsClient({ ...settings, tenantId }));
  const catalogOf = makeOncePerTenant((tenantId) => createCatalog(clientOf(tenantId)));
  const benefitsOf = makeOncePerTenant((tenantId) => createBillingBenefitsClient({ ...settings, tenantId }));
  // Whichever service an order is of: all of them look into one inventory.
  const inventory = createOrderInventory(clientOf, reservationOrders, { facts: readFacts, refund: calculateRefund });
  const parts = { clientOf, catalogOf, inventory, purchaseTimeout };
  const executors: readonly ServiceExecutor[] = [
    ...azureServices.map((service) => createReservationExecutor(service, parts)),
    createSavingsPlanExecutor(benefitsOf, purchaseTimeout),
  ];
  return { name: "azure", services: Object.fromEntries(executors.map((executor) => [executor.service, executor])) };
}
