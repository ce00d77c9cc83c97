import { readFileSync } from "node:fs";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { type CloudSandboxOptions, startCloudSandbox } from "../../providers/sandbox.ts";
import { systemEnvironment } from "../../src/spec/environment.ts";
import type { ServiceExecutor } from "../../src/spec/executor.ts";
import type { Recommendation } from "../../src/spec/recommendation.ts";
import { createImitationCloud, disk } from "../../src/testing/imitation-cloud.ts";
import type { ExecutorWorld } from "../../src/testing/executor/world.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

/** A world with the imitation, and the imitation itself, to break it. */
export function imitationWorld(handles: boolean) {
  const { now } = createVirtualEnvironment();
  const cloud = createImitationCloud({ handles, now });
  const world: ExecutorWorld = {
    executor: cloud.executor,
    recommendation: disk(),
    purchases: () => cloud.orders.length,
    loseNextAnswer: () => void cloud.faults.sends.push("lost-after"),
    now,
  };
  return { cloud, world };
}

/** The call that buys, as the sandbox's log shows it. */
const purchaseActions: Readonly<Record<string, string>> = {
  ec2: "PurchaseReservedInstancesOffering",
  rds: "PurchaseReservedDBInstancesOffering",
  "savings-plans": "CreateSavingsPlan",
};

/** What cannot be had in another quantity, in another amount. */
const others: Readonly<Record<string, Readonly<Partial<Recommendation>>>> = {
  "savings-plans": { hourlyCommitment: { amount: "1.25001", currency: "USD" } },
};

const execution = JSON.parse(readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8")) as {
  recommendations: Recommendation[];
};

/** A world with a real executor, its SDK, and the sandbox over HTTP. */
export async function sandboxWorld(service: string, options: CloudSandboxOptions = {}): Promise<ExecutorWorld> {
  const recommendation = execution.recommendations.find((candidate) => candidate.service === service);
  if (recommendation === undefined) throw new Error(`the fixture has no ${service}`);
  const sandbox = await startCloudSandbox(options);
  const environment = { ...systemEnvironment, sleep: async () => undefined };
  const settings = { endpoint: sandbox.url, environment, purchaseTimeout: 5000, readTimeout: 5000 };
  const services: Readonly<Record<string, ServiceExecutor>> = {
    ...createAzure(settings).services,
    ...createAws(settings).services,
  };
  const executor = services[service];
  if (executor === undefined) throw new Error(`no executor for ${service}`);
  const action = purchaseActions[service] ?? "PUT reservationOrders";
  return {
    executor,
    recommendation,
    ...(others[service] ? { another: { ...recommendation, ...others[service] } } : {}),
    purchases: () => sandbox.purchases(),
    loseNextAnswer: () => sandbox.addFault({ match: { action }, fault: { kind: "reset", when: "after" } }),
    close: async () => sandbox[Symbol.asyncDispose](),
  };
}
