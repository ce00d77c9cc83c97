import { type SearchByHand, shellCommand, type Sought, textIn } from "../../src/contract/search-by-hand.ts";
import { aliasPath } from "./aliases/order-alias.ts";
import { reservationAliases } from "./aliases/reservation-alias.ts";
import { clouds } from "./clouds.ts";
import type { AzureSettings } from "./azure-settings.ts";
import { capacityVersion } from "./reservations-client.ts";
import { planAliases } from "./savings-plans/azure-plan-alias.ts";
import { billingBenefitsVersion } from "./savings-plans/azure-plan-client.ts";

/** https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/get */
const orderPath = (id: string) =>
  `/providers/Microsoft.Capacity/reservationOrders/${encodeURIComponent(id)}?api-version=${capacityVersion}`;
/** https://learn.microsoft.com/rest/api/billingbenefits/savings-plan-order-alias/get */
const planAliasPath = (name: string) => `${aliasPath(planAliases, name)}?api-version=${billingBenefitsVersion}`;
/** https://learn.microsoft.com/rest/api/billingbenefits/reservation-order-alias/get */
const reservationAliasPath = (name: string) => `${aliasPath(reservationAliases, name)}?api-version=${capacityVersion}`;

/**
 * How a person looks with the Azure CLI for what a recommendation bought. One order is asked for at the whole address of its cloud: signed
 * in to another cloud, the command fails, instead of finding nothing. https://learn.microsoft.com/cli/azure/reference-index#az-rest
 */
export function azureSearch({ cloud = "public", endpoint }: Pick<AzureSettings, "cloud" | "endpoint"> = {}) {
  const address = endpoint ?? clouds[cloud].endpoint;
  const isImitated = endpoint?.startsWith("http:") === true;
  return ({ recommendation: { service, tenantId }, handle }: Sought): SearchByHand => {
    const tenant = typeof tenantId === "string" ? `tenant ${tenantId}` : "the tenant that buys";
    const signedIn = `Azure${cloud === "public" ? "" : ` (${cloud})`}, ${tenant}`;
    const ask = (path: string) => {
      const url = `${address.replace(/\/$/, "")}${path}`;
      const words = ["az", "rest", "--method", "get", "--url", url];
      // A dummy answers on loopback: no credential is sent there.
      return shellCommand([...words, ...(isImitated ? ["--skip-authorization-header"] : [])]);
    };
    const order = textIn(handle, "reservationOrderId");
    const alias = textIn(handle, "aliasName");
    if (order !== undefined) {
      return {
        shows: `The reservation order ${order}. HTTP 404 says that there is none.`,
        signedIn,
        command: ask(orderPath(order)),
      };
    }
    if (alias !== undefined) {
      return {
        shows: `The order alias ${alias}. HTTP 404 says that there is none.`,
        signedIn,
        command: ask(service === "savings-plans" ? planAliasPath(alias) : reservationAliasPath(alias)),
      };
    }
    // These follow the pages of the list, which az rest does not: https://learn.microsoft.com/cli/azure/reservations/reservation-order
    const list =
      service === "savings-plans"
        ? ["billing-benefits", "savings-plan-order", "list"]
        : ["reservations", "reservation-order", "list"];
    return {
      shows: "An order among all that the tenant has.",
      signedIn,
      command: shellCommand(["az", ...list, "--output", "table"]),
    };
  };
}
