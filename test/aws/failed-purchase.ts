import { environmentVariables, thrownBy } from "./ec2-executors.ts";
import { type Loopback, type Reply, startLoopback } from "./aws-loopback.ts";

/** Options of the first send of a purchase. */
export const first = { sentBefore: false } as const;

/** What `failedPurchase` counts of a purchase that left once, and that the SDK was not to repeat. */
export const once = { sent: 1, max: "attempt=1; max=1" };

/** What is thrown for a purchase of which nobody can tell whether it was made. */
export const unknown = { name: "PurchaseOutcomeUnknownError", code: "outcome-unknown" };

/**
 * Buys from a server that answers the action of the purchase with `reply`, while what could bring retries back is set.
 * Waits as long as the SDK would to send again. Returns what was thrown, how many purchases arrived, and what the SDK
 * said of its attempts.
 */
export async function failedPurchase(action: string, reply: Reply, buy: (loopback: Loopback) => Promise<unknown>) {
  using _variables = environmentVariables({ AWS_MAX_ATTEMPTS: "5", AWS_RETRY_MODE: "adaptive" });
  await using loopback = await startLoopback();
  loopback.on(action, reply);
  const thrown = await thrownBy(buy(loopback));
  // The SDK's first retries come after tens of milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const sent = loopback.count(action);
  return { thrown, sent, max: sent === 0 ? undefined : loopback.last(action).headers["amz-sdk-request"] };
}
