import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { boughtIn } from "./bought.ts";
import { startDriver } from "./chaos-driver.ts";
import type { DriverOrder } from "./history-checker.ts";
import { createMovableClock, longLease, untilProven } from "./movable-clock.ts";

/**
 * A real driver process with the real SDK is killed right after the first request of which `isLast` says so took effect,
 * before it is answered; then another one drives. Expects one commitment, and that the second driver says so; returns how
 * many requests the first one made, and whether it was killed. `flows`: how each of them buys reservations of Azure.
 */
export async function driveAndKill(
  recommendation: AnyRecommendation,
  isLast: (sandbox: CloudSandbox) => boolean,
  flows: Partial<Record<"first" | "second", DriverOrder["reservationFlow"]>> = {},
): Promise<{ readonly killed: boolean; readonly requests: number }> {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-kill-"));
  const clock = createMovableClock(folder);
  await using sandbox = await startCloudSandbox({ clock });
  const executionFile = join(folder, "execution.json");
  const execution = { executionId: "killed", source: "test", recommendations: [recommendation] };
  writeFileSync(executionFile, JSON.stringify(execution));
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
    const first = startDriver("first", { ...order, ...(flows.first ? { reservationFlow: flows.first } : {}) });
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || !isLast(sandbox)) return;
      killed = true;
      first.signal("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requests = sandbox.requests.length;
    sandbox.onRequest = undefined;
    clock.move(untilProven);
    const second = startDriver("second", { ...order, ...(flows.second ? { reservationFlow: flows.second } : {}) });
    const { stderr } = await second.ended;
    const [outcome] = second.lines.find((line) => line.kind === "report")?.report.outcomes ?? [];
    const tokens = [deriveIdempotencyToken(execution.executionId, 0)];
    const bought = boughtIn(sandbox, execution.recommendations, tokens);
    const where = `after request ${requests}: ${JSON.stringify(second.lines.at(-1))} ${stderr}`;
    expect(bought, where).toMatchObject(tokens.map((token) => ({ token })));
    expect(outcome?.status, where).toMatch(/^(already-)?purchased$/);
    expect(outcome?.commitment?.id, where).toBe(bought[0]?.id);
    return { killed, requests };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
