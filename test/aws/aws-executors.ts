// The executors of AWS against a loopback server, and what the drive and a test ask of them.
import { createAws, type AwsSettings } from "../../providers/aws/index.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import { systemEnvironment, type Environment } from "../../src/contract/environment.ts";
import type { CallOptions, Difference, Scope, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Listed } from "../../src/contract/listed.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { compareFound } from "../../src/drive/adopt.ts";
import { statedDifferences } from "../../src/drive/compare-facts.ts";
import { readListing } from "../../src/drive/read-listing.ts";
import { environmentVariables } from "../environment-variables.ts";
import { type Loopback, type Reply, startLoopback } from "./aws-loopback.ts";

export const token = "1f3a9c5de07b4286a1c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081929";
export const otherToken = "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111";
export const marker = { token, source: "cudly-web", generation: 0 } as const;

/** 2026-07-14T11:00:00Z */
export const submittedAt = 1_784_026_800_000;

/** Call options that are never aborted. */
export const calmly = { signal: new AbortController().signal } as const;

/** Options of the first send of a purchase, and of a further one. */
export const first = { sentBefore: false } as const;
export const again = { sentBefore: true } as const;

/** An environment that does not wait; it notes how long it would have. */
export function fakeEnvironment(now = submittedAt + 60_000): Environment & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  return {
    ...systemEnvironment,
    waits,
    now: () => now,
    async sleep(milliseconds: number, signal?: AbortSignal) {
      signal?.throwIfAborted();
      waits.push(milliseconds);
    },
  };
}

/** The executor of a service. */
export function serviceOf(service: string, settings: AwsSettings = {}): ServiceExecutor {
  const executor = createAws(settings).services[service];
  if (!executor) throw new Error(`No executor for ${service}.`);
  return executor;
}

/** The executor of a service against a loopback server, with an environment that does not wait. */
export function serviceAt(
  service: string,
  { url }: Pick<Loopback, "url">,
  settings: AwsSettings = {},
): ServiceExecutor {
  return serviceOf(service, { endpoint: url, environment: fakeEnvironment(), ...settings });
}

/** The same for a service whose purchases take no id and no token: it has lanes, and marks afterwards. */
export function markingServiceAt(service: "ec2" | "redshift", loopback: Loopback, settings: AwsSettings = {}) {
  const executor = serviceAt(service, loopback, settings);
  const { mark, laneOf } = executor;
  if (!mark || !laneOf) throw new Error(`The executor for ${service} is not complete.`);
  return { ...executor, mark, laneOf };
}

/** The commitments that a listing shows, by token and by id, as the drive finds them. */
export async function find(
  { inventory }: ServiceExecutor,
  scope: Scope,
  { tokens = [], ids = [] }: { readonly tokens?: readonly string[]; readonly ids?: readonly string[] },
  options: CallOptions = calmly,
) {
  const wanted = { tokens: new Set(tokens), ids: new Set(ids) };
  const { byToken, byId } = await readListing(inventory, scope, wanted, options);
  const commitmentOf = ({ commitment }: Listed): Commitment => commitment;
  return {
    byToken: new Map([...byToken].map(([token, found]) => [token, found.map(commitmentOf)] as const)),
    byId: new Map([...byId].map(([id, found]) => [id, commitmentOf(found)] as const)),
  };
}

/**
 * In what something found by its marker differs from what was asked for, as the drive compares the two. Throws what the drive
 * does where nobody can tell.
 */
export async function differencesOf(
  executor: ServiceExecutor,
  recommendation: AnyRecommendation,
  found: Listed | undefined,
): Promise<readonly Difference[]> {
  if (found === undefined) throw new Error("It is not there.");
  const differences = statedDifferences(executor.factsOf(recommendation), found.facts);
  const scope = executor.scopeOf(recommendation);
  const refusal = await compareFound(executor, { recommendation, scope }, found, calmly).then(
    () => undefined,
    (error: Error & { readonly code: string }) => error,
  );
  if (refusal !== undefined && refusal.code !== "commitment-mismatch") throw refusal;
  if ((refusal === undefined) !== (differences.length === 0))
    throw new Error("What is said differs from what is done.");
  return differences;
}

/** What `answeredPurchase` counts of a purchase that left once, and that the SDK was not to repeat. */
export const once = { sent: 1, max: "attempt=1; max=1" };

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
