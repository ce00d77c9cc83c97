import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { startDriver } from "../proof/chaos-driver.ts";
import { createMovableClock, longLease, untilProven } from "../proof/movable-clock.ts";
import { countBought, execution, ourEngine, runGo, startClouds } from "./take-over-run.ts";

/** How a run went: whether the first engine was killed, and how many requests it had made. */
export interface KilledRun {
  readonly killed: boolean;
  readonly requests: number;
}

/** The execution with one place of it: the others keep their indexes, and are not bought. */
function only(recIndex: number) {
  const skip = { skip: "not this one" };
  const recommendations = execution.recommendations.map((one, index) => (index === recIndex ? one : skip));
  return { ...execution, recommendations };
}

type Tagged = { readonly tags: Readonly<Record<string, string>> };

const isUntagged = ({ tags }: Tagged) => tags["cudly-idempotency-token"] === undefined;

const nodesOf = (sandbox: CloudSandbox) => sandbox.reservations().filter(({ service }) => service === "redshift");

/** What is tagged after its purchase and was not yet, nobody can tell whose it is: the Go engine buys again, and ours an instance of EC2. */
function mostBought(sandbox: CloudSandbox): number {
  return [...sandbox.reservedInstances(), ...nodesOf(sandbox)].some(isUntagged) ? 2 : 1;
}

/** The Go engine is killed after its n-th request took effect; then ours drives the place with an empty ledger, and then it again. */
export async function killGo(recIndex: number, afterRequest: number): Promise<KilledRun> {
  await using sandbox = await startClouds();
  const isLast = () => sandbox.requests.length === afterRequest;
  const { killed } = await runGo(sandbox, [recIndex], { isLast });
  const requests = sandbox.requests.length;
  const most = mostBought(sandbox);
  // Both may be the other engine's, and show no token of it: a person says whose they are.
  const isForPerson = sandbox.savingsPlans().length > 0 || nodesOf(sandbox).some(isUntagged);
  const { outcomes } = await ourEngine(sandbox).drive(only(recIndex));
  const where = `after request ${requests}: ${JSON.stringify(outcomes[recIndex])}`;
  expect(countBought(sandbox), where).toBe(isForPerson ? 1 : most);
  expect(outcomes[recIndex], where).toMatchObject(
    isForPerson
      ? { status: "refused", error: { code: "look-alike" } }
      : { status: expect.stringMatching(/^(already-)?purchased$/) },
  );
  await runGo(sandbox, [recIndex]);
  expect(countBought(sandbox), where).toBe(most);
  return { killed, requests };
}

/** Ours is killed after its n-th request took effect; then the Go engine drives the place, and then ours goes on with its ledger. */
export async function killOurs(recIndex: number, afterRequest: number): Promise<KilledRun> {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-take-over-"));
  const clock = createMovableClock(folder);
  await using sandbox = await startCloudSandbox({ clock, aws: { redshiftTags: "shown" } });
  const executionFile = join(folder, "execution.json");
  writeFileSync(executionFile, JSON.stringify(only(recIndex)));
  const order = {
    ledger: join(folder, "ledger.db"),
    url: sandbox.url,
    executionFile,
    clockFile: clock.file,
    leaseLength: longLease,
    concurrency: 1,
    patience: 120_000,
    requestTimeout: 30_000,
    haste: 10,
  };
  try {
    const first = startDriver("first", order);
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || sandbox.requests.length !== afterRequest) return;
      killed = true;
      first.signal("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requests = sandbox.requests.length;
    const most = mostBought(sandbox);
    const where = `after request ${requests}`;
    await runGo(sandbox, [recIndex]);
    expect(countBought(sandbox), where).toBe(most);
    clock.move(untilProven);
    const second = startDriver("second", order);
    const { stderr } = await second.ended;
    expect(second.lines.at(-1)?.kind, `${where}: ${stderr}`).toBe("report");
    expect(countBought(sandbox), where).toBe(most);
    return { killed, requests };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
