import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { program } from "../test-programs.ts";

const main = program("src/cli/main.ts");

/** `buyonce serve` in a process of its own, at an address that stays the same to whoever asks `url` again. */
export interface ServeProcess {
  /** Where it listens now. */
  readonly url: () => string;
  /** Kills it without a warning, and starts the next one in the same folder. */
  readonly restart: () => Promise<void>;
  readonly kill: () => Promise<void>;
}

/** Starts it in a folder, which holds its ledger, and waits until it listens. */
export async function startServe(folder: string, ...args: readonly string[]): Promise<ServeProcess> {
  let running = await start(folder, args);
  const kill = async () => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  return {
    url: () => running.url,
    restart: async () => {
      await kill();
      running = await start(folder, args);
    },
    kill,
  };
}

async function start(folder: string, args: readonly string[]): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, "serve", "--port", "0", "--json", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BUYONCE_LEDGER: undefined, BUYONCE_CONFIG: undefined, BUYONCE_DEBUG: "" },
  });
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as [Buffer | number];
  if (!Buffer.isBuffer(said)) throw new Error(`buyonce serve ended with ${said}.`);
  const { url } = JSON.parse(said.toString()) as { readonly url: string };
  return { child, url };
}
