import { z } from "zod";
import type { Facts } from "../../../src/contract/listed.ts";
import type { ReadStep } from "../../http/refusal.ts";
import type { ArmClient } from "../arm-client.ts";
import { readPages } from "../azure-pages.ts";
import { toRefusal } from "../azure-refusal.ts";
import { meaningOf } from "../azure-states.ts";
import { orderPath } from "./azure-plan-order.ts";
import { planFacts } from "./plan-facts.ts";

const step: ReadStep = {
  purpose: "read the savings plan of an order that carries the token",
  permission: "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans/read",
  code: "commitment-unverifiable",
  untrusted: "commitment-unverifiable",
};

/** What cannot be read is found out by the comparison. */
const text = z.string().catch("");
const identitySchema = z
  .object({ name: text, properties: z.object({ provisioningState: text }).catch({ provisioningState: "" }) })
  .catch({ name: "", properties: { provisioningState: "" } });

/**
 * What was bought by an order. One read: the order itself names no amount and no scope, its savings plan does. No facts while
 * it shows no savings plan, several, or one without what decides. Throws a RefusedError `commitment-unverifiable` where that
 * cannot be read.
 */
export async function planFactsOfOrder(client: ArmClient, orderId: string, signal: AbortSignal): Promise<Facts> {
  const [plan, ...more] = await readPlans(client, orderId, signal);
  return (more.length > 0 ? undefined : planFacts(plan)) ?? {};
}

/** The savings plans of an order, each once, without those that have ended beside others. */
async function readPlans(client: ArmClient, orderId: string, signal: AbortSignal): Promise<readonly unknown[]> {
  const plans = new Map<string, { readonly plan: unknown; readonly isLive: boolean }>();
  try {
    const url = client.url(`${orderPath(orderId)}/savingsPlans`);
    for await (const page of readPages(client, url, signal)) {
      for (const plan of page) {
        const { name, properties } = identitySchema.parse(plan);
        const { standing } = meaningOf(properties.provisioningState);
        plans.set(name.toLowerCase() || `unnamed ${plans.size}`, { plan, isLive: standing === "live" });
      }
    }
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
  const all = [...plans.values()];
  const live = all.filter(({ isLive }) => isLive);
  return (live.length > 0 ? live : all).map(({ plan }) => plan);
}
