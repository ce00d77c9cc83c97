import type { Particulars } from "../../src/contract/particulars.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { AzureCloud } from "./clouds.ts";

const hosts: Readonly<Record<AzureCloud, string>> = {
  public: "portal.azure.com",
  "us-government": "portal.azure.us",
  china: "portal.azure.cn",
};

/** What a person wants to know about a recommendation for Azure: the page lists reservations and savings plans alike. */
export function azureParticulars(cloud: AzureCloud = "public") {
  return ({ tenantId }: AnyRecommendation): Particulars => {
    const tenant = typeof tenantId === "string" ? `@${encodeURIComponent(tenantId)}/` : "";
    return {
      portal: `https://${hosts[cloud]}/#${tenant}view/Microsoft_Azure_Reservations/ReservationsBrowseBlade`,
    };
  };
}
