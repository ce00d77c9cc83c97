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

/** What one run took, in milliseconds. */
export interface RunTime {
  /** From start to exit. */
  readonly wall: number;
  /** Of all cores, user and system. */
  readonly cpu: number;
}

/** What Node is started with. */
export interface RunOptions {
  /** Arguments of Node itself: the file, and what follows. */
  readonly args: readonly string[];
  /** Is in execution.json of the folder in which it runs. */
  readonly execution?: object | undefined;
  /** Besides those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Runs Node in an empty folder, and says what that took. */
export async function timeRun(options: RunOptions): Promise<RunTime> {
  const begun = performance.now();
  // Only the process itself knows; what it takes to ask it is in the figures of all.
  const cpu = Number(await run(options, `data:text/javascript,${encodeURIComponent(sayCpu)}`));
  return { wall: performance.now() - begun, cpu };
}

const sayCpu = `import { writeFileSync } from "node:fs";
process.on("exit", () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(process.env.BUYONCE_BENCH_SAYS, String((user + system) / 1000));
});`;

/** Runs the command line, and says what it loads. */
export async function listModules({ file }: CommandLine, args: readonly string[], execution?: object): Promise<Loaded> {
  const preload = new URL("loaded-packages.ts", import.meta.url).href;
  return JSON.parse(await run({ args: [file, ...args], execution }, preload)) as Loaded;
}

/** Runs Node with a module loaded before, and returns what that wrote at the end. */
async function run({ args, execution = {}, env = {} }: RunOptions, preload: string): Promise<string> {
  using folder = temporaryFolder();
  const says = folder.file("says.txt");
  writeFileSync(folder.file("execution.json"), JSON.stringify(execution));
  await promisify(execFile)(process.execPath, ["--import", preload, ...args], {
    cwd: folder.file(""),
    env: { ...process.env, ...env, BUYONCE_BENCH_SAYS: says },
  });
  return readFileSync(says, "utf8");
}
