import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const commandLine = "dist/src/cli";

/**
 * After the compiler, as part of `npm run build`: the built command line, of which a drive loads 130 files instead of 310; Node finds, reads
 * and links each (docs/speed.md). What one command needs stays in files of its own, and packages stay packages. The library beside it
 * stays as the compiler made it.
 */
await rm(`${root}${commandLine}`, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["src/cli/main.ts"],
  outdir: commandLine,
  chunkNames: "parts/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  conditions: ["buyonce-source"],
  packages: "external",
  sourcemap: true,
  sourcesContent: false,
});
