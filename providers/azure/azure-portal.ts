import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { AzureCloud } from "./clouds.ts";
import type { AzureSettings } from "./azure-settings.ts";

/** https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure, https://learn.microsoft.com/azure/china/resources-developer-guide */
const portals: Readonly<Record<AzureCloud, string>> = {
  public: "https://portal.azure.com",
  "us-government": "https://portal.azure.us",
  china: "https://portal.azure.cn",
};

/**
 * The address of the Azure portal for what a recommendation bought: its order, as the portal addresses any resource by its id; without an id the
 * list of all reservations. Undefined at an endpoint of one's own.
 */
export function azurePortal({ cloud = "public", endpoint }: Pick<AzureSettings, "cloud" | "endpoint"> = {}) {
  return ({ service, tenantId }: AnyRecommendation, id?: string): string | undefined => {
    if (endpoint !== undefined) return undefined;
    const portal = portals[cloud];
    const tenant = typeof tenantId === "string" ? `@${encodeURIComponent(tenantId)}/` : "";
    if (id === undefined || !/^[0-9a-f-]{36}$/i.test(id)) {
      return service === "savings-plans"
        ? undefined
        : `${portal}/#${tenant}blade/Microsoft_Azure_Reservations/ReservationsBrowseBlade`;
    }
    const kind =
      service === "savings-plans"
        ? "Microsoft.BillingBenefits/savingsPlanOrders"
        : "Microsoft.Capacity/reservationOrders";
    return `${portal}/#${tenant}resource/providers/${kind}/${id}/overview`;
  };
}
