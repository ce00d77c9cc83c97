import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import process from "node:process";

// Preloaded (`--import`) into a process: writes the packages whose code was loaded, at its end, into the file that
// BUYONCE_BENCH_SAYS names.
const packages = new Set<string>();
let modules = 0;
registerHooks({
  load(url, context, nextLoad) {
    modules += 1;
    const [, name] = /.*\/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) packages.add(name);
    return nextLoad(url, context);
  },
});
process.on("exit", () => {
  const file = process.env["BUYONCE_BENCH_SAYS"];
  if (file !== undefined) writeFileSync(file, JSON.stringify({ modules, packages: [...packages].toSorted() }));
});
