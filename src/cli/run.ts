import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { inspect } from "node:util";
import { CommanderError } from "commander";
import type { Imitation } from "../../providers/sandbox/server/imitation.ts";
import type { LogLevel } from "../log/logger.ts";
import { BuyonceError, messageOf } from "../contract/errors.ts";
import { createCommandLog } from "./command-log.ts";
import type { CommandParts, RunningSandbox, StartSandboxOptions } from "./commands/command-parts.ts";
import { createProgram, withHelpOption } from "./program.ts";
import { openLedger } from "./resources/open-ledger.ts";
import { createProviders, providerNames, type ProviderName } from "./resources/providers.ts";
import { type ExitCode, exitCodeOfError, exitCodeOfLost, exitCodes, usageError } from "./terminal/exit-code.ts";
import { type InterruptHandlers, onInterrupt, type SignalSource } from "./terminal/interrupt.ts";
import { confirm, noteOn, type Output, questionsOn, type Terminal } from "./terminal/terminal.ts";
import { type WatchedOutput, watchOutput } from "./terminal/watch-output.ts";
import { explainError, maskPassword } from "./text/explain-error.ts";
import { jsonError } from "./text/json-error.ts";

/** What the command line needs of its process; tests hand in their own. */
export interface Host {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & Output;
  readonly stderr: Writable & Output;
  readonly env: Terminal["env"];
  readonly on: SignalSource["on"] & ((event: "uncaughtException", listener: (error: Error) => void) => unknown);
  readonly off: SignalSource["off"];
  readonly exit: (code: ExitCode) => void;
}

/**
 * Runs the command line of a process and ends it. The one place that knows the process: its streams, signals and exit
 * code. Never prints a stack trace unless BUYONCE_DEBUG is set.
 */
export async function run(args: readonly string[], version: string, host: Host = process): Promise<void> {
  const [stdout, noted] = [watchOutput(host.stdout), watchOutput(host.stderr)];
  const log = createCommandLog(host.stderr);
  const terminal: Terminal = {
    stdin: host.stdin,
    stdout,
    stderr: log.stderr,
    env: host.env,
    get log() {
      return log.logger;
    },
  };
  const json = args.includes("--json");
  let drives = false;
  host.on("uncaughtException", (error) => {
    report(error, terminal, { json, drives });
    host.exit(exitCodes.internal);
  });

  // Until a command says more: what says nothing has not succeeded.
  let code: ExitCode = exitCodes.internal;
  const program = createProgram(createParts(host, terminal), version, (ended) => (code = ended));
  program.hook("preAction", async (_program, command) => {
    drives = ["drive", "redrive"].includes(command.name());
    const { logLevel } = command.opts() as { logLevel?: LogLevel };
    if (logLevel !== undefined) await log.start(logLevel);
  });
  let helped = false;
  try {
    await program.parseAsync(withHelpOption(args, program), { from: "user" });
  } catch (error) {
    helped = error instanceof CommanderError && error.exitCode === 0;
    code = codeOfThrown(error, terminal, { json, drives });
  }
  code = await codeOnceWritten(code, stdout, terminal.stderr, helped);
  await noted.flush();
  // Whatever is still open, such as an idle connection, must not keep a finished command waiting.
  host.exit(code);
}

/** What buys is imported only when it is needed: `--help` loads no SDK. */
function createParts(host: Host, terminal: Terminal): CommandParts {
  const exit = (code: ExitCode) => host.exit(code);
  const listen = (handlers: InterruptHandlers) => onInterrupt(host, handlers, () => performance.now());
  return {
    terminal,
    createProviders,
    createPurchaser: async (options) => (await import("../purchaser.ts")).createPurchaser(options),
    openLedger,
    startSandbox,
    confirm: (question, signal) => confirm(question, { input: host.stdin, output: host.stderr, signal }),
    questions: questionsOn({ input: host.stdin, output: host.stderr }),
    now: () => Date.now(),
    onInterrupt: (handlers) => {
      const stop = listen(handlers);
      return () => {
        stop();
        // What was done is still to be said: a signal must not swallow that.
        listen({ first: () => undefined, again: () => exit(exitCodes.interrupted) });
      };
    },
    exit,
  };
}

/** Imported only where they are needed: an imitation is as large as what it imitates. */
const imitations: Readonly<Record<ProviderName, (azure: StartSandboxOptions["azure"]) => Promise<Imitation>>> = {
  azure: async (azure) =>
    (await import("../../providers/sandbox/azure/azure-imitation.ts")).createAzureImitation(azure),
  aws: async () => (await import("../../providers/sandbox/aws/aws-imitation.ts")).createAwsImitation(),
  gcp: async () => (await import("../../providers/sandbox/gcp/gcp-imitation.ts")).createGcpImitation(),
};

/** Starts the imitation of the clouds for one command. */
async function startSandbox({
  clouds = providerNames,
  azure,
  ...options
}: StartSandboxOptions): Promise<RunningSandbox> {
  const server = await import("../../providers/sandbox/server/server.ts");
  const imitated = await Promise.all(clouds.map((name) => imitations[name](azure)));
  const sandbox = await server.startSandbox({ ...options, imitations: imitated });
  return {
    url: sandbox.url,
    purchaseRequests: () => sandbox.purchaseRequests().length,
    close: () => sandbox.close(),
  };
}

/** How it is said what went wrong: with `--json` as a document too; `drives`: the command may have sent something. */
interface Reporting {
  readonly json: boolean;
  readonly drives: boolean;
}

/** The exit code of a command that threw, and what there is to say about that. */
function codeOfThrown(error: unknown, terminal: Terminal, how: Reporting): ExitCode {
  if (!(error instanceof CommanderError)) {
    report(error, terminal, how);
    return exitCodeOfError(error);
  }
  if (error.exitCode === 0) return exitCodes.bought;
  // Commander has said it to the person already.
  if (how.json) terminal.stdout.write(jsonError(usageError(maskPassword(error.message.replace(/^error: /, "")))));
  return exitCodes.usage;
}

/** The exit code once standard output has taken all, or has not: then that is said too. */
async function codeOnceWritten(
  code: ExitCode,
  stdout: WatchedOutput,
  stderr: Output,
  helped: boolean,
): Promise<ExitCode> {
  await stdout.flush();
  // Of a help text its reader may take the first lines: `buyonce --help | head`.
  if (!stdout.failure || (helped && "code" in stdout.failure && stdout.failure.code === "EPIPE")) return code;
  noteOn(stderr)(
    `buyonce: standard output could not be written (${messageOf(stdout.failure)}), so what it should have said is lost. What is bought is bought all the same: buyonce status shows it.`,
  );
  return exitCodeOfLost(code);
}

/** Says what went wrong: a sentence for the person, and with `--json` a document for the machine. */
function report(error: unknown, { stdout, stderr, env, log }: Terminal, { json, drives }: Reporting): void {
  const code = BuyonceError.isInstance(error) ? error.code : "internal";
  const note = noteOn(stderr);
  if (log) log.error({ code }, explainError(error));
  else note(`buyonce: ${explainError(error)}`);
  if (drives && exitCodeOfError(error) === exitCodes.internal) {
    note("If a drive was under way, drive the same file again: what became of it is found out first.");
  }
  if ((env["BUYONCE_DEBUG"] ?? "") !== "") note(maskPassword(inspect(error)));
  if (json) stdout.write(jsonError(error));
}
