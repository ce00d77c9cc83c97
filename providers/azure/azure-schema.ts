import { z } from "zod";
import { about, matching, must, oneOf } from "../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../src/contract/limit-field.ts";
import { type CommonFields, quantitySchema } from "../../src/contract/recommendation.ts";
import type { AzureService, AzureServiceName } from "./azure-services.ts";
import { regionCodes } from "./import/azure-region-names.ts";

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

/** What a reservation of any of these services says. */
export type AzureReservation<Service extends string> = CommonFields & {
  readonly provider: "azure";
  readonly service: Service;
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
  /** Buy again when the term ends; false when left out. */
  readonly renew?: boolean | undefined;
};

/** A reservation of virtual machines. */
export type AzureComputeRecommendation = AzureReservation<"compute"> & {
  /** Whether the discount reaches other sizes of the same group. */
  readonly instanceFlexibility: "On" | "Off";
};

/** An Azure reservation to buy. */
export type AzureRecommendation = AzureComputeRecommendation | AzureReservation<Exclude<AzureServiceName, "compute">>;

/** A reservation of whatever service. */
export type AnyAzureReservation = AzureReservation<string> &
  Partial<Pick<AzureComputeRecommendation, "instanceFlexibility">>;

const exampleGuid = "11111111-2222-3333-4444-555555555555";

/** A tenant or a subscription. */
export const guid = z.guid(must("must be a GUID"));

/** A resource group name: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const resourceGroup = matching(
  /^[\p{L}\p{N}_().-]{1,89}[\p{L}\p{N}_()-]$|^[\p{L}\p{N}_()-]$/u,
  "must be a resource group name",
);

const managementGroup = matching(
  /^(\/providers\/Microsoft\.Management\/managementGroups\/)?[A-Za-z0-9_().-]{1,90}$/i,
  "must be a management group id",
);

const scopeType = <const Type extends string>(type: Type) =>
  z.literal(type, must(`must be "${type}"`)).meta(
    about("All of the billing context, one subscription or resource group, or a management group.", {
      example: "Shared",
      called: "appliedScopeType",
    }),
  );

/** What the discount applies to. */
export const appliedScopeSchema = z
  .discriminatedUnion(
    "type",
    [
      z.strictObject({ type: scopeType("Shared") }),
      z.strictObject({
        type: scopeType("Single"),
        subscriptionId: guid.meta(
          about("The subscription that it applies to.", { example: exampleGuid, called: "appliedScopes" }),
        ),
        resourceGroup: resourceGroup
          .meta(about("Only this resource group. Left out: the whole subscription.", { example: "production" }))
          .optional(),
      }),
      z.strictObject({
        type: scopeType("ManagementGroup"),
        managementGroupId: managementGroup.meta(
          about("The group's name, or its full id.", { example: "platform", called: "managementGroupId" }),
        ),
        tenantId: guid
          .meta(
            about("The group's tenant. Left out: the tenantId of the recommendation, which is then required.", {
              example: exampleGuid,
              called: "tenantId",
            }),
          )
          .optional(),
      }),
    ],
    {
      error: ({ input }) => {
        if (typeof input === "object" && input !== null) return 'must be "Shared", "Single" or "ManagementGroup"';
        return `${input === undefined ? "is required: it " : ""}must be an object with a type, such as { "type": "Shared" }`;
      },
    },
  )
  .meta(about("What the discount applies to.", { example: { type: "Shared" }, called: "appliedScopeType" }));

/** The fields of everything that is bought at Azure; to be spread into a service's strict object. */
export function azureFields<const Service extends string>(service: Service) {
  return {
    provider: z.literal("azure", must('must be "azure"')).meta(about("The cloud.")),
    service: z.literal(service, must(`must be "${service}"`)).meta(about("The service.")),
    tenantId: guid
      .meta(
        about("The tenant that buys. Left out: the tenant of the credential.", {
          example: exampleGuid,
          called: "tenantId",
        }),
      )
      .optional(),
    subscriptionId: guid.meta(
      about("The subscription that is billed.", { example: exampleGuid, called: "billingScopeId" }),
    ),
    term: oneOf(["P1Y", "P3Y", "P5Y"]).meta(
      about("One, three or five years. Azure sells five for few products.", { example: "P1Y", called: "term" }),
    ),
    billingPlan: oneOf(["Upfront", "Monthly"]).meta(
      about("All at once, or in monthly parts.", { example: "Monthly", called: "billingPlan" }),
    ),
    appliedScope: appliedScopeSchema,
    maxPrice: maxPriceField,
  };
}

/** What a schema is made of. */
type Described<Service extends string> = Pick<AzureService, "title" | "exampleSku" | "unit" | "flexible"> & {
  readonly name: Service;
};

/** The strict schema of one service's recommendation. Nothing that decides money has a default. */
export function createSchema(service: Described<string>): z.ZodType<AnyAzureReservation, AnyAzureReservation> {
  return service.flexible ? flexibleSchema(service) : plainSchema(service);
}

/** Of a service without instance flexibility. */
export function plainSchema<const Service extends string>(service: Described<Service>) {
  return fieldsOf(service).superRefine(requireTenantOfGroup).meta({ title: service.title });
}

/** Of a service whose instance flexibility has to be said. */
export function flexibleSchema<const Service extends string>(service: Described<Service>) {
  const instanceFlexibility = oneOf(["On", "Off"]).meta(
    about("Whether the discount reaches other sizes of the same group.", {
      example: "On",
      called: "instanceFlexibility",
    }),
  );
  const schema = fieldsOf(service).extend({ instanceFlexibility });
  return schema.superRefine(requireTenantOfGroup).meta({ title: service.title });
}

function fieldsOf<const Service extends string>({ name, exampleSku, unit }: Described<Service>) {
  return z.strictObject({
    ...azureFields(name),
    region: matching(/^[A-Za-z0-9](?:[A-Za-z0-9 ]{0,60}[A-Za-z0-9])?$/, 'must be a region such as "westus"').meta(
      about("The region, by its name or display name.", { example: "westus", called: "location", known: regionCodes }),
    ),
    sku: matching(/^[^\s/]{1,256}$/, "must be a SKU name without spaces").meta(
      about("The SKU, by the name that Azure's catalogue of reservations has.", {
        ...(exampleSku === undefined ? {} : { example: exampleSku }),
        called: "sku.name",
      }),
    ),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit, called: "quantity" })),
    renew: z
      .boolean(must("must be true or false"))
      .meta(about("Buy again when the term ends. Left out: false.", { example: false, called: "renew" }))
      .optional(),
  });
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
