import { Big } from "big.js";
import { z } from "zod";
import type { AskedFacts } from "../../../src/contract/executor.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { ArmClient } from "../arm-client.ts";
import { subscriptionIn } from "../azure-facts.ts";
import { orderPath } from "../azure-order.ts";
import { readEntries } from "../azure-reads.ts";
import { meaningOf } from "../azure-states.ts";
import type { SavingsPlanBody } from "./azure-plan-body.ts";
import { planOrders } from "./azure-plan-order.ts";

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

type Plan = z.infer<typeof planSchema>;

/** What an alias, a savings plan or the body of a purchase is of. Undefined where it lacks what decides. */
export function planFacts(shown: unknown): Facts | undefined {
  const { success, data } = planSchema.safeParse(shown);
  return success ? factsIn(data) : undefined;
}

/** What the purchase of a body has to be. Billing subscription and applied scope are not shown everywhere. */
export function askedFacts(body: SavingsPlanBody): AskedFacts {
  const { sku, commitment, term, billingPlan, ...ifStated } = factsIn(planSchema.parse(body));
  return { decisive: { sku, commitment, term, billingPlan }, ifStated };
}

function factsIn({ sku, properties }: Plan): Facts {
  const { term, commitment, billingPlan, billingScopeId, appliedScopeType, appliedScopeProperties = {} } = properties;
  const scopes = Object.entries(appliedScopeProperties).flatMap(([name, id]) =>
    // What is not said is null, or empty (recorded).
    typeof id === "string" && id !== "" ? [[`appliedScope.${name}`, plainId(id)] as const] : [],
  );
  return {
    sku: sku.name.toLowerCase(),
    commitment: perHour(commitment),
    term: term.toUpperCase(),
    billingPlan: planName(billingPlan),
    subscriptionId: subscriptionIn(billingScopeId),
    appliedScope: appliedScopeType?.toLowerCase(),
    ...Object.fromEntries(scopes),
  };
}

/** An id as a path, or the end of that path alone; of a resource group the whole path counts. */
function plainId(id: string): string {
  return id
    .toLowerCase()
    .replace(/^\/|\/$/g, "")
    .replace(/^(subscriptions|providers\/microsoft\.management\/managementgroups)\/(?=[^/]+$)/, "");
}

function perHour({ amount, currencyCode, grain = "Hourly" }: Plan["properties"]["commitment"]): string {
  const every = grain.charAt(0).toUpperCase() + grain.slice(1).toLowerCase();
  return `${new Big(String(amount)).toFixed()} ${currencyCode.toUpperCase()} ${every}`;
}

/** `P1M` is monthly; an order bought upfront shows no billing plan (recorded). */
function planName(billingPlan: string | undefined): string {
  if (!billingPlan || /^upfront$/i.test(billingPlan)) return "Upfront";
  return /^(P1M|monthly)$/i.test(billingPlan) ? "Monthly" : billingPlan;
}

const step: ReadStep = {
  purpose: "read the savings plan of an order that carries the token",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

/** What cannot be read is found out by the comparison. */
const textOrNone = z.string().catch("");
const identitySchema = z
  .object({
    name: textOrNone,
    properties: z.object({ provisioningState: textOrNone }).catch({ provisioningState: "" }),
  })
  .catch({ name: "", properties: { provisioningState: "" } });

/**
 * What was bought by an order. One read: the order itself names no amount and no scope, its savings plan does. No facts while
 * it shows no savings plan, several, or one without what decides. Throws a RefusedError `commitment-unverifiable` where that
 * cannot be read.
 */
export async function readPlanFacts(client: ArmClient, orderId: string, signal: AbortSignal): Promise<Facts> {
  const [plan, ...more] = await readPlans(client, orderId, signal);
  return (more.length > 0 ? undefined : planFacts(plan)) ?? {};
}

/** The savings plans of an order, each once, without those that have ended beside others. */
async function readPlans(client: ArmClient, orderId: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const plans = new Map<string, { readonly plan: unknown; readonly isLive: boolean }>();
  const url = client.url(`${orderPath(planOrders, orderId)}/savingsPlans`);
  for await (const plan of readEntries(client, url, step, signal)) {
    const { name, properties } = identitySchema.parse(plan);
    const { standing } = meaningOf(properties.provisioningState);
    plans.set(name.toLowerCase() || `unnamed ${plans.size}`, { plan, isLive: standing === "live" });
  }
  const all = [...plans.values()];
  const live = all.filter(({ isLive }) => isLive);
  return (live.length > 0 ? live : all).map(({ plan }) => plan);
}
