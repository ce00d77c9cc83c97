import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { temporaryFolder } from "../temporary-folder.ts";

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A file that is the command line. */
export interface CommandLine {
  readonly name: string;
  readonly file: string;
}

/** Its source, which Node strips of its types at every start. */
export const sourceCommandLine: CommandLine = { name: "source", file: root("src/cli/main.ts") };

/** As it is published, where it was built, else its source. */
export function builtCommandLine(): CommandLine {
  const file = root("dist/src/cli/main.js");
  return existsSync(file) ? { name: "built", file } : sourceCommandLine;
}

/** What one run of the command line loaded. */
export interface Loaded {
  /** Files of JavaScript and TypeScript, those of packages included; Node's own left out. */
  readonly modules: number;
  readonly packages: readonly string[];
}

/** Runs it in an empty folder, with `execution` in execution.json: milliseconds from start to exit. */
export async function timeCommandLine(
  { file }: CommandLine,
  args: readonly string[],
  execution?: object,
): Promise<number> {
  return (await run(file, args, execution, false)).time;
}

/** Runs it once more, to see what it loads. */
export async function listModules({ file }: CommandLine, args: readonly string[], execution?: object): Promise<Loaded> {
  return (await run(file, args, execution, true)).loaded;
}

async function run(file: string, args: readonly string[], execution: object | undefined, listed: boolean) {
  using folder = temporaryFolder();
  const list = folder.file("packages.json");
  writeFileSync(folder.file("execution.json"), JSON.stringify(execution ?? {}));
  const preload = listed ? ["--import", new URL("loaded-packages.ts", import.meta.url).href] : [];
  const env = { ...process.env, BUYONCE_BENCH_PACKAGES: list };
  const begun = performance.now();
  await promisify(execFile)(process.execPath, [...preload, file, ...args], { cwd: folder.file(""), env });
  const time = performance.now() - begun;
  const nothing: Loaded = { modules: 0, packages: [] };
  return { time, loaded: listed ? (JSON.parse(readFileSync(list, "utf8")) as Loaded) : nothing };
}
