import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../sandbox/support.ts";
import { runCommand } from "./run-command.ts";

const isThere = (shell: string) => spawnSync(shell, ["--version"]).status === 0;
/** fish complains where it cannot keep its own files. */
const surroundings = () => ({ ...process.env, HOME: temporaryFolder(), XDG_CONFIG_HOME: temporaryFolder() });

async function scriptOf(shell: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand(["completion", shell]);
  expect([code, stderr]).toEqual([0, ""]);
  const file = join(temporaryFolder(), `completion.${shell}`);
  writeFileSync(file, stdout);
  return file;
}

/** What each shell offers at the end of a line; nothing: it completes files. */
const offers: Readonly<Record<string, (script: string, words: readonly string[]) => string>> = {
  bash: (script, words) =>
    execFileSync(
      "bash",
      [
        "--norc",
        "-uc",
        'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _buyonce; ((${#COMPREPLY[@]} == 0)) || printf "%s\\n" "${COMPREPLY[@]}"',
        "bash",
        script,
        ...words,
      ],
      { encoding: "utf8", env: surroundings() },
    ),
  // What zsh itself does with the candidates, and with files, is its own; here both only say what they were given.
  zsh: (script, words) =>
    execFileSync(
      "zsh",
      [
        "-fc",
        'compdef() { : }; _files() { : }; _describe() { for each in "${(@P)2}"; do [[ $each == "${words[CURRENT]}"* ]] && print -r -- "${each%%:*}"; done; true }; source "$1"; shift; words=("$@"); CURRENT=$#; _buyonce',
        "zsh",
        script,
        ...words,
      ],
      { encoding: "utf8", env: surroundings() },
    ),
  fish: (script, words) =>
    execFileSync("fish", ["--no-config", "-c", 'source "$argv[1]"; complete -C "$argv[2]"', script, words.join(" ")], {
      encoding: "utf8",
      env: surroundings(),
    }),
};

/** The candidates alone, without what they mean, and without files. */
const names = (text: string) =>
  text
    .split("\n")
    .map((line) => line.split("\t")[0] ?? "")
    .filter((name) => name !== "" && !name.includes("."));

describe.each(["bash", "zsh", "fish"])("completion in %s, where it is installed", (shell) => {
  const testHere = test.skipIf(!isThere(shell));

  testHere("commands, options, their values, and the commands of a command", async () => {
    const script = await scriptOf(shell);
    const of = (...words: readonly string[]) => names(offers[shell]?.(script, ["buyonce", ...words]) ?? "");
    expect(of("dri")).toEqual(["drive"]);
    expect(of("").toSorted()).toEqual(expect.arrayContaining(["drive", "init", "quote", "schema", "status"]));
    expect(of("quote", "e.json", "--time")).toEqual(["--timeout"]);
    expect(of("quote", "--").toSorted()).toEqual(expect.arrayContaining(["--max-total", "--sandbox"]));
    expect(of("quote", "--").toSorted()).not.toContain("--yes");
    expect(of("drive", "e.json", "--log-level", "").toSorted()).toEqual(["debug", "error", "info", "warn"]);
    expect(of("import", "--from", "az").toSorted()).toEqual(["azure-advisor", "azure-consumption"]);
    expect(of("ledger", "").toSorted()).toEqual(["backup", "check", "restore"]);
    expect(of("ledger", "check", "--sand")).toEqual(["--sandbox"]);
    expect(of("help", "qu")).toEqual(["quote"]);
    expect(of("completion", "fi")).toEqual(["fish"]);
  });

  testHere("a file is left to the shell, and what a person wrote is not run", async () => {
    const script = await scriptOf(shell);
    const of = (...words: readonly string[]) => names(offers[shell]?.(script, ["buyonce", ...words]) ?? "");
    const folder = temporaryFolder();
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(of("drive", "nosuch")).toEqual([]);
      expect(of("drive", "--ledger", "nosuch")).toEqual([]);
      expect(of("drive", "$(echo>ran)", "--ye")).toEqual(["--yes"]);
      expect(spawnSync("ls", { encoding: "utf8" }).stdout).toBe("");
    } finally {
      process.chdir(before);
    }
  });
});

test("every command and every option is in each script", async () => {
  const { stdout: help } = await runCommand(["--help"]);
  const commands = [...help.matchAll(/^ {2}(\w+) \[/gm)].map(([, name = ""]) => name);
  expect(commands.length).toBeGreaterThan(20);
  const { stdout: ofDrive } = await runCommand(["drive", "--help"]);
  const options = [...ofDrive.matchAll(/^ {2}(?:-\w, )?--([a-z-]+)/gm)].map(([, name = ""]) => name);
  expect(options.length).toBeGreaterThan(10);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await runCommand(["completion", shell]);
    for (const name of [...commands, ...options]) expect(stdout, shell).toMatch(new RegExp(`[ '-]${name}[ ':]`));
  }
});

test("another shell is a usage error", async () => {
  expect(await runCommand(["completion", "tcsh"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Allowed choices are bash, zsh, fish.") as string,
  });
});
