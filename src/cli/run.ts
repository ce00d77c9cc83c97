import process from "node:process";
import type { Readable, Writable } from "node:stream";
import { inspect } from "node:util";
import { CommanderError } from "commander";
import type { LogLevel } from "../log/logger.ts";
import { BuyonceError, messageOf } from "../contract/errors.ts";
import { createCommandLog } from "./command-log.ts";
import type { CommandParts, RunningSandbox } from "./commands/command-parts.ts";
import { createProgram } from "./program.ts";
import { openLedger } from "./resources/open-ledger.ts";
import { createProviders } from "./resources/providers.ts";
import { confirm } from "./terminal/confirm.ts";
import { type ExitCode, exitCodeOfError, exitCodeOfLost, exitCodes, usageError } from "./terminal/exit-code.ts";
import { type InterruptHandlers, onInterrupt, type SignalSource } from "./terminal/interrupt.ts";
import { noteOn } from "./terminal/note.ts";
import type { Output, Terminal } from "./terminal/terminal.ts";
import { watchOutput } from "./terminal/watch-output.ts";
import { explainError } from "./text/explain-error.ts";
import { jsonError } from "./text/json-documents.ts";
import { maskPassword } from "./text/mask-password.ts";

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
  const { stdin, stderr, env } = host;
  const [stdout, noted] = [watchOutput(host.stdout), watchOutput(stderr)];
  const log = createCommandLog(stderr);
  const terminal: Terminal = {
    stdin,
    stdout,
    stderr: log.stderr,
    env,
    get log() {
      return log.logger;
    },
  };
  const json = args.includes("--json");
  const exit = (code: ExitCode) => host.exit(code);
  const listen = (handlers: InterruptHandlers) => onInterrupt(host, handlers, () => performance.now());
  const interrupts = (handlers: InterruptHandlers) => {
    const stop = listen(handlers);
    return () => {
      stop();
      // What was done is still to be said: a signal must not swallow that.
      listen({ first: () => undefined, again: () => exit(exitCodes.interrupted) });
    };
  };
  host.on("uncaughtException", (error) => {
    report(error, terminal, json);
    exit(exitCodes.internal);
  });

  let code: ExitCode = exitCodes.bought;
  /** What buys is imported only when it is needed: `--help` loads no SDK. */
  const driveParts = async (): Promise<CommandParts> => {
    const { createPurchaser } = await import("../purchaser.ts");
    return {
      terminal,
      createProviders,
      createPurchaser,
      openLedger,
      startSandbox,
      confirm: (question, signal) => confirm(question, { input: stdin, output: stderr, signal }),
      now: () => Date.now(),
      onInterrupt: interrupts,
      exit,
    };
  };
  const program = createProgram(terminal, version, {
    drive: async (file, options) => {
      const { driveCommand } = await import("./commands/drive.ts");
      code = await driveCommand(file, options, await driveParts());
    },
    quote: async (file, options) => {
      const { quoteCommand } = await import("./commands/quote.ts");
      code = await quoteCommand(file, options, await driveParts());
    },
    redrive: async (executionId, options) => {
      const { redriveCommand } = await import("./commands/redrive.ts");
      code = await redriveCommand(executionId, options, await driveParts());
    },
    settle: async (executionId, options) => {
      const { settleCommand } = await import("./commands/settle.ts");
      code = await settleCommand(executionId, options, await driveParts());
    },
    status: async (executionId, options) => {
      const { statusCommand } = await import("./commands/status.ts");
      code = await statusCommand(executionId, options, { terminal, openLedger });
    },
    history: async (executionId, recIndex, options) => {
      const { historyCommand } = await import("./commands/history.ts");
      code = await historyCommand(executionId, recIndex, options, { terminal, openLedger });
    },
    resolve: async (executionId, recIndex, options) => {
      const { resolveCommand } = await import("./commands/resolve.ts");
      code = await resolveCommand(executionId, recIndex, options, await driveParts());
    },
    audit: async (options) => {
      const { auditCommand } = await import("./commands/audit.ts");
      code = await auditCommand(options, await driveParts());
    },
    sandbox: async (options) => {
      const { sandboxCommand } = await import("./commands/sandbox.ts");
      const { startCloudSandbox } = await import("../../providers/sandbox/index.ts");
      code = await sandboxCommand(options, {
        terminal,
        startSandbox: startCloudSandbox,
        onInterrupt: interrupts,
        exit,
      });
    },
  });

  program.hook("preAction", async (_program, command) => {
    const { logLevel } = command.opts<{ logLevel?: LogLevel }>();
    if (logLevel !== undefined) await log.start(logLevel);
  });

  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      code = error.exitCode === 0 ? exitCodes.bought : exitCodes.usage;
      // Commander has said it to the person already.
      if (code === exitCodes.usage && json)
        stdout.write(jsonError(usageError(maskPassword(error.message.replace(/^error: /, "")))));
    } else {
      code = exitCodeOfError(error);
      report(error, terminal, json);
    }
  }
  await stdout.flush();
  if (stdout.failure) {
    noteOn(terminal.stderr)(
      `buyonce: standard output could not be written (${messageOf(stdout.failure)}), so what it should have said is lost. What is bought is bought all the same: buyonce status shows it.`,
    );
    code = exitCodeOfLost(code);
  }
  await noted.flush();
  // Whatever is still open, such as an idle connection, must not keep a finished command waiting.
  exit(code);
}

/** Starts the imitation of all clouds for one command, its state in a file. */
async function startSandbox(stateFile: string): Promise<RunningSandbox> {
  const { startCloudSandbox } = await import("../../providers/sandbox/index.ts");
  const sandbox = await startCloudSandbox({ stateFile });
  return {
    url: sandbox.url,
    purchaseRequests: () => sandbox.purchaseRequests().length,
    close: () => sandbox.close(),
  };
}

/** Says what went wrong: a sentence for the person, and with `--json` a document for the machine. */
function report(error: unknown, { stdout, stderr, env, log }: Terminal, json: boolean): void {
  const code = BuyonceError.isInstance(error) ? error.code : "internal";
  const note = noteOn(stderr);
  if (log) log.error({ code }, explainError(error));
  else note(`buyonce: ${explainError(error)}`);
  if (exitCodeOfError(error) === exitCodes.internal) {
    note("If a drive was under way, drive the same file again: what became of it is found out first.");
  }
  if ((env["BUYONCE_DEBUG"] ?? "") !== "") note(maskPassword(inspect(error)));
  if (json) stdout.write(jsonError(error));
}
