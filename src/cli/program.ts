import { Command } from "commander";
import { defaultFiles, type DriveCommandOptions } from "./drive-options.ts";
import { driveHelp } from "./help-text.ts";
import { wholeNumber } from "./parse-number.ts";
import type { SandboxCommandOptions } from "./sandbox.ts";
import { type Terminal, widthOf } from "./terminal.ts";

/** What the commands do; `run.ts` brings the real ones. */
export interface ProgramActions {
  readonly drive: (file: string, options: DriveCommandOptions) => Promise<void>;
  readonly sandbox: (options: SandboxCommandOptions) => Promise<void>;
}

interface DriveFlags {
  readonly ledger?: string;
  readonly sandbox?: true;
  readonly azureEndpoint?: string;
  readonly awsEndpoint?: string;
  readonly concurrency: number;
  readonly timeout: number;
  readonly wait?: true;
  readonly yes?: true;
  readonly json?: true;
}

/** The command line: its commands, options and help. It throws a CommanderError for bad usage, and after help. */
export function createProgram(terminal: Terminal, version: string, actions: ProgramActions): Command {
  const program = new Command("buyonce")
    .description("Buys cloud commitments (Azure reservations, AWS Reserved Instances) exactly once.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(text),
      getOutHelpWidth: () => widthOf(terminal.stdout),
      getErrHelpWidth: () => widthOf(terminal.stderr),
    })
    .showHelpAfterError("(--help says more)");

  program
    .command("drive")
    .description("Buy every recommendation of an execution once, and report each.")
    .argument("<execution.json>", "the execution file, at most 10 MB")
    .option(
      "--ledger <file>",
      `where is recorded what was sent and bought (default: ${defaultFiles.ledger}; against an imitation ${defaultFiles.sandboxLedger})`,
    )
    .option("--sandbox", "start an imitation of the clouds and drive against it; nothing is spent")
    .option("--azure-endpoint <url>", "instead of the public Azure cloud")
    .option("--aws-endpoint <url>", "instead of AWS: one URL for EC2 and STS")
    .option("--concurrency <n>", "how many recommendations are driven at once", wholeNumber(1, 100), 4)
    .option("--timeout <seconds>", "by when it has reported whatever it knows", wholeNumber(1, 86_400), 600)
    .option("--wait", "wait for recommendations that another driver holds, instead of reporting in-progress")
    .option("--yes", "buy without being asked")
    .option("--json", "print one JSON document and nothing else on standard output")
    .addHelpText("after", driveHelp)
    .action((file: string, flags: DriveFlags) => actions.drive(file, driveOptions(flags)));

  program
    .command("sandbox")
    .description("Run the imitation of the clouds until Ctrl-C.")
    .option("--port <n>", "the port on 127.0.0.1; 0 for any that is free", wholeNumber(0, 65_535), 0)
    .option("--state <file>", "where its state lasts (default: in memory only)")
    .action((flags: SandboxCommandOptions) => actions.sandbox(flags));

  return program;
}

function driveOptions(flags: DriveFlags): DriveCommandOptions {
  const { azureEndpoint, awsEndpoint, sandbox = false, wait = false, yes = false, json = false } = flags;
  return {
    ...flags,
    sandbox,
    wait,
    yes,
    json,
    endpoints: {
      ...(azureEndpoint === undefined ? {} : { azure: azureEndpoint }),
      ...(awsEndpoint === undefined ? {} : { aws: awsEndpoint }),
    },
  };
}
