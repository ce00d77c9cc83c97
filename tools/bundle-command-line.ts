import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundling } from "./bundling.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const commandLine = "dist/src/cli";

/**
 * After the compiler, as part of `npm run build`: the built command line, of which a drive loads 130 files instead of 310; Node finds, reads
 * and links each (docs/speed.md). What one command needs stays in files of its own, and packages stay packages. The library beside it
 * stays as the compiler made it.
 */
await rm(`${root}${commandLine}`, { recursive: true });
await build({
  ...bundling,
  absWorkingDir: root,
  entryPoints: ["src/cli/main.ts"],
  outdir: commandLine,
  chunkNames: "parts/[name]-[hash]",
  sourcemap: true,
  sourcesContent: false,
});
