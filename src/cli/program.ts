import { Argument, Command, type CommandUnknownOpts } from "commander";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { CommandModule, CommandParts } from "./commands/command-parts.ts";
import { wholeNumber } from "./commands/option-values.ts";
import type { ExitCode } from "./terminal/exit-code.ts";
import { widthOf } from "./terminal/terminal.ts";
import { maskPassword } from "./text/explain-error.ts";

/**
 * The command line. `ended` gets the exit code of the command that ran. It throws a CommanderError for bad usage, and
 * after help.
 */
export function createProgram(parts: CommandParts, version: string, ended: (code: ExitCode) => void): Command {
  const { stdout, stderr } = parts.terminal;
  const program = new Command("buyonce")
    .description(
      "Buys cloud commitments (reservations, savings plans, committed use of Azure, AWS and GCP) exactly once.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(escapeHidden(maskPassword(text))),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
    })
    .showHelpAfterError("(--help says more)");

  const modules = new Map<CommandUnknownOpts, () => Promise<void>>();
  const add: AddCommand = (command, load) => {
    const loadOnce = async () => {
      const { addOptions, help, action } = await load();
      // What the options are does not depend on the arguments.
      const parsed = addOptions(command as unknown as Command);
      if (help !== undefined) command.addHelpText("after", help);
      command.action(async () => {
        const options = parsed.opts();
        const configuration = await configurationOf(command, parts);
        ended(await action(...command.processedArgs, options, { ...parts, configuration }));
      });
    };
    let loaded: Promise<void> | undefined;
    modules.set(command, async () => (loaded ??= loadOnce()));
  };
  addCommands(program, add);
  add(
    program
      .command("completion")
      .description("Print a script by which a shell completes commands and options.")
      .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"])),
    async () => {
      const whole = async () => {
        for (const load of modules.values()) await load();
        return program as unknown as CommandUnknownOpts;
      };
      return (await import("./commands/completion.ts")).completionOf(whole);
    },
  );
  for (const group of [program, ...program.commands.filter(({ commands }) => commands.length > 0)]) {
    group.hook("preSubcommand", async (_group, command) => modules.get(command)?.());
  }
  return program;
}

/** The configuration of a command that takes one. Throws a usage error for one that cannot be used, before anything is made. */
async function configurationOf(command: CommandUnknownOpts, { terminal }: CommandParts) {
  if (!command.options.some(({ long }) => long === "--config")) return undefined;
  const { config } = command.opts() as { readonly config?: string };
  const { readConfiguration } = await import("./resources/read-configuration.ts");
  return readConfiguration(config, terminal.env);
}

const executionFile = "the execution file, at most 10 MB; - is standard input";

/** A parser of a place in an execution. */
const recIndex = wholeNumber(0, 999_999);

type AddCommand = <Arguments extends unknown[], Options>(
  command: Command<Arguments>,
  load: () => Promise<CommandModule<Arguments, Options>>,
) => void;

/**
 * The commands in the order of the help: their names, arguments and what each does. The module of a command holds the
 * rest (options, help, action), and is loaded when it is called for: `buyonce --help` loads none.
 */
function addCommands(program: Command, add: AddCommand): void {
  add(
    program
      .command("drive")
      .description("Buy every recommendation of an execution once, and report each.")
      .argument("<execution.json>", executionFile),
    async () => (await import("./commands/drive.ts")).drive,
  );
  addCommandsBeforeADrive(program, add);
  add(
    program
      .command("redrive")
      .description("Drive again, from the ledger alone: one execution, or all that was left behind.")
      .argument("[executionId]", "the execution (default: what was left behind, of all executions)"),
    async () => (await import("./commands/redrive.ts")).redrive,
  );
  addExecutionCommands(program, add);
  add(
    program
      .command("settle")
      .description("Look after what is bought and pending until it is final; nothing is bought.")
      .argument("[executionId]", "the execution (default: all that is pending, of all executions)"),
    async () => (await import("./commands/settle.ts")).settle,
  );
  add(
    program
      .command("status")
      .description("Show what the ledger knows; no provider is asked.")
      .argument("[executionId]", "the execution (default: all of them, last changed first)"),
    async () => (await import("./commands/status.ts")).status,
  );
  add(
    program
      .command("history")
      .description("Show every change that the ledger made to an execution; no provider is asked.")
      .argument("<executionId>", "the execution")
      .argument("[recIndex]", "the recommendation, counted from 0 (default: all)", recIndex),
    async () => (await import("./commands/history.ts")).history,
  );
  add(
    program
      .command("report")
      .description("Make the page about an execution from the ledger; no provider is asked.")
      .argument("<executionId>", "the execution"),
    async () => (await import("./commands/report-execution.ts")).report,
  );
  add(
    program
      .command("resolve")
      .description("Record what a person found out about a purchase that stays unresolved.")
      .argument("<executionId>", "the execution")
      .argument("<recIndex>", "the recommendation, counted from 0", recIndex),
    async () => (await import("./commands/resolve.ts")).resolve,
  );
  add(
    program
      .command("audit")
      .description("Compare all commitments at the providers with the ledger; nothing is bought or given back."),
    async () => (await import("./commands/audit.ts")).audit,
  );
  addLedgerCommands(program, add);
  add(
    program
      .command("webhooks")
      .description("Show how messages about decisions are delivered; enable or forget an endpoint."),
    async () => (await import("./commands/webhooks.ts")).webhooks,
  );
  addServers(program, add);
}

