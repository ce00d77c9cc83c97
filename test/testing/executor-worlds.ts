import { readFileSync } from "node:fs";
import { createAws } from "../../providers/aws/index.ts";
import { type AzureSettings, createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { type CloudSandbox, type CloudSandboxOptions, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { ExecutorWorld } from "../../src/testing/executor/executor-world.ts";
import { computeAt, recommendation } from "../gcp/gcp-samples.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

/** A world with the imitation, and the imitation itself, to break it. */
export function imitationWorld(identity: ImitationIdentity) {
  const { now, jump } = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now });
  const world: ExecutorWorld = {
    executor: cloud.executor,
    recommendation: disk(),
    purchases: () => cloud.orders.length,
    loseNextAnswer: () => void cloud.faults.sends.push("lost-after"),
    now,
    advance: jump,
  };
  return { cloud, world };
}

const execution = JSON.parse(readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8")) as {
  recommendations: AnyRecommendation[];
};

/** Services that count no quantity, in another amount. */
const others: Readonly<Record<string, object>> = {
  "aws ec2-host": { hostIds: ["h-0f1e2d3c4b5a69788"] },
  "aws mediaconnect": { quantity: 100 },
  "aws savings-plans": { hourlyCommitment: { amount: "1.25001", currency: "USD" } },
  "azure savings-plans": { commitment: { amount: "0.12346", currency: "USD" } },
  "gcp bigquery": { slots: 150 },
};

/** One rule for each call that buys: the world's service makes but one of them. */
function loseNextAnswer(sandbox: CloudSandbox): void {
  const fault = { kind: "reset", when: "after" } as const;
  sandbox.addFault([...sandbox.purchaseActions].map((action) => ({ match: { action }, fault })));
}

/** A world with a real executor, its SDK, and the sandbox over HTTP: `aws ec2`, `azure compute`. */
export async function sandboxWorld(
  name: string,
  options: CloudSandboxOptions = {},
  azure: AzureSettings = {},
): Promise<ExecutorWorld> {
  const [provider = "", service = ""] = name.split(" ");
  const recommendation = execution.recommendations.find(
    (candidate) => candidate.provider === provider && candidate.service === service,
  );
  if (recommendation === undefined) throw new Error(`the fixture has no ${name}`);
  const { clock, advance } = movableClock();
  const sandbox = await startCloudSandbox({ ...options, clock });
  const environment = { ...systemEnvironment, ...clock, sleep: async () => undefined };
  const settings = { endpoint: sandbox.url, environment, purchaseTimeout: 5000, readTimeout: 5000 };
  const providers = {
    azure: () => createAzure({ ...settings, ...azure }),
    aws: () => createAws(settings),
    gcp: () => createGcp(settings),
  };
  const executor = providers[provider as keyof typeof providers]().services[service];
  if (executor === undefined) throw new Error(`no executor for ${name}`);
  const other = others[name];
  return {
    executor,
    recommendation,
    ...(other === undefined ? {} : { another: { ...recommendation, ...other } }),
    purchases: () => sandbox.purchases(),
    loseNextAnswer: () => loseNextAnswer(sandbox),
    ...clock,
    advance,
    close: async () => sandbox[Symbol.asyncDispose](),
  };
}

/** The machine's clock, and what moves it on for those who go by it. */
function movableClock() {
  let skipped = 0;
  return {
    clock: { now: () => Date.now() + skipped },
    advance: (milliseconds: number) => void (skipped += milliseconds),
  };
}

/** What is bought beside vCPUs and memory. */
export const withGpus = {
  machineFamily: "G2",
  gpus: { type: "nvidia-l4", count: 4 },
  localSsdGb: 750,
  existingReservations: ["us-central1-a/inference"],
} as const;

/** A world with GCP's executor of commitments, its SDKs, and the sandbox over HTTP. */
export async function gcpWorld(options: CloudSandboxOptions = {}, more: object = {}): Promise<ExecutorWorld> {
  const { clock, advance } = movableClock();
  const sandbox = await startCloudSandbox({ ...options, clock });
  const environment = { ...systemEnvironment, ...clock, sleep: async () => undefined };
  return {
    executor: computeAt(sandbox.url, { environment, purchaseTimeout: 20_000, readTimeout: 20_000 }),
    recommendation: { ...recommendation, ...more },
    another: { ...recommendation, ...more, vcpus: 16 },
    purchases: () => sandbox.commitments().length,
    loseNextAnswer: () => loseNextAnswer(sandbox),
    ...clock,
    advance,
    close: async () => sandbox[Symbol.asyncDispose](),
  };
}
