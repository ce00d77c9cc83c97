import type { Command } from "commander";
import { faultKinds } from "../../../providers/sandbox/server/fault-kinds.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { wrap } from "../terminal/table.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { type OptionsOf } from "./option-groups.ts";
import { duration, wholeNumber } from "./option-values.ts";

const addOptions = (command: Command) =>
  command
    .option("--port <n>", "the port on 127.0.0.1; 0 for any that is free", wholeNumber(0, 65_535), 0)
    .option("--state <file>", "where its state lasts (default: in memory only)")
    .option(
      "--azure-writes <n>",
      "how many prices and purchases a tenant takes in an hour, as Azure does 1200 (default: any number)",
      wholeNumber(1, 1_000_000),
    )
    .option("--azure-hour <duration>", "how long that hour is: seconds, or such as 10m", duration(1, 3600), 3600);

const help = `
What it does
  Imitates Azure, AWS and Google Cloud at one address on this machine: it spends nothing and needs no credentials. A drive
  with --sandbox starts one of its own; this one stays, for several drives and for faults. docs/sandbox.md says more.

Faults
  curl -X POST URL/_sandbox/faults -H 'content-type: application/json' \\
    -d '{ "match": { "method": "PUT" }, "skip": 0, "times": 1, "fault": { "kind": "reset", "when": "after" } }'

  match says which requests: method, a part of the path, action (as GET URL/_sandbox/requests shows it), account; {} is all.
  skip lets so many pass first (0), times hits so many (1). "when" is before or after the request took effect: after it,
  something was bought, and the buyer does not know. DELETE URL/_sandbox/faults forgets all rules. The kinds:

${Object.entries(faultKinds).map(faultHelp).join("\n")}

Exit codes
  0    ended as it was told to
  1    an internal error
  2    bad usage, or a port or state file that cannot be used

Example
  buyonce sandbox --port 4777 --state sandbox.json
`;

function faultHelp([kind, { what, fields }]: readonly [string, (typeof faultKinds)[keyof typeof faultKinds]]): string {
  return wrap(`${what} (${fields})`, 104)
    .map((line, index) => `  ${(index === 0 ? kind : "").padEnd(9)}${line}`)
    .join("\n");
}

/** The options of `buyonce sandbox`. */
type SandboxCommandOptions = OptionsOf<typeof addOptions>;

/** What `buyonce sandbox` is. */
export const sandbox = { addOptions, help, action: sandboxCommand } satisfies CommandModule<[], SandboxCommandOptions>;

/** `buyonce sandbox`: runs the imitation of the clouds until Ctrl-C. Returns the exit code. */
async function sandboxCommand(options: SandboxCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { terminal, startSandbox, onInterrupt, exit } = parts;
  const { port, state, azureWrites: writes, azureHour } = options;
  const sandbox = await startSandbox({
    port,
    ...(state === undefined ? {} : { stateFile: state }),
    ...(writes === undefined ? {} : { azure: { writeLimit: { writes, within: azureHour * 1000 } } }),
  });
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
