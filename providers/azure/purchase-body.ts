import type { AppliedScopeProperties, PurchaseRequestProperties, SkuName } from "@azure/arm-reservations";
import type { JsonObject } from "../../src/contract/json.ts";
import type { AppliedScope, AnyAzureReservation } from "./azure-schema.ts";
import type { AzureService } from "./azure-services.ts";

/**
 * The body of `calculatePrice` and of the purchase, as it is on the wire:
 * https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/calculate. The SDK's `PurchaseRequest` is
 * flattened and knows no `tags`; its serialiser would drop them.
 */
export type ReservationPurchaseBody = {
  readonly sku: SkuName;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: PurchaseRequestProperties;
};

/** The body as plain JSON values, as it is sent and as the ledger keeps it. */
export function toJson(body: object): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}

/** The purchase that a recommendation asks for, without its marker. Every field that decides money is written out. */
export function bodyOf(service: AzureService, recommendation: AnyAzureReservation): ReservationPurchaseBody {
  const { appliedScope, instanceFlexibility, tenantId } = recommendation;
  return {
    sku: { name: recommendation.sku },
    location: recommendation.region,
    properties: {
      reservedResourceType: service.reservedResourceType,
      billingScopeId: `/subscriptions/${recommendation.subscriptionId}`,
      term: recommendation.term,
      billingPlan: recommendation.billingPlan,
      quantity: recommendation.quantity,
      displayName: `buyonce-${service.name}`,
      ...appliedTo(appliedScope, tenantId),
      renew: recommendation.renew ?? false,
      ...(instanceFlexibility === undefined ? {} : { reservedResourceProperties: { instanceFlexibility } }),
    },
  };
}

/**
 * `appliedScopes` is on its way out for Single (https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/calculate),
 * so the applied scope goes into `appliedScopeProperties`, with fully qualified ids. For a management group Azure
 * wants its id and the tenant's.
 */
export function appliedTo(
  scope: AppliedScope,
  tenantId: string | undefined,
): Pick<PurchaseRequestProperties, "appliedScopeType" | "appliedScopeProperties"> {
  if (scope.type === "Shared") return { appliedScopeType: "Shared" };
  if (scope.type === "Single") {
    const subscription = `/subscriptions/${scope.subscriptionId}`;
    const appliedScopeProperties: AppliedScopeProperties =
      scope.resourceGroup === undefined
        ? { subscriptionId: subscription }
        : { resourceGroupId: `${subscription}/resourceGroups/${scope.resourceGroup}` };
    return { appliedScopeType: "Single", appliedScopeProperties };
  }
  const id = scope.managementGroupId;
  const managementGroupId = id.startsWith("/") ? id : `/providers/Microsoft.Management/managementGroups/${id}`;
  const tenant = scope.tenantId ?? tenantId;
  return {
    appliedScopeType: "ManagementGroup",
    appliedScopeProperties: { managementGroupId, ...(tenant === undefined ? {} : { tenantId: tenant }) },
  };
}
