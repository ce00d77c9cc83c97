import { expect } from "vitest";
import type { ChaosOptions } from "./chaos-options.ts";
import { runChaos } from "./chaos-run.ts";

/** `CHAOS_SEED` repeats what chance does in a run, as far as processes keep time. It is printed. */
export const chaosSeed = Number(process.env["CHAOS_SEED"] ?? Math.floor(Math.random() * 1_000_000));

/** Runs and prints it; expects that all that was planned has happened, that each was bought once, and that no rule is broken. */
export async function checkedChaos(options: Omit<ChaosOptions, "seed">): Promise<void> {
  const { figures, violations, failures } = await runChaos({ ...options, seed: chaosSeed });
  const all = { ...figures, violations: violations.length };
  const told = Object.entries(all).map(([what, figure]) => `${what} ${figure}`);
  const failed = JSON.stringify(failures);
  console.log(`chaos, ${options.ledger}, seed ${chaosSeed}: ${told.join(", ")}; drivers that failed: ${failed}`);
  expect(violations, `seed ${chaosSeed}`).toEqual([]);
  expect(figures["commitments"]).toBe(options.recommendations);
  expect(figures["planned kills"]).toBe(options.plan.kills.length);
  expect(figures["PostgreSQL restarts"]).toBeGreaterThanOrEqual(options.plan.restarts.length);
  expect(figures["requests that went wrong"]).toBeGreaterThanOrEqual(options.plan.faults.length);
}
