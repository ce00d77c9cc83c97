import { z } from "zod";
import { about, matching, must, oneOf } from "../../src/contract/field-schemas.ts";
import { maxPriceField } from "../../src/contract/limit-field.ts";
import { type CommonFields, quantitySchema } from "../../src/contract/recommendation.ts";
import type { AzureService, AzureServiceEntry, AzureServiceName, AzureTerm } from "./azure-services.ts";
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

/** What reservations of all services say alike. */
type CommonReservation = Omit<CommonFields, "term"> & {
  readonly provider: "azure";
  /** The tenant whose credential buys and whose orders are looked through; left out: the credential's own. */
  readonly tenantId?: string | undefined;
  /** The subscription that is billed. */
  readonly subscriptionId: string;
  /** `Standard_B1ls`. */
  readonly sku: string;
  /** Units; for some database services vCores. */
  readonly quantity: number;
  readonly appliedScope: AppliedScope;
  /** Buy again when the term ends; false when left out. */
  readonly renew?: boolean | undefined;
};

/** Whether the discount of virtual machines reaches other sizes of the same group. */
type Flexible = { readonly instanceFlexibility: "On" | "Off" };

/** By which the catalogue names a publisher's software. */
type Published = {
  readonly publisherId: string;
  readonly offerId: string;
  readonly planId: string;
};

const years = ["P1Y", "P3Y", "P5Y"] as const;
const plans = ["Upfront", "Monthly"] as const;

/** What a descriptor lists under a name, or else these. */
type Listed<Described, Name extends string, Otherwise> =
  Described extends Readonly<Record<Name, readonly (infer Value)[]>> ? Value : Otherwise;

type TermOf<Described> = Listed<Described, "terms", (typeof years)[number]>;
type PlanOf<Described> = Listed<Described, "billingPlans", (typeof plans)[number]>;

/** The fields that differ by service. */
type Particular<Described extends { readonly name: string }> = {
  readonly service: Described["name"];
  /** `westus`; `global` for software plans. */
  readonly region: Listed<Described, "regions", string>;
  readonly term: TermOf<Described>;
  /** Upfront takes the whole sum at once. Never left to a default: Azure's own is Upfront. */
  readonly billingPlan: PlanOf<Described>;
} & (Described extends { readonly flexible: true } ? Flexible : unknown) &
  (Described extends { readonly published: true } ? Published : unknown);

/** A reservation of one service. */
export type AzureReservation<Name extends AzureServiceName> = CommonReservation & Particular<AzureServiceEntry<Name>>;

/** A reservation of virtual machines. */
export type AzureComputeRecommendation = AzureReservation<"compute">;

/** The reservations that the compiler knows: `"azure/compute"`. */
export type AzureReservations = {
  readonly [Name in AzureServiceName as `azure/${Name}`]: AzureReservation<Name>;
};

/** An Azure reservation to buy. */
export type AzureRecommendation = AzureReservations[keyof AzureReservations];

/** A reservation of whatever service. */
export type AnyAzureReservation = CommonReservation &
  Omit<Particular<{ readonly name: string }>, "term"> & { readonly term: AzureTerm } & Partial<Flexible & Published>;

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
          about("The subscription that it applies to.", { example: exampleGuid, called: "subscriptionId" }),
        ),
        resourceGroup: resourceGroup
          .meta(
            about("Only this resource group. Left out: the whole subscription.", {
              example: "production",
              called: "resourceGroupId",
            }),
          )
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
  .meta(about("What the discount applies to.", { example: { type: "Shared" }, called: "appliedScopeProperties" }));

const anyPlan = oneOf(plans).meta(
  about("All at once, or in monthly parts.", { example: "Monthly", called: "billingPlan" }),
);

/** Whether it buys itself again. */
export const renewField = z
  .boolean(must("must be true or false"))
  .meta(about("Buy again when the term ends. Left out: false.", { example: false, called: "renew" }))
  .optional();

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
    term: oneOf(years).meta(
      about("One, three or five years. Azure sells five for few products.", { example: "P1Y", called: "term" }),
    ),
    billingPlan: anyPlan,
    appliedScope: appliedScopeSchema,
    maxPrice: maxPriceField,
  };
}

