import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Difference, Resolution, ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import type { Recommendation } from "../../../src/contract/recommendation.ts";
import { compareFound } from "../../../src/drive/adopt.ts";
import { statedDifferences } from "../../../src/drive/compare-facts.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { readListing, type Wanted } from "../../../src/drive/read-listing.ts";
import { type Loopback, type Reply, startLoopback } from "../aws-loopback.ts";
import { calmly, environmentVariables } from "../ec2-executors.ts";

const commitmentOf = ({ commitment }: { readonly commitment: Commitment }) => commitment;

/** What one listing of the submission's scope shows of tokens and ids. */
export async function found(
  { inventory }: ServiceExecutor,
  { scope }: Submission,
  wanted: { readonly tokens: readonly string[]; readonly ids?: readonly string[] },
  options: { readonly signal: AbortSignal } = calmly,
) {
  const sets: Wanted = { tokens: new Set(wanted.tokens), ids: new Set(wanted.ids) };
  const { byToken, byId } = await readListing(inventory, scope, sets, options);
  return {
    byToken: new Map([...byToken].map(([token, listed]) => [token, listed.map(commitmentOf)] as const)),
    byId: new Map([...byId].map(([id, listed]) => [id, commitmentOf(listed)] as const)),
  };
}

/** In what something read by its id differs from what was asked for. Throws where nobody can tell. */
export async function differences(
  executor: ServiceExecutor,
  asked: Recommendation,
  id: string,
): Promise<readonly Difference[]> {
  const scope = executor.scopeOf(asked);
  const listed = await executor.inventory.read(scope, id, calmly);
  if (listed === undefined) throw new Error(`There is no ${id}.`);
  const stated = statedDifferences(executor.factsOf(asked), listed.facts);
  const refusal = await compareFound(executor, { recommendation: asked, scope }, listed, calmly).then(
    () => undefined,
    (error: Error & { readonly code: string }) => error,
  );
  if (refusal !== undefined && refusal.code !== "commitment-mismatch") throw refusal;
  if ((refusal === undefined) !== (stated.length === 0)) throw new Error("What is said differs from what is done.");
  return stated;
}

/** What a look at a submission proves, so many milliseconds after it. */
export function judged(executor: ServiceExecutor, submission: Submission, resolution: Resolution, age = 0) {
  return judge(resolution, submission, age, executor);
}

/** What `answeredPurchase` counts of a purchase that left once, and that the SDK was not to repeat. */
export const once = { sent: 1, max: "attempt=1; max=1" };

/**
 * Buys from a server that answers the action of the purchase with `reply`, while what could bring retries back is set.
 * Waits as long as the SDK would to send again. Returns the answer, how many purchases arrived, and what the SDK said of
 * its attempts.
 */
export async function answeredPurchase(
  action: string,
  reply: Reply,
  buy: (loopback: Loopback) => Promise<PurchaseAnswer>,
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
