import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** How a measuring process is started. */
export interface ChildOptions {
  /** Options of Node. */
  readonly nodeOptions?: readonly string[];
  /** A program that starts Node, with its options: `strace`. */
  readonly under?: readonly string[];
}

/**
 * Runs a file of this folder in a process of its own, so that no measurement meets the memory, the compiled code or the
 * timers of another one. It is given `order` as JSON, and prints its result as JSON.
 */
export async function runChild<Result>(
  name: string,
  order: object,
  { nodeOptions = [], under = [] }: ChildOptions = {},
): Promise<Result> {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const command = [...under, process.execPath, ...nodeOptions, file, JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(command[0] ?? "", command.slice(1), { maxBuffer: 10_000_000 });
  return JSON.parse(stdout) as Result;
}

/** In a measuring process: what it was asked for. */
export function orderOfChild<Order>(): Order {
  return JSON.parse(process.argv[2] ?? "") as Order;
}

/** In a measuring process: hands the result over. */
export function answer(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
