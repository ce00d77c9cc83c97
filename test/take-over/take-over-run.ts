import { spawn } from "node:child_process";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { type CloudSandbox, type CloudSandboxOptions, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { type Environment, systemEnvironment } from "../../src/contract/environment.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { driveGo, type GoLine, type GoOrder } from "./go-engine.ts";
import { program } from "../test-programs.ts";

/** One recommendation of each service that the Go engine sells too: they stand first. */
export const execution = {
  ...fixture,
  recommendations: fixture.recommendations.slice(0, 16) as readonly AnyRecommendation[],
};

/** A sandbox whose Redshift takes tags and shows them, which the other engine counts on. */
export const startClouds = (aws: CloudSandboxOptions["aws"] = {}) =>
  startCloudSandbox({ aws: { redshiftTags: "shown", ...aws } });

/** Everything that was ever bought in a sandbox, of all clouds and services. */
export function countBought(sandbox: CloudSandbox): number {
  const all = [
    sandbox.orders(),
    sandbox.savingsPlanOrders(),
    sandbox.reservedInstances(),
    sandbox.reservations(),
    sandbox.savingsPlans(),
    sandbox.commitments(),
  ];
  return all.reduce((sum, { length }) => sum + length, 0);
}

const main = program("test/take-over/go-engine-process.ts");

/**
 * The other engine drives places of the execution. Where there is an `isLast`, it does so in a process of its own, which is killed
 * right after the first request of which that says so took effect, before it is answered. For some days it bought on Azure without
 * `stampTokens`. Returns what it said by then.
 */
export async function runGo(
  sandbox: CloudSandbox,
  recIndexes: readonly number[] = execution.recommendations.map((_, recIndex) => recIndex),
  { isLast, stampTokens = true }: { isLast?: () => boolean; stampTokens?: boolean } = {},
): Promise<{ readonly lines: readonly GoLine[]; readonly killed: boolean }> {
  const places = recIndexes.map((recIndex) => {
    const recommendation = execution.recommendations[recIndex];
    if (recommendation === undefined) throw new RangeError(`no place ${recIndex}`);
    const token = stampTokens ? deriveIdempotencyToken(execution.executionId, recIndex) : "";
    return { recIndex, token, recommendation };
  });
  const order: GoOrder = { url: sandbox.url, source: execution.source, places };
  if (isLast !== undefined) return killGoProcess(sandbox, order, isLast);
  const lines: GoLine[] = [];
  await driveGo(order, (line) => void lines.push(line));
  return { lines, killed: false };
}

async function killGoProcess(sandbox: CloudSandbox, order: GoOrder, isLast: () => boolean) {
  const child = spawn(process.execPath, [main, JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  let killed = false;
  sandbox.onRequest = async () => {
    if (killed || !isLast()) return;
    killed = true;
    child.kill("SIGKILL");
    await ended;
  };
  const { code, stdout, stderr } = await ended;
  sandbox.onRequest = undefined;
  if (!killed && code !== 0) throw new Error(`the other engine ended with ${code}: ${stderr}`);
  const lines = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as GoLine]));
  return { lines, killed };
}

/** Waits are a hundredth of what they are. */
const hasty: Environment = {
  ...systemEnvironment,
  sleep: (milliseconds, signal) => systemEnvironment.sleep(milliseconds / 100, signal),
};

/** A purchaser of ours on the sandbox, with an empty ledger unless one is given. */
export function ourEngine(
  { url: endpoint }: CloudSandbox,
  { ledger = createMemoryLedger(), environment = hasty }: { ledger?: Ledger; environment?: Environment } = {},
) {
  const settings = { endpoint, environment };
  const providers = [createAzure(settings), createAws(settings), createGcp(settings)];
  return createPurchaser({ ledger, environment, providers });
}
