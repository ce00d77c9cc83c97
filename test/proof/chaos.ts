import { parseArgs } from "node:util";
import { emptyPlan } from "./chaos-plan.ts";
import { runChaos } from "./chaos-run.ts";

/**
 * `npm run chaos -- --minutes 30 --seed 7 --ledger postgres`: chaos runs one after the other, each with the next seed,
 * until the time is over. Ends with 1 at the first violation. A seed repeats faults and the order of kills, as far as
 * processes keep time.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: `${Math.floor(Math.random() * 1_000_000)}` },
    ledger: { type: "string", default: "sqlite" },
    drivers: { type: "string", default: "4" },
    recommendations: { type: "string", default: "60" },
    ec2: { type: "string", default: "9" },
    redshift: { type: "string", default: "3" },
    faults: { type: "string", default: "0.08" },
    /** Milliseconds between two words of a person, on average; 0 for none. */
    acts: { type: "string", default: "4000" },
  },
});
const ledger = values.ledger === "postgres" ? "postgres" : "sqlite";
const until = Date.now() + Number(values.minutes) * 60_000;
const totals: Record<string, number> = {};
let violated = false;
for (let seed = Number(values.seed), runs = 1; !violated; seed += 1, runs += 1) {
  const { figures, violations, failures } = await runChaos({
    ledger,
    realClock: ledger === "postgres" && Number(values.ec2) === 0,
    drivers: Number(values.drivers),
    recommendations: Number(values.recommendations),
    ec2: Number(values.ec2),
    redshift: Number(values.redshift),
    latency: 40,
    plan: emptyPlan,
    chance: {
      length: 180_000,
      killEvery: 700,
      faults: Number(values.faults),
      ...(ledger === "postgres" ? { restartEvery: 8000 } : {}),
      ...(Number(values.acts) > 0 ? { actEvery: Number(values.acts) } : {}),
    },
    seed,
  });
  for (const [name, figure] of Object.entries(figures)) totals[name] = (totals[name] ?? 0) + figure;
  console.log(`seed ${seed}, ${ledger}:`, { ...figures, violations: violations.length }, failures);
  for (const violation of violations) console.log(violation);
  violated = violations.length > 0;
  if (violated || Date.now() >= until) console.log(`${runs} runs:`, { ...totals, violations: violations.length });
  if (Date.now() >= until) break;
}
process.exitCode = violated ? 1 : 0;
