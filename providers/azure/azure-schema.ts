import { z } from "zod";
import { moneySchema } from "../../src/contract/money.ts";
import { quantitySchema, type Recommendation } from "../../src/contract/recommendation.ts";

/**
 * What the reservation's discount applies to: everything in the billing context, one subscription or resource group, or
 * a management group.
 */
export type AppliedScope =
  | { readonly type: "Shared" }
  | { readonly type: "Single"; readonly subscriptionId: string; readonly resourceGroup?: string | undefined }
  | {
      readonly type: "ManagementGroup";
      /** The group's name, or its full id `/providers/Microsoft.Management/managementGroups/<name>`. */
      readonly managementGroupId: string;
      /** Required by Azure here; left out: the recommendation's own tenant. */
      readonly tenantId?: string | undefined;
    };

/** An Azure reservation to buy. */
export interface AzureRecommendation extends Recommendation {
  readonly provider: "azure";
  /** The tenant whose credential buys and whose orders are looked through; left out: the credential's own. */
  readonly tenantId?: string | undefined;
  /** The subscription that is billed. */
  readonly subscriptionId: string;
  /** `westus`; `global` for software plans. */
  readonly region: string;
  /** `Standard_B1ls`. */
  readonly sku: string;
  /** Units; for some database services vCores. */
  readonly quantity: number;
  readonly term: "P1Y" | "P3Y" | "P5Y";
  /** Upfront takes the whole sum at once. Never left to a default: Azure's own is Upfront. */
  readonly billingPlan: "Upfront" | "Monthly";
  readonly appliedScope: AppliedScope;
  /** Whether the discount reaches other sizes of the same group; virtual machines only. */
  readonly instanceFlexibility?: "On" | "Off" | undefined;
  /** Buy again when the term ends; false when left out. */
  readonly renew?: boolean | undefined;
}

/** A tenant or a subscription. */
export const guid = z.guid("must be a GUID");

/** A resource group name: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const resourceGroup = z
  .string()
  .regex(/^[\p{L}\p{N}_().-]{1,89}[\p{L}\p{N}_()-]$|^[\p{L}\p{N}_()-]$/u, "must be a resource group name");

const managementGroup = z
  .string()
  .regex(
    /^(\/providers\/Microsoft\.Management\/managementGroups\/)?[A-Za-z0-9_().-]{1,90}$/i,
    "must be a management group id",
  );

/** What the discount applies to. */
export const appliedScopeSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("Shared") }),
  z.strictObject({ type: z.literal("Single"), subscriptionId: guid, resourceGroup: resourceGroup.optional() }),
  z.strictObject({ type: z.literal("ManagementGroup"), managementGroupId: managementGroup, tenantId: guid.optional() }),
]);

/** The strict schema of one service's recommendation. Nothing that decides money has a default. */
export function createSchema(service: {
  readonly name: string;
  readonly flexible: boolean;
}): z.ZodType<AzureRecommendation> {
  const common = z.strictObject({
    provider: z.literal("azure"),
    service: z.literal(service.name),
    tenantId: guid.optional(),
    subscriptionId: guid,
    region: z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ]{0,60}[A-Za-z0-9])?$/, 'must be a region such as "westus"'),
    sku: z.string().regex(/^[^\s/]{1,256}$/, "must be a SKU name without spaces"),
    quantity: quantitySchema,
    term: z.enum(["P1Y", "P3Y", "P5Y"]),
    billingPlan: z.enum(["Upfront", "Monthly"]),
    appliedScope: appliedScopeSchema,
    renew: z.boolean().optional(),
    maxPrice: moneySchema.optional(),
  });
  const schema = service.flexible ? common.extend({ instanceFlexibility: z.enum(["On", "Off"]) }) : common;
  return schema.superRefine(requireTenantOfGroup);
}

/** Azure wants the tenant of a management group. */
export function requireTenantOfGroup(
  { appliedScope, tenantId }: { readonly appliedScope: AppliedScope; readonly tenantId?: string | undefined },
  problems: z.RefinementCtx,
): void {
  if (appliedScope.type === "ManagementGroup" && appliedScope.tenantId === undefined && tenantId === undefined) {
    const message = "is required for a management group, here or as the recommendation's own tenantId";
    problems.addIssue({ code: "custom", path: ["appliedScope", "tenantId"], message });
  }
}
