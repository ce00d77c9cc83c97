#!/usr/bin/env node
import { createRequire } from "node:module";

// Only what runs on an old Node may stand above this check: an import of the program itself would fail there first,
// with an error that helps nobody.
const manifest = createRequire(import.meta.url)("buyonce/package.json") as {
  readonly version: string;
  readonly engines: { readonly node: string };
};
const needed = manifest.engines.node.replace(/^\D+/, "");
const parts = (version: string) => version.split(".").map(Number);
const [major = 0, minor = 0] = parts(process.versions.node);
const [neededMajor = 0, neededMinor = 0] = parts(needed);

if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
  process.stderr.write(
    `buyonce needs Node ${needed} or newer; this is Node ${process.versions.node}. Nothing was sent.\n` +
      "Install a newer Node, or put one beside buyonce, which npx then uses: npm install node@24\n",
  );
  process.exit(2);
}

const { keepCompiledCode } = await import("./compile-cache.ts");
keepCompiledCode();
const { run } = await import("./run.ts");
await run(process.argv.slice(2), manifest.version);
