import { expect } from "vitest";
import type { ChaosOptions } from "./chaos-options.ts";
import type { PlannedAct } from "./chaos-plan.ts";
import { runChaos } from "./chaos-run.ts";

/** `CHAOS_SEED` repeats what chance does in a run, as far as processes keep time. It is printed. */
export const chaosSeed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 1_000_000));

/** Runs and prints it; expects that all that was planned has happened, that each was bought once that was to be, and that no rule is broken. */
export async function checkedChaos(options: Omit<ChaosOptions, "seed">): Promise<void> {
  const { figures, violations, failures } = await runChaos({ ...options, seed: chaosSeed });
  const all = { ...figures, violations: violations.length };
  const told = Object.entries(all).map(([what, figure]) => `${what} ${figure}`);
  const failed = JSON.stringify(failures);
  console.log(`chaos, ${options.ledger}, seed ${chaosSeed}: ${told.join(", ")}; drivers that failed: ${failed}`);
  expect(violations, `seed ${chaosSeed}`).toEqual([]);
  const { acts } = options.plan;
  const planned = (...kinds: readonly PlannedAct["act"][]) => acts.filter(({ act }) => kinds.includes(act)).length;
  if (planned("cancel for good") > 0) expect(figures["commitments"]).toBeLessThan(options.recommendations);
  else expect(figures["commitments"]).toBe(options.recommendations - (figures["skips"] ?? 0));
  expect(figures["planned kills"]).toBe(options.plan.kills.length);
  expect(figures["PostgreSQL restarts"]).toBeGreaterThanOrEqual(options.plan.restarts.length);
  expect(figures["requests that went wrong"]).toBeGreaterThanOrEqual(options.plan.faults.length);
  if (acts.length === 0) return;
  expect(figures["cancels"]).toBeGreaterThanOrEqual(planned("cancel", "cancel for good"));
  expect(figures["reopens"]).toBeGreaterThanOrEqual(planned("cancel"));
  expect(figures["limits changed"]).toBeGreaterThanOrEqual(2 * planned("totals", "price"));
  // Below what is bought they cannot be set: something is sent by then.
  expect(figures["limits refused"]).toBeGreaterThanOrEqual(planned("totals"));
  expect(figures["skips"]).toBeGreaterThanOrEqual(planned("skip"));
  // The execution itself, and each time anew after what takes its approval away.
  expect(figures["approvals"]).toBeGreaterThanOrEqual(1 + planned("cancel", "price"));
}
