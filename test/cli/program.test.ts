import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listModules, sourceCommandLine } from "../../bench/start-up/bench-command-line.ts";
import { sdkPackages } from "../../bench/start-up/sdk-packages.ts";
import { createProgram, withHelpOption } from "../../src/cli/program.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { executionOf, fakeTerminal, outcome, report, standInParts } from "./stand-ins.ts";

const commands =
  "drive schema init doctor quote redrive submit import approve cancel reopen limits skip source confirm executions settle status history report resolve audit ledger webhooks serve work sandbox completion".split(
    " ",
  );
/** Those whose help says all of it; the ledger's are a group. */
const own = [...commands.filter((name) => name !== "ledger"), "ledger backup", "ledger check", "ledger restore"];

/** What the help shows of those that open no ledger. */
const ofOthers = {
  sandbox: /^ {2}--port <n>/m,
  schema: /^ {2}--json[^]*^Exit codes$/m,
  completion: /^ +bash +source[^]*^Exit codes$/m,
  init: /^ {2}--set <field=value>[^]*^Exit codes$/m,
} as const;

/** What the command line writes, its exit code as commander has it, and what it did. */
async function run(...args: readonly string[]) {
  const { terminal, written } = fakeTerminal({ columns: 120 });
  const { parts, calls } = standInParts({ terminal });
  const program = createProgram(parts, "1", () => undefined);
  const error: unknown = await program
    .parseAsync(withHelpOption(args, program), { from: "user" })
    .catch((thrown: unknown) => thrown);
  return { ...written, error, calls: calls.names };
}

describe("--help", () => {
  test("names every command with its arguments, and what it does", async () => {
    const { stdout } = await run("--help");
    const listed = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
    expect(listed).toEqual(commands);
    expect(stdout).toMatch(/^ {2}history \[options\] <executionId> \[recIndex\] {2}Show every change/m);
    expect(stdout).toMatch(/^ {2}help \[command\] +print the help of a command$/m);
    expect(await run("help")).toMatchObject({ stdout, stderr: "", error: { exitCode: 0 } });
  });

  test.each(own)("of %s: its options, the same in two ways, and nothing is done", async (name) => {
    const asked = await run(...name.split(" "), "--help");
    expect(asked).toMatchObject({ stderr: "", error: { exitCode: 0 }, calls: [] });
    expect(asked.stdout).toMatch(new RegExp(`^Usage: buyonce ${name} \\[options\\]`));
    expect(asked.stdout).toMatch(
      name in ofOthers ? ofOthers[name as keyof typeof ofOthers] : /^ {2}--ledger <file\|url>[^]*^Exit codes$/m,
    );
    expect(await run("help", ...name.split(" "))).toMatchObject({
      stdout: asked.stdout,
      stderr: "",
      error: { exitCode: 0 },
      calls: [],
    });
  });

  test("of a command that there is not: that of the program, as an error", async () => {
    const { stdout, stderr, error } = await run("help", "buy");
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^Usage: buyonce \[options\] \[command\]/);
    expect(error).toMatchObject({ exitCode: 1 });
  });
});

test("what is given on the command line reaches the command, and its exit code comes back", async () => {
  const file = join(temporaryFolder(), "execution.json");
  writeFileSync(file, JSON.stringify(executionOf("azure", "aws")));
  const drive = async () => report([outcome({ status: "unresolved" })]);
  const { parts, calls } = standInParts({ drive });
  const codes: number[] = [];
  const endpoints = { azure: "http://127.0.0.1:4001", aws: "http://127.0.0.1:4002" };
  const places = Object.entries(endpoints).flatMap(([name, url]) => [`--${name}-endpoint`, url]);
  const totals = ["--max-total", "5 USD", "--max-total", "6.50 GBP"];
  const args = ["drive", file, ...places, ...totals, "--wait", "--concurrency", "7", "--timeout", "20"];
  await createProgram(parts, "1", (code) => codes.push(code)).parseAsync(args, { from: "user" });
  expect(codes).toEqual([4]);
  expect(calls.providers.at(-1)).toEqual({ names: ["azure", "aws"], endpoints, purchaseTimeout: 10_000 });
  expect(calls.driveOptions).toMatchObject({
    concurrency: 7,
    wait: true,
    deadline: 1_020_000,
    maxTotals: [
      { amount: "5", currency: "USD" },
      { amount: "6.50", currency: "GBP" },
    ],
  });
});

describe("what the command line loads", () => {
  test("for its own help nothing but commander", async () => {
    const { packages, modules } = await listModules(sourceCommandLine, ["--help"]);
    expect(packages).toEqual(["commander"]);
    expect(modules).toBeLessThan(45);
  });

  test.each(["drive", "redrive", "audit"])("for the help of %s no SDK", async (name) => {
    const { packages } = await listModules(sourceCommandLine, [name, "--help"]);
    expect(packages).toContain("commander");
    expect(sdkPackages(packages)).toEqual([]);
  });
});
