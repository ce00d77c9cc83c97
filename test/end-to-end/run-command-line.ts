import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { Outcome, Report } from "../../src/contract/report.ts";
import { runCommand } from "../cli/run-command.ts";
import { type Later, startLater, startLeaping } from "./start-later.ts";
import { program } from "../test-programs.ts";

const main = program("src/cli/main.ts");

/** The command line, run for real in a folder of its own against a sandbox of the test's. */
export interface CommandLine {
  readonly folder: string;
  /** Runs `buyonce drive` as a process of its own and waits for its end. */
  drive(...options: string[]): Promise<Ended>;
  /** The same within this process, where a process of its own shows nothing more. */
  driveWithin(...options: string[]): Promise<Ended>;
  /** The same as `drive`, as if it were so many milliseconds later; its waits between two looks are cut short. */
  driveLater(ahead: number, ...options: string[]): Promise<Ended>;
  /** Starts `buyonce drive`, so that the test can kill it; `ended` resolves whatever ends it. */
  start(...options: string[]): { readonly process: ChildProcess; readonly ended: Promise<Ended> };
  /** The same, for which so many milliseconds pass at once when it gets SIGUSR2. */
  startLeaping(milliseconds: number, ...options: string[]): ReturnType<CommandLine["start"]>;
  remove(): void;
}

/** How a run ended. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The report of a run with `--json` that came to its end. */
  readonly outcomes: readonly Outcome[];
}

/** Prepares a folder with the execution and the arguments that lead to the sandbox. */
export function commandLine(sandbox: CloudSandbox, execution: unknown): CommandLine {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-cli-"));
  writeFileSync(join(folder, "execution.json"), JSON.stringify(execution));
  const endpoints = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
  const fixed = [...endpoints, "--ledger", join(folder, "ledger.db"), "--json"];

  function spawnDrive(later: Later, options: readonly string[]) {
    const command = [...later.args, main, "drive", "execution.json", ...fixed, ...options];
    const child = spawn(process.execPath, command, {
      cwd: folder,
      env: { ...process.env, ...later.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      let [stdout, stderr] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr, outcomes: outcomesIn(stdout) }));
    });
    return { process: child, ended };
  }
  const start = (...options: string[]) => spawnDrive({ args: [], env: {} }, options);
  return {
    folder,
    start,
    drive: (...options) => start(...options).ended,
    driveWithin: async (...options) => {
      const { code, stdout, stderr } = await runCommand([
        "drive",
        join(folder, "execution.json"),
        ...fixed,
        ...options,
      ]);
      return { code: code ?? null, stdout, stderr, outcomes: outcomesIn(stdout) };
    },
    driveLater: (ahead, ...options) => spawnDrive(startLater(ahead), options).ended,
    startLeaping: (milliseconds, ...options) => spawnDrive(startLeaping(milliseconds), options),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

function outcomesIn(stdout: string): readonly Outcome[] {
  return stdout === "" ? [] : ((JSON.parse(stdout) as Partial<Report>).outcomes ?? []);
}