/** What a schema is made of. */
type Described = Omit<AzureService, "reservedResourceType" | "catalogFirst">;

type ReservationSchema = z.ZodType<AnyAzureReservation, AnyAzureReservation>;
const made = new WeakMap<Described, ReservationSchema>();

/** The strict schema of one service's recommendation, made once. Nothing that decides money has a default. */
export function schemaOf(service: Described): ReservationSchema {
  const schema = made.get(service) ?? createSchema(service);
  made.set(service, schema);
  return schema;
}

function createSchema(service: Described): ReservationSchema {
  if (service.flexible) return flexibleSchema(service);
  return service.published ? publishedSchema(service) : plainSchema(service);
}

/** Of most services. */
export function plainSchema<const Service extends Described>(service: Service) {
  return fieldsOf(service).superRefine(requireTenantOfGroup).meta({ title: service.title });
}

/** Of a service whose instance flexibility has to be said. */
export function flexibleSchema<const Service extends Described>(service: Service) {
  const instanceFlexibility = oneOf(["On", "Off"]).meta(
    about("Whether the discount reaches other sizes of the same group.", {
      example: "On",
      called: "instanceFlexibility",
    }),
  );
  const schema = fieldsOf(service).extend({ instanceFlexibility });
  return schema.superRefine(requireTenantOfGroup).meta({ title: service.title });
}

/** Of a service whose catalogue is asked for a publisher's software. */
export function publishedSchema<const Service extends Described>(service: Service) {
  const called = (field: string, whose: string) =>
    matching(/^[^\s/]{1,128}$/, `must be the id of ${whose}, without spaces`).meta(
      about(`The id of ${whose}, by which the catalogue names it.`, { called: field }),
    );
  const schema = fieldsOf(service).extend({
    publisherId: called("publisherId", "the publisher"),
    offerId: called("offerId", "its offer"),
    planId: called("planId", "its plan"),
  });
  return schema.superRefine(requireTenantOfGroup).meta({ title: service.title });
}

function fieldsOf<const Service extends Described>(service: Service) {
  const { name, exampleSku, unit, prepaid } = service;
  return z.strictObject({
    ...azureFields<Service["name"]>(name),
    ...listedFields(service),
    sku: matching(/^[^\s/]{1,256}$/, "must be a SKU name without spaces").meta(
      about("The SKU, by the name that Azure's catalogue of reservations has.", {
        ...(exampleSku === undefined ? {} : { example: exampleSku }),
        called: "sku.name",
      }),
    ),
    quantity: quantitySchema.meta(
      about(prepaid ? "How many; what is not used up when the term ends is lost." : "How many.", {
        example: 1,
        unit,
        called: "quantity",
      }),
    ),
    renew: renewField,
  });
}

const anyRegion = matching(/^[A-Za-z0-9](?:[A-Za-z0-9 ]{0,60}[A-Za-z0-9])?$/, 'must be a region such as "westus"').meta(
  about("The region, by its name or display name.", { example: "westus", called: "location", known: regionCodes }),
);

/** The fields whose values a service may list. */
function listedFields<const Service extends Described>({ terms = years, billingPlans, regions }: Service) {
  const term = oneOf(terms).meta(
    about("How long it lasts. The catalogue says what is offered for the SKU.", { example: "P1Y", called: "term" }),
  );
  const billingPlan =
    billingPlans === undefined
      ? anyPlan
      : oneOf(billingPlans).meta(about("All at once.", { example: "Upfront", called: "billingPlan" }));
  const region =
    regions === undefined
      ? anyRegion
      : oneOf(regions).meta(about("It is sold in no region.", { example: "global", called: "location" }));
  // The descriptor lists the very values that its type names.
  return { term, billingPlan, region } as unknown as {
    readonly [Field in "term" | "billingPlan" | "region"]: z.ZodType<
      Particular<Service>[Field],
      Particular<Service>[Field]
    >;
  };
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
