import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import type { CommandParts } from "./command-parts.ts";

/** The options of `buyonce sandbox`, parsed. */
export interface SandboxCommandOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly state?: string | undefined;
}

/** What `buyonce sandbox` is put together from; tests hand in their own. */
export interface SandboxParts extends Pick<CommandParts, "terminal" | "onInterrupt" | "exit"> {
  readonly startSandbox: (options: { port: number; stateFile?: string }) => Promise<{
    readonly url: string;
    close(): Promise<void>;
  }>;
}

/** `buyonce sandbox`: runs the imitation of the clouds until Ctrl-C. Returns the exit code. */
export async function sandboxCommand(options: SandboxCommandOptions, parts: SandboxParts): Promise<ExitCode> {
  const { terminal, startSandbox, onInterrupt, exit } = parts;
  const { port, state } = options;
  const sandbox = await startSandbox({ port, ...(state === undefined ? {} : { stateFile: state }) });
  const { url } = sandbox;
  terminal.stdout.write(`The sandbox listens at ${url}
Its state ${state === undefined ? "ends with it" : `lasts in ${state}`}. It spends nothing and needs no credentials.

Drive against it:
  buyonce drive execution.json --azure-endpoint ${url} --aws-endpoint ${url} --gcp-endpoint ${url}

Script a fault, here: the next purchase of an Azure order takes effect, and its answer is lost:
  curl -X POST ${url}/_sandbox/faults -H 'content-type: application/json' \\
    -d '${JSON.stringify({ match: { method: "PUT" }, fault: { kind: "reset", when: "after" } })}'

Ctrl-C ends it.
`);
  await new Promise<void>((resolve) => {
    onInterrupt({ first: resolve, again: () => exit(exitCodes.interrupted) });
  });
  await sandbox.close();
  return exitCodes.bought;
}
