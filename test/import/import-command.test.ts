import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { runCommand } from "../cli/run-command.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { program } from "../test-programs.ts";
import { proofTest } from "../standing-for-all.ts";

const fixture = (name: string) => resolve(import.meta.dirname, `../../fixtures/recommendations/${name}.json`);
const identity = ["--execution", "2026-12-ec2", "--source", "finops"];
const from = (source: string, name: string, ...args: readonly string[]) =>
  runCommand(["import", "--from", source, fixture(name), ...identity, ...args]);
const ec2 = (...args: readonly string[]) => from("cost-explorer", "cost-explorer-ec2-convertible", ...args);
const region = ["--set", "ec2.scope=Region"];

describe("buyonce import of recommendations", () => {
  test("to standard output: the execution there, what became of the records on standard error", async () => {
    const { code, stdout, stderr } = await ec2(...region);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      executionId: "2026-12-ec2",
      source: "finops",
      note: "Imported from Cost Explorer, cost-explorer-ec2-convertible.json",
      recommendations: [{ instanceType: "m5.large", scope: "Region", offeringClass: "convertible" }],
    });
    expect(stderr).toMatch(/^1 recommendation in [^]*: 1 taken\.\sNothing\swas\sbought\sor\srecorded\.$/m);
    expect(await ec2(...region, "--out", "-")).toMatchObject({ code: 0, stdout });
  });

  test("to a new file, and the command that quotes it", async () => {
    const out = join(temporaryFolder(), "execution.json");
    const { code, stdout, stderr } = await ec2(...region, "--out", out);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Written to ${out}; what it costs: buyonce quote ${out}\n`);
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ executionId: "2026-12-ec2" });
  });

  test("with --json: what became of each record, the execution in the file", async () => {
    const out = join(temporaryFolder(), "execution.json");
    const skip = ["--skip-untranslatable", "--allow-alternatives", "--set", "compute.autoRenew=false"];
    const projects = ["123456789012=a-project-1", "210987654321=b-project-2"];
    const set = projects.flatMap((each) => ["--set", `compute.projectId.${each}`]);
    const { code, stdout } = await from("gcp-recommender", "gcp-recommender", ...skip, ...set, "--out", out, "--json");
    expect(code).toBe(0);
    const { records } = JSON.parse(stdout) as { records: readonly { result: string }[] };
    expect(records).toHaveLength(15);
    expect(records[4]).toMatchObject({ position: 5, recIndex: 4, result: "skipped", problems: [{ path: /./ }] });
    expect(JSON.parse(readFileSync(out, "utf8"))).toMatchObject({ executionId: "2026-12-ec2" });
  });

  test.each<[string, readonly string[], RegExp]>([
    ["what is not said", [], /^ {2}--set ec2\.scope: is missing: 1 record does not say it/m],
    ["a --set without a value", ["--set", "ec2.scope"], /It must be a service, a field and its value/],
    ["a --set twice", [...region, ...region], /ec2\.scope is given twice/],
    ["an --only without a value", ["--only", "term="], /It must be a name and its value/],
    ["an --only twice", ["--only", "term=P1Y", "--only", "term=P3Y"], /term is given twice/],
    ["--json without a file", [...region, "--json"], /name a file by --out/],
    ["a ledger", [...region, "--ledger", "x.db"], /does not go with --ledger/],
    ["an imitation", [...region, "--sandbox", "--new-ledger"], /does not go with --new-ledger, --sandbox/],
    [
      "a folder that is not there",
      [...region, "--out", "/no-such-folder/x.json"],
      /there is no folder \/no-such-folder/,
    ],
  ])("%s is refused, and nothing is written", async (_what, args, words) => {
    const { code, stdout, stderr } = await ec2(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
    if (!args.includes("--json")) expect(stdout).toBe("");
  });

  test("without an id or a source nothing is made", async () => {
    const file = fixture("cost-explorer-ec2-convertible");
    const without = (...args: readonly string[]) =>
      runCommand(["import", "--from", "cost-explorer", file, ...region, ...args]);
    expect(await without("--source", "finops")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--execution <id> is missing") as string,
    });
    expect(await without("--execution", "a")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--source <name> is missing") as string,
    });
  });

  test.each(["a file", "a folder", "a link"])("%s that is there is not replaced", async (kind) => {
    const folder = temporaryFolder();
    const out = join(folder, "there");
    if (kind === "a folder") mkdirSync(out);
    else if (kind === "a file") writeFileSync(out, "precious");
    else symlinkSync(join(folder, "nowhere"), out);
    const { code, stderr } = await ec2(...region, "--out", out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/there already|cannot be written/);
    if (kind === "a file") expect(readFileSync(out, "utf8")).toBe("precious");
    expect(existsSync(join(folder, "nowhere"))).toBe(false);
  });

  test("what belongs to recommendations is refused beside an export", async () => {
    const { code, stderr } = await runCommand([
      "import",
      "--from",
      "go-engine",
      fixture("azure-advisor"),
      "--out",
      "x",
      "--set",
      "a.b=c",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--from go-engine does not go with --set, --out/);
  });

  test.each<[string, Buffer, RegExp]>([
    ["in UTF-16, as some shells redirect", Buffer.from("\uFEFF{}", "utf16le"), /is not UTF-8 text/],
    ["that is empty", Buffer.from(" \n"), /is empty/],
    ["that ends early", Buffer.from('{"Recommendations":[{'), /line 1, column 22: is not JSON/],
    ["of more than 50 MB", Buffer.alloc(50_000_001, " "), /is larger than 50 MB/],
  ])("a file %s is refused", async (_what, bytes, words) => {
    const file = join(temporaryFolder(), "answer.json");
    writeFileSync(file, bytes);
    const { code, stderr } = await runCommand(["import", "--from", "cost-explorer", file, ...identity]);
    expect(code).toBe(2);
    expect(stderr).toMatch(words);
  });
});

proofTest("docs/import.md: its commands run as they stand, from the answer to what is bought", async () => {
  const folder = temporaryFolder();
  copyFileSync(fixture("cost-explorer-ec2-convertible"), join(folder, "ec2.json"));
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/import.md"), "utf8");
  const [, block = ""] = /```sh\n(buyonce [^]*?)```/.exec(page) ?? [];
  const lines = block.replaceAll("\\\n", " ").trim().split("\n");
  expect(lines).toHaveLength(3);
  const main = program("src/cli/main.ts");
  const said: string[] = [];
  for (const line of lines) {
    const [, ...args] = line.split(/ +/);
    said.push((await promisify(execFile)(process.execPath, [main, ...args], { cwd: folder })).stdout);
  }
  expect(said[0]).toContain("what it costs: buyonce quote execution.json");
  expect(said[1]).toMatch(/buy it \(Cost Explorer[^]*Nothing was bought\./);
  expect(said[2]).toMatch(/purchased[^]*bought by this drive/);
});
