import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox.ts";
import type { Execution, Recommendation } from "../../src/spec/recommendation.ts";
import { deriveIdempotencyToken } from "../../src/spec/token.ts";
import { boughtIn } from "./bought.ts";
import { startDriver } from "./chaos-driver.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as Execution;

/** Each run is two processes, and other tests run beside them. */
const limit = pLimit(2);

let kills = 0;
afterAll(() => console.log(`killed ${kills} times, after each request of each service: 1 commitment each time`));

/**
 * For every service that the fixture buys: a real driver process with the real SDK is killed right after its n-th request
 * took effect and before it is answered, for every n; then another one drives.
 */
describe("killed after every request", () => {
  test.concurrent.for(fixture.recommendations)("$provider $service", { timeout: 240_000 }, async (recommendation) => {
    const calm = await limit(() => driveAndKill(recommendation, Infinity));
    expect(calm).toMatchObject({ killed: false, commitments: 1, status: "already-purchased" });
    // Look-up, price, purchase: at the least.
    expect(calm.requests).toBeGreaterThanOrEqual(3);
    const runs = Array.from({ length: calm.requests }, (_, index) =>
      limit(() => driveAndKill(recommendation, index + 1)),
    );
    for (const [index, run] of (await Promise.all(runs)).entries()) {
      const where = `killed after request ${index + 1} of ${calm.requests}: ${run.said}`;
      expect(run.killed, where).toBe(true);
      expect(run.requests, where).toBe(index + 1);
      expect(run.commitments, where).toBe(1);
      expect(run.status, where).toMatch(/^(already-)?purchased$/);
      expect(run.id, where).toBe(run.boughtId);
      kills += 1;
    }
  });
});

async function driveAndKill(recommendation: Recommendation, afterRequest: number) {
  await using sandbox = await startCloudSandbox();
  const folder = mkdtempSync(join(tmpdir(), "buyonce-kill-"));
  const executionFile = join(folder, "execution.json");
  const execution = { executionId: "killed", source: "test", recommendations: [recommendation] };
  writeFileSync(executionFile, JSON.stringify(execution));
  const order = {
    ledger: join(folder, "ledger.db"),
    url: sandbox.url,
    executionFile,
    leaseLength: 1000,
    concurrency: 1,
    patience: 60_000,
    haste: 10,
    // The sandbox shows at once what it sold, and the dead driver sends nothing more.
    minimumAge: 1000,
  };
  try {
    const first = startDriver("first", order);
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || sandbox.requests.length < afterRequest) return;
      killed = true;
      first.signal("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requests = sandbox.requests.length;
    sandbox.onRequest = undefined;
    const second = startDriver("second", order);
    const { stderr } = await second.ended;
    const report = second.lines.find((line) => line.kind === "report")?.report;
    const [outcome] = report?.outcomes ?? [];
    const tokens = [deriveIdempotencyToken(execution.executionId, 0)];
    const bought = boughtIn(sandbox, execution.recommendations, tokens);
    expect(bought.map(({ token }) => token)).toEqual(tokens);
    return {
      killed,
      requests,
      commitments: bought.length,
      boughtId: bought[0]?.id,
      status: outcome?.status,
      id: outcome?.commitment?.id,
      said: `${JSON.stringify(second.lines.at(-1))} ${stderr}`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
