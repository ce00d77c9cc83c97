import { environmentVariables, thrownBy } from "./ec2-executors.ts";
import { type Loopback, type Reply, startLoopback } from "./aws-loopback.ts";

/** Options of the first send of a purchase. */
export const first = { sentBefore: false } as const;

/** What `answeredPurchase` counts of a purchase that left once, and that the SDK was not to repeat. */
export const once = { sent: 1, max: "attempt=1; max=1" };

/** For tests of the old shape: what is thrown for a purchase of which nobody can tell whether it was made. */
export const unknown = { name: "PurchaseOutcomeUnknownError", code: "outcome-unknown" };

/** For tests of the old shape: {@link answeredPurchase} for what is thrown. */
export async function failedPurchase(action: string, reply: Reply, buy: (loopback: Loopback) => Promise<unknown>) {
  const { answer: thrown, ...counted } = await answeredPurchase(action, reply, (loopback) => thrownBy(buy(loopback)));
  return { thrown, ...counted };
}

/**
 * Buys from a server that answers the action of the purchase with `reply`, while what could bring retries back is set.
 * Waits as long as the SDK would to send again. Returns the answer, how many purchases arrived, and what the SDK
 * said of its attempts.
 */
export async function answeredPurchase<Answer>(
  action: string,
  reply: Reply,
  buy: (loopback: Loopback) => Promise<Answer>,
) {
  using _variables = environmentVariables({ AWS_MAX_ATTEMPTS: "5", AWS_RETRY_MODE: "adaptive" });
  await using loopback = await startLoopback();
  loopback.on(action, reply);
  const answer = await buy(loopback);
  // The SDK's first retries come after tens of milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const sent = loopback.count(action);
  return { answer, sent, max: sent === 0 ? undefined : loopback.last(action).headers["amz-sdk-request"] };
}
