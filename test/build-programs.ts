import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { bundling } from "../tools/bundling.ts";
import { builtPrograms, programs } from "./test-programs.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Inside the repository, so that the packages are found. */
const folder = join(root, "node_modules/.cache/programs");

/** Before every run: builds the programs that tests start from their sources, the packages that they import left out. */
export async function setup({ config }: TestProject): Promise<void> {
  // What was built before a change would be outdated after it.
  if (config.watch) return;
  const { outputFiles } = await build({
    ...bundling,
    absWorkingDir: root,
    entryPoints: [...programs],
    outbase: root,
    outdir: folder,
    write: false,
  });
  const wanted = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  // A program reads its version there, and asks for it by the name of the package.
  wanted.set(join(folder, "package.json"), readFileSync(join(root, "package.json")));
  for (const [path, contents] of wanted) put(path, contents);
  for (const name of globSync("**/*.js", { cwd: folder }))
    if (!wanted.has(join(folder, name))) rmSync(join(folder, name));
  process.env[builtPrograms] = pathToFileURL(`${folder}/`).href;
}

/** Leaves alone what is right, and is never seen half written: another run may be starting it. */
function put(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const whole = `${path}.${process.pid}`;
  writeFileSync(whole, contents);
  renameSync(whole, path);
}
