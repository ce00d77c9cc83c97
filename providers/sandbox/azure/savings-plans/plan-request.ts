import { z } from "zod";
import type { JsonObject } from "../../../../src/contract/json.ts";
import { ArmError } from "../arm-answer.ts";

const schema = z.object({
  sku: z.object({ name: z.literal("Compute_Savings_Plan") }),
  tags: z.record(z.string(), z.string()).optional(),
  properties: z.object({
    displayName: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
    billingScopeId: z.string().regex(/^\/subscriptions\/[^/]+$/),
    term: z.enum(["P1M", "P1Y", "P3Y", "P5Y"]),
    billingPlan: z.literal("P1M").optional(),
    appliedScopeType: z.enum(["Shared", "Single", "ManagementGroup"]),
    appliedScopeProperties: z.record(z.string(), z.string()).nullish(),
    commitment: z.object({
      grain: z.literal("Hourly"),
      currencyCode: z.string().regex(/^[A-Z]{3}$/),
      amount: z.number().positive(),
    }),
    renew: z.boolean().default(false),
  }),
});

/** The body of a purchase: what it means. */
export type SavingsPlanRequest = {
  readonly sku: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly displayName: string;
  readonly billingScopeId: string;
  readonly term: string;
  /** Left out: upfront. */
  readonly billingPlan?: "P1M" | undefined;
  readonly appliedScopeType: string;
  readonly appliedScopeProperties: JsonObject | null;
  readonly commitment: { readonly grain: string; readonly currencyCode: string; readonly amount: number };
  readonly renew: boolean;
};

/** Reads and checks one body. Throws an ArmError 400; stricter than what is known of the real service. */
export function parseSavingsPlanRequest(body: unknown): SavingsPlanRequest {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ArmError(400, "InvalidRequestContent", z.prettifyError(parsed.error));
  const { sku, tags = {}, properties } = parsed.data;
  const { appliedScopeProperties = null, ...rest } = properties;
  if (rest.appliedScopeType !== "Shared" && appliedScopeProperties === null) {
    throw new ArmError(400, "InvalidAppliedScopes", `Scope ${rest.appliedScopeType} names no scope.`);
  }
  return { ...rest, sku: sku.name, tags, appliedScopeProperties };
}

/** The bodies of POST validate. Throws an ArmError 400. */
export function parseBenefits(body: string): readonly unknown[] {
  const parsed = z.object({ benefits: z.array(z.unknown()).min(1) }).safeParse(parseJson(body));
  if (!parsed.success) throw new ArmError(400, "InvalidRequestContent", z.prettifyError(parsed.error));
  return parsed.data.benefits;
}

/** JSON, or undefined. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
