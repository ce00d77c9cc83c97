import { Big } from "big.js";
import { z } from "zod";
import type { Difference } from "../../../src/contract/executor.ts";
import { subscriptionIn } from "../subscription.ts";

const text = z.string().optional().catch(undefined);

/** What an alias, a savings plan and the body of a purchase have in common. */
const planSchema = z.object({
  sku: z.object({ name: z.string().min(1) }),
  properties: z.object({
    term: z.string().min(1),
    billingPlan: text,
    billingScopeId: text,
    commitment: z.object({ amount: z.number().nonnegative(), currencyCode: z.string().min(1), grain: text }),
    appliedScopeType: text,
    appliedScopeProperties: z.record(z.string(), z.unknown()).optional().catch(undefined),
  }),
});

/**
 * What differs between a found savings plan, or an alias, and the body of the purchase that was asked for: SKU,
 * commitment with its currency, term, billing plan, and, where they are shown, billing subscription and applied scope.
 * Undefined when what was found lacks what decides.
 */
export function comparePlan(asked: unknown, found: unknown): readonly Difference[] | undefined {
  const left = planSchema.parse(asked);
  const parsed = planSchema.safeParse(found);
  if (!parsed.success) return undefined;
  const right = parsed.data;
  const differences: Difference[] = [];
  const compare = (field: string, wanted: string, shown: string | undefined, normalise = lower) => {
    if (shown === undefined || normalise(wanted) === normalise(shown)) return;
    differences.push({ field, asked: wanted, found: shown });
  };
  compare("sku", left.sku.name, right.sku.name);
  compare("commitment", perHour(left.properties.commitment), perHour(right.properties.commitment));
  compare("term", left.properties.term, right.properties.term);
  compare("billingPlan", planName(left.properties.billingPlan), planName(right.properties.billingPlan));
  const { billingScopeId = "", appliedScopeType = "", appliedScopeProperties = {} } = left.properties;
  if (subscriptionIn(right.properties.billingScopeId) !== undefined) {
    compare(
      "subscriptionId",
      billingScopeId,
      right.properties.billingScopeId,
      (scope) => subscriptionIn(scope) ?? scope,
    );
  }
  compare("appliedScope", appliedScopeType, right.properties.appliedScopeType);
  for (const [name, value] of Object.entries(appliedScopeProperties)) {
    const shown = right.properties.appliedScopeProperties?.[name];
    // What is not said is null, or empty (recorded).
    if (typeof value === "string" && typeof shown === "string" && shown !== "") {
      compare(`appliedScope.${name}`, value, shown, plainId);
    }
  }
  return differences;
}

const lower = (value: string) => value.toLowerCase();

/** An id as a path, or the end of that path alone; of a resource group the whole path counts. */
const plainId = (id: string) =>
  lower(id)
    .replace(/^\/|\/$/g, "")
    .replace(/^(subscriptions|providers\/microsoft\.management\/managementgroups)\/(?=[^/]+$)/, "");

function perHour({ amount, currencyCode, grain = "Hourly" }: z.infer<typeof planSchema>["properties"]["commitment"]) {
  return `${new Big(String(amount)).toFixed()} ${currencyCode} ${grain}`;
}

/** `P1M` is monthly; an order bought upfront shows no billing plan (recorded). */
function planName(billingPlan: string | undefined): string {
  if (!billingPlan) return "Upfront";
  return billingPlan.toUpperCase() === "P1M" ? "Monthly" : billingPlan;
}

/** `commitment: asked …, found …`, for messages. */
export function listDifferences(differences: readonly Difference[]): string {
  return differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
}
