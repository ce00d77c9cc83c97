import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Difference } from "../../../src/contract/executor.ts";
import type { ArmClient } from "../arm-client.ts";
import { readPages } from "../azure-pages.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { toRefusal } from "../azure-refusal.ts";
import { meaningOf } from "../azure-states.ts";
import type { SavingsPlanBody } from "./azure-plan-body.ts";
import { comparePlan } from "./compare-plan.ts";
import { orderPath } from "./azure-plan-order.ts";

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
 * What differs between a found order and the purchase that was asked for. One read: the order itself names no amount and
 * no scope, its savings plan does. Throws a RefusedError `commitment-unverifiable` when that cannot be read.
 */
export async function compareSavingsPlanOrder(
  client: ArmClient,
  asked: SavingsPlanBody,
  orderId: string,
  signal: AbortSignal | undefined,
): Promise<readonly Difference[]> {
  const plans = await readPlans(client, orderId, signal);
  const [plan, ...more] = plans;
  const differences = plan === undefined || more.length > 0 ? undefined : comparePlan(asked, plan);
  if (differences !== undefined) return differences;
  const problem = plan === undefined ? "it shows no savings plan yet" : "its savings plan lacks amount, term or SKU";
  throw new RefusedError({
    code: "commitment-unverifiable",
    message: `Savings plan order ${orderId} carries the token, but cannot be compared with what was asked for: ${
      more.length > 0 ? `it holds ${plans.length} savings plans` : problem
    }.`,
    retryable: true,
  });
}

/** The savings plans of an order, each once, without those that have ended beside others. */
async function readPlans(
  client: ArmClient,
  orderId: string,
  signal: AbortSignal | undefined,
): Promise<readonly unknown[]> {
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