/** The commands that run until they are told to end. */
function addServers(program: Command, add: AddCommand): void {
  add(
    program.command("serve").description("Answer over HTTP, and drive what is submitted, until Ctrl-C."),
    async () => (await import("./commands/serve.ts")).serve,
  );
  add(
    program.command("work").description("Drive what is recorded in a shared ledger, beside others, until Ctrl-C."),
    async () => (await import("./commands/work.ts")).work,
  );
  add(
    program.command("sandbox").description("Run the imitation of the clouds until Ctrl-C."),
    async () => (await import("./commands/sandbox.ts")).sandbox,
  );
}

/** The commands that say what a drive would do, and what can be bought. */
function addCommandsBeforeADrive(program: Command, add: AddCommand): void {
  add(
    program
      .command("schema")
      .description("Show what can be bought, and the fields of a service's recommendation.")
      .argument("[provider]", "azure, aws or gcp (default: all)")
      .argument("[service]", "such as ec2 (default: all)"),
    async () => (await import("./commands/schema.ts")).schema,
  );
  add(
    program.command("init").description("Write an execution file, by questions or options; nothing is bought."),
    async () => (await import("./commands/init.ts")).init,
  );
  add(
    program
      .command("doctor")
      .description("Say whether a drive could go through: sign-in, rights, packages, ledger; nothing is bought.")
      .argument("[execution.json]", "the execution file; - is standard input (default: what the configuration names)"),
    async () => (await import("./commands/doctor.ts")).doctor,
  );
  add(
    program
      .command("quote")
      .description("Say what driving an execution would cost and do; nothing is bought.")
      .argument("<execution.json>", executionFile),
    async () => (await import("./commands/quote.ts")).quote,
  );
}

/** The commands about executions as a whole. */
function addExecutionCommands(program: Command, add: AddCommand): void {
  add(
    program
      .command("submit")
      .description("Record an execution without driving it; nothing is bought.")
      .argument("<execution.json>", executionFile),
    async () => (await import("./commands/submit.ts")).submit,
  );
  add(
    program
      .command("import")
      .description("Record what another engine bought, or make an execution of recommendations; nothing is bought.")
      .argument(
        "<file>",
        "an export (JSON, JSON lines or CSV, at most 100 MB), or recommendations (JSON, at most 50 MB); - is standard input",
      ),
    async () => (await import("./commands/import.ts")).importExport,
  );
  const load = () => import("./commands/amend-execution.ts");
  const of = (name: string, description: string) =>
    program.command(name).description(description).argument("<executionId>", "the execution");
  add(of("approve", "Approve an execution's terms; nothing is bought."), async () => (await load()).approve);
  add(of("cancel", "Cancel an execution: nothing more is sent for it."), async () => (await load()).cancel);
  add(of("reopen", "Undo a cancel; an approval has to be given anew."), async () => (await load()).reopen);
  add(of("limits", "Change an execution's limits; nothing is bought."), async () => (await load()).limits);
  add(
    of("skip", "Drop a recommendation that was never sent, for good.").argument(
      "<recIndex>",
      "the recommendation, counted from 0",
      recIndex,
    ),
    async () => (await load()).skip,
  );
  add(
    of("source", "Change the source of what was not sent.").argument("<source>", "who decided to buy: becomes a tag"),
    async () => (await load()).source,
  );
  add(
    of("confirm", "Compare an execution with the providers, and say that it may be bought as it is recorded."),
    async () => (await import("./commands/confirm.ts")).confirm,
  );
  add(
    program
      .command("executions")
      .description("Show how executions stand: state, limits, money; no provider is asked.")
      .argument("[executionId]", "the execution (default: all of them, last changed first)"),
    async () => (await import("./commands/executions.ts")).executions,
  );
}

/** The commands about the ledger itself. */
function addLedgerCommands(program: Command, add: AddCommand): void {
  const ledger = program
    .command("ledger")
    .description("Back up, check or restore the ledger itself.")
    // Of this one the options of a command would not be loaded: buyonce help ledger backup.
    .helpCommand(false);
  add(
    ledger
      .command("backup")
      .description("Copy the ledger into a new file, while drivers may go on.")
      .argument("<file>", "the backup; nothing may be there yet"),
    async () => (await import("./commands/ledger-backup.ts")).ledgerBackup,
  );
  add(
    ledger.command("check").description("Say whether the ledger is whole, and how much is in it."),
    async () => (await import("./commands/ledger-check.ts")).ledgerCheck,
  );
  add(
    ledger
      .command("restore")
      .description("Put a backup into the place of the ledger, marked as restored.")
      .argument("[file]", "the backup (default: the ledger that is there is marked)"),
    async () => (await import("./commands/ledger-restore.ts")).ledgerRestore,
  );
}

/** `help drive` as `drive --help`: commander's own way to it would not load the options of the command first. */
export function withHelpOption(args: readonly string[], program: Command): readonly string[] {
  const [first, ...names] = args;
  if (first !== "help") return args;
  const path: string[] = [];
  let within: CommandUnknownOpts | undefined = program;
  for (const name of names) {
    within = within.commands.find((command) => command.name() === name);
    if (within === undefined) break;
    path.push(name);
  }
  return path.length > 0 ? [...path, "--help"] : args;
}
