import { cpus, loadavg } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { measureOwnCost } from "./cost/request-cost.ts";
import { measureDrives } from "./drives/drives.ts";
import { measureLostAnswers } from "./drives/lost-answers.ts";
import { measureLedgers } from "./ledger/ledger-size.ts";
import { measureLimit } from "./limit/limit.ts";
import { measureLoad } from "./load/load.ts";
import { measureMemory } from "./memory/memory.ts";
import { measureWorkers } from "./ledger/shared-ledger.ts";
import { parameterSets } from "./parameters.ts";
import { measureStartUp } from "./start-up/start-up.ts";
import { writeTables } from "./written-tables.ts";

/**
 * `npm run bench`, `npm run bench -- --quick`, `npm run bench -- --only drives`: measures and prints tables. It asserts
 * nothing about time, needs no network but loopback, and leaves nothing behind; `--write` puts the tables into the pages that show them.
 */
const topics = {
  drives: measureDrives,
  "lost-answers": measureLostAnswers,
  limit: measureLimit,
  cost: measureOwnCost,
  memory: measureMemory,
  ledger: measureLedgers,
  workers: measureWorkers,
  load: measureLoad,
  "start-up": measureStartUp,
} as const;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    tiny: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: Object.keys(topics) },
  },
});
const parameters = parameterSets[values.tiny ? "tiny" : values.quick ? "quick" : "full"];
const load = () => loadavg()[0]?.toFixed(1);

const machine =
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ${process.platform}, ` +
  `load ${load()} at the begin`;
console.log(
  `buyonce bench, ${parameters.name}: ${machine}. The same every time: executions and tenants are made from their numbers alone.`,
);
const begun = performance.now();
const measured = new Map<string, string>();
for (const [name, measure] of Object.entries(topics)) {
  if (!values.only.includes(name)) continue;
  const tables = await measure(parameters);
  measured.set(name, tables);
  console.log(`\n${tables}`);
}
if (values.write) {
  const day = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  await writeTables(measured, `Measured on ${day}: ${machine}.`);
}
console.log(`\n${Math.round((performance.now() - begun) / 1000)} s in all, load ${load()} at the end.`);
