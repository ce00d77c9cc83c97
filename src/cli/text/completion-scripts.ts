// Scripts that complete words in a shell. They hold all commands and options, so that pressing Tab runs nothing.
import { shellWord } from "../../contract/shell-word.ts";

/** A command, and what may be written behind it. */
export interface CompletedCommand {
  /** Its names from the program on, which itself is "": `drive`, `ledger backup`. */
  readonly path: string;
  /** The words of which one follows: its commands. */
  readonly words: readonly CompletedWord[];
  readonly options: readonly CompletedOption[];
}

/** A word, and what it is. */
export interface CompletedWord {
  readonly name: string;
  readonly description: string;
}

/** An option, by its long name: `--json`. */
export interface CompletedOption extends CompletedWord {
  /** What a value follows for: where the choices are not known, any, such as a file. */
  readonly value: "none" | "any" | readonly string[];
}

/** The shells that a script can be made for. */
export type Shell = "bash" | "zsh" | "fish";

/** The script that completes `program` in a shell. */
export function completionScript(shell: Shell, program: string, commands: readonly CompletedCommand[]): string {
  if (shell === "fish") return fishScript(program, commands);
  return shell === "bash" ? bashScript(program, commands) : zshScript(program, commands);
}

/** One branch of a `case`. */
const branch = (patterns: readonly string[], body: string) => `    ${patterns.join(" | ")}) ${body} ;;`;

const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** How a command is found: word by word, as far as they name one. */
function paths(commands: readonly CompletedCommand[]): string {
  const known = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return branch(known, `command="\${command:+$command }$word"`);
}

/** For every option with choices, what follows them. */
function choices(commands: readonly CompletedCommand[], body: (words: readonly string[]) => string): readonly string[] {
  return commands.flatMap(({ path, options }) =>
    options.flatMap(({ name, value }) =>
      typeof value === "string" ? [] : [branch([quoted(`${path} ${name}`)], body(value))],
    ),
  );
}

function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const list = (words: readonly { readonly name: string }[]) => words.map(({ name }) => name).join(" ");
  const valued = commands.flatMap(({ path, options }) =>
    options.filter(({ value }) => value === "any").map(({ name }) => quoted(`${path} ${name}`)),
  );
  return `# Completes ${program} in bash: source <(${program} completion bash)
_${program}() {
  local word command= words= current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
  ${paths(commands)}
    esac
  done
  case "$command $before" in
${choices(commands, (words) => `words=${quoted(words.join(" "))}`).join("\n")}
${branch(valued, "return")}
    *)
      if [[ $current == -* ]]; then
        case "$command" in
${commands.map(({ path, options }) => `      ${branch([quoted(path)], `words=${quoted(list(options))}`)}`).join("\n")}
        esac
      else
        case "$command" in
${commands.flatMap(({ path, words }) => (words.length === 0 ? [] : [`      ${branch([quoted(path)], `words=${quoted(list(words))}`)}`])).join("\n")}
        esac
      fi
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program} ${program}
`;
}

function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  const described = (words: readonly CompletedWord[]) =>
    words.map(({ name, description }) => quoted(`${name}:${description.replaceAll(":", String.raw`\:`)}`)).join(" ");
  const valued = commands.flatMap(({ path, options }) =>
    options.filter(({ value }) => value === "any").map(({ name }) => quoted(`${path} ${name}`)),
  );
  return `# Completes ${program} in zsh: source <(${program} completion zsh), after compinit
_${program}() {
  local word command= current="\${words[CURRENT]}" before="\${words[CURRENT-1]}"
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${command:+$command }$word" in
  ${paths(commands)}
    esac
  done
  case "$command $before" in
${choices(commands, (words) => `found=(${words.map(quoted).join(" ")})`).join("\n")}
${branch(valued, "_files; return")}
    *)
      if [[ $current == -* ]]; then
        case "$command" in
${commands.map(({ path, options }) => `      ${branch([quoted(path)], `found=(${described(options)})`)}`).join("\n")}
        esac
      else
        case "$command" in
${commands.flatMap(({ path, words }) => (words.length === 0 ? [] : [`      ${branch([quoted(path)], `found=(${described(words)})`)}`])).join("\n")}
        esac
      fi
      ;;
  esac
  if (( \${#found} )); then
    _describe ${quoted(program)} found
  else
    _files
  fi
}
compdef _${program} ${program}
`;
}

function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const line = (...parts: readonly string[]) => ["complete", "-c", program, ...parts].join(" ");
  const condition = ({ path, words }: CompletedCommand) => {
    if (path === "") return { here: "__fish_use_subcommand", before: "__fish_use_subcommand" };
    const names = path.split(" ");
    const inner = words.map(({ name }) => name).filter((name) => !names.includes(name));
    const here = names.map((name) => `__fish_seen_subcommand_from ${name}`).join("; and ");
    return { here, before: `${here}; and not __fish_seen_subcommand_from ${inner.join(" ")}` };
  };
  const lines = commands.flatMap((command) => {
    const { here, before } = condition(command);
    return [
      ...command.words.map(({ name, description }) =>
        line("-n", quoted(before), "-f", "-a", shellWord(name), "-d", quoted(description)),
      ),
      ...command.options.map(({ name, description, value }) => {
        const taken = value === "none" ? [] : value === "any" ? ["-r"] : ["-x", "-a", quoted(value.join(" "))];
        return line("-n", quoted(here), "-l", name.slice(2), ...taken, "-d", quoted(description));
      }),
    ];
  });
  return [`# Completes ${program} in fish: ${program} completion fish | source`, ...lines, ""].join("\n");
}
