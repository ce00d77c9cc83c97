import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";
import { ArmError } from "./arm-answer.ts";
import { findSku } from "./reserved-skus.ts";

const schema = z.object({
  sku: z.object({ name: z.string().min(1) }),
  location: z.string().min(1).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({
    reservedResourceType: z.string().min(1),
    billingScopeId: z.string().min(1),
    term: z.string(),
    billingPlan: z.enum(["Upfront", "Monthly"]).optional(),
    quantity: z.number().int().min(1),
    displayName: z.string().min(1),
    appliedScopeType: z.enum(["Shared", "Single", "ManagementGroup"]).default("Shared"),
    appliedScopes: z.array(z.string()).nullish(),
    appliedScopeProperties: z.record(z.string(), z.string()).nullish(),
    renew: z.boolean().default(false),
    reservedResourceProperties: z.object({ instanceFlexibility: z.enum(["On", "Off"]).optional() }).nullish(),
  }),
});

/** The body of calculatePrice and of the PUT: as it was sent, and what it means. */
export type PurchaseRequest = {
  readonly sent: JsonObject;
  readonly sku: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly reservedResourceType: string;
  readonly billingScopeId: string;
  readonly term: string;
  readonly billingPlan: "Upfront" | "Monthly";
  readonly quantity: number;
  readonly displayName: string;
  readonly appliedScopeType: "Shared" | "Single" | "ManagementGroup";
  readonly appliedScopes: readonly string[];
  readonly renew: boolean;
  readonly instanceFlexibility?: "On" | "Off" | undefined;
};

/**
 * Reads and checks a body. Throws an ArmError 400. Stricter than what is known of the real service where a client's
 * mistake would otherwise pass unseen: instanceFlexibility on another type than VirtualMachines, a Single scope unnamed.
 */
export function parsePurchaseRequest(body: string): PurchaseRequest {
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new ArmError(400, "InvalidRequestContent", z.prettifyError(parsed.error));
  }
  const { sku, location, tags = {}, properties } = parsed.data;
  const { reservedResourceProperties, appliedScopes, appliedScopeProperties, ...rest } = properties;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(rest.displayName)) {
    throw new ArmError(
      400,
      "DisplayNameInvalid",
      "Value of DisplayName property has invalid characters. Allowed characters are alpha numeric, underscore and hyphen up to 64 characters.",
    );
  }
  const known = findSku(sku.name);
  if (known?.reservedResourceType.toLowerCase() !== rest.reservedResourceType.toLowerCase()) {
    throw new ArmError(400, "BadRequest", `SKU ${sku.name} is not offered for ${rest.reservedResourceType}.`);
  }
  if (!Object.hasOwn(known.monthly, rest.term)) {
    throw new ArmError(400, "UnsupportedReservationTerm", `Term ${rest.term} is not supported for ${sku.name}.`);
  }
  if (location === undefined) {
    throw new ArmError(400, "InvalidLocationId", "The location is missing.");
  }
  if (known.locations !== undefined && !known.locations.some((each) => each === location.toLowerCase())) {
    throw new ArmError(400, "InvalidLocationId", `${sku.name} is sold in ${known.locations.join(", ")} only.`);
  }
  if (
    known.billingPlans !== undefined &&
    !known.billingPlans.some((each) => each === (rest.billingPlan ?? "Upfront"))
  ) {
    throw new ArmError(400, "BillingPlanNotSupported", `${sku.name} is sold ${known.billingPlans.join(", ")} only.`);
  }
  const isVirtualMachine = known.reservedResourceType === "VirtualMachines";
  const instanceFlexibility = reservedResourceProperties?.instanceFlexibility;
  if (instanceFlexibility !== undefined && !isVirtualMachine) {
    throw new ArmError(400, "BadRequest", "InstanceFlexibility is only supported for VirtualMachines.");
  }
  const scopes = appliedScopes ?? [];
  if (rest.appliedScopeType !== "Shared" && scopes.length === 0 && !appliedScopeProperties) {
    throw new ArmError(400, "MissingAppliedScopesForSingle", `Scope ${rest.appliedScopeType} names no scope.`);
  }
  return {
    ...rest,
    sent: JSON.parse(body) as JsonObject,
    sku: sku.name,
    location,
    tags,
    // Left out, Azure takes the whole sum at once.
    billingPlan: rest.billingPlan ?? "Upfront",
    appliedScopes: scopes,
    ...(isVirtualMachine ? { instanceFlexibility: instanceFlexibility ?? "On" } : {}),
  };
}

/** Whether two bodies say the same, whatever the order of their members. */
export function sameRequest(left: PurchaseRequest, right: PurchaseRequest): boolean {
  return isDeepStrictEqual(left.sent, right.sent);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
