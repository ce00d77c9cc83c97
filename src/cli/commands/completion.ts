import type { Command, CommandUnknownOpts } from "commander";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { type CompletedCommand, completionScript, type Shell } from "../text/completion-scripts.ts";
import type { CommandModule } from "./command-parts.ts";

const addOptions = (command: Command) => command;

const help = `
What it does
  Prints a script by which the shell completes commands, options and their values; other words are completed as files. It
  holds all of them, so that nothing runs when Tab is pressed. Make it anew after an update.

  bash   source <(buyonce completion bash)          in ~/.bashrc
  zsh    source <(buyonce completion zsh)           in ~/.zshrc, after compinit
  fish   buyonce completion fish | source           in ~/.config/fish/config.fish

Exit codes
  0    printed
  1    an internal error, or output that could not be written
  2    bad usage
`;

/** What `buyonce completion` is. `whole` gives the program with the options of all its commands. */
export function completionOf(whole: () => Promise<CommandUnknownOpts>): CommandModule<[shell: Shell], object> {
  return {
    addOptions,
    help,
    action: async (shell, _options, { terminal }): Promise<ExitCode> => {
      const program = await whole();
      terminal.stdout.write(completionScript(shell, program.name(), completedCommands(program, "")));
      return exitCodes.bought;
    },
  };
}

/** A command and those below it, as commander has them. */
function completedCommands(command: CommandUnknownOpts, path: string): readonly CompletedCommand[] {
  const shown = command.createHelp();
  const inner = shown.visibleCommands(command);
  const words = [
    ...inner.map((each) => ({ name: each.name(), description: each.description() })),
    ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
      argChoices.map((name) => ({ name, description })),
    ),
  ];
  const options = shown.visibleOptions(command).flatMap(({ long, description, required, optional, argChoices }) => {
    const value = required || optional ? (argChoices ?? "any") : "none";
    return long == null ? [] : [{ name: long, description, value } as const];
  });
  const below = inner.flatMap((each) => {
    const name = path === "" ? each.name() : `${path} ${each.name()}`;
    // What is asked help for is a command again.
    return name === "help" ? [{ path: name, words, options: [] }] : completedCommands(each, name);
  });
  return [{ path, words, options }, ...below];
}
