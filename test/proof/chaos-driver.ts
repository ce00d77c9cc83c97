import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { DriverLine, DriverOrder } from "./history-checker.ts";
import { program } from "../test-programs.ts";

const driver = program("test/proof/driver-process.ts");

/** A driver process and all that it has printed. */
export interface ChaosDriver {
  readonly name: string;
  readonly lines: readonly DriverLine[];
  readonly running: boolean;
  /** Resolves when it has ended and all its lines are read. */
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>;
  /** False when it has ended already. */
  signal(signal: "SIGKILL" | "SIGCONT"): boolean;
}

/** Starts a driver process. `onLine` is told each line that it prints. It dies with this process. */
export function startDriver(name: string, order: DriverOrder, onLine?: (line: DriverLine) => void): ChaosDriver {
  const lines: DriverLine[] = [];
  const child = spawn(process.execPath, [driver, JSON.stringify(order)], { stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  let running = true;
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr = (stderr + text.toString()).slice(-5000)));
  child.once("exit", () => {
    running = false;
    process.removeListener("exit", kill);
  });
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (text) => {
    const line = parseLine(text);
    if (line === undefined) return;
    lines.push(line);
    onLine?.(line);
  });
  const read = new Promise((resolve) => reader.once("close", resolve));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => void read.then(() => resolve({ code, stderr })));
  });
  return {
    name,
    lines,
    get running() {
      return running;
    },
    ended,
    signal: (signal) => running && child.kill(signal),
  };
}

/** The last line of a process that was killed may be cut off: then nobody was told it. */
function parseLine(text: string): DriverLine | undefined {
  try {
    return JSON.parse(text) as DriverLine;
  } catch {
    return undefined;
  }
}
