import type { Command } from "commander";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { type OptionsOf } from "./option-groups.ts";
import { wholeNumber } from "./option-values.ts";

const addOptions = (command: Command) =>
  command
    .option("--port <n>", "the port on 127.0.0.1; 0 for any that is free", wholeNumber(0, 65_535), 0)
    .option("--state <file>", "where its state lasts (default: in memory only)");

/** The options of `buyonce sandbox`. */
type SandboxCommandOptions = OptionsOf<typeof addOptions>;

/** What `buyonce sandbox` is. */
export const sandbox = { addOptions, action: sandboxCommand } satisfies CommandModule<[], SandboxCommandOptions>;

/** `buyonce sandbox`: runs the imitation of the clouds until Ctrl-C. Returns the exit code. */
async function sandboxCommand({ port, state }: SandboxCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { terminal, startSandbox, onInterrupt, exit } = parts;
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
