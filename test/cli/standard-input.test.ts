import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";
import { program } from "../test-programs.ts";

const [first] = fixtureExecution().recommendations;
const execution = JSON.stringify({ ...fixtureExecution(), executionId: "piped", recommendations: [first] });

const fixtures = resolve(import.meta.dirname, "../../fixtures/recommendations");

describe("- is standard input, of every command that reads a file", () => {
  let sandbox: CloudSandbox;
  beforeAll(async () => (sandbox = await startCloudSandbox()));
  afterAll(async () => sandbox.close());
  const clouds = () => ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);

  test("quote, doctor and submit", async () => {
    workingFolder();
    expect(await runCommand(["quote", "-", ...clouds()], {}, execution)).toMatchObject({ code: 0 });
    const { code, stdout } = await runCommand(["doctor", "-", ...clouds(), "--json"], {}, execution);
    expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, ready: true });
    expect(existsSync("l.db")).toBe(false);
    expect(await runCommand(["submit", "-", "--ledger", "l.db"], {}, execution)).toMatchObject({ code: 0 });
    expect((await runCommand(["executions", "--ledger", "l.db"])).stdout).toContain("piped");
  });

  test("drive; the next step names no file that is not there", async () => {
    workingFolder();
    const { code, stdout } = await runCommand(["drive", "-", ...clouds(), "--yes"], {}, execution);
    expect(code).toBe(0);
    expect(stdout).toContain("drive the same file again");
    expect(stdout).not.toContain("buyonce drive");
  });

  test("import of recommendations, and of another engine's export", async () => {
    workingFolder();
    const answer = readFileSync(resolve(fixtures, "cost-explorer-ec2-convertible.json"), "utf8");
    const from = ["import", "--from", "cost-explorer", "-", "--execution", "e", "--source", "s"];
    const made = await runCommand([...from, "--set", "ec2.scope=Region"], {}, answer);
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("in standard input: 1 taken") as string });
    expect(JSON.parse(made.stdout)).toMatchObject({ note: "Imported from Cost Explorer, standard input" });
    const empty = await runCommand(from);
    expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining("The answer on standard input is empty.")]);
    const row = {
      execution_id: "e",
      idempotency_key: null,
      status: "completed",
      source: "s",
      recommendations: [{ Selected: false, Purchased: false }],
    };
    const whole = ["import", "--from", "go-engine", "-", ...clouds(), "--json"];
    const imported = await runCommand(whole, {}, JSON.stringify([row]));
    expect({ code: imported.code, ...(JSON.parse(imported.stdout) as object) }).toMatchObject({
      code: 0,
      executions: [{ result: "nothing" }],
    });
  });

  test("nothing on it is no execution", async () => {
    expect(await runCommand(["quote", "-", "--sandbox"])).toMatchObject({
      code: 2,
      stderr: "buyonce: The execution on standard input is empty. Nothing was sent.\n",
    });
  });

  test("nobody can be asked then: a real cloud is not driven without --yes", async () => {
    workingFolder();
    const { code, stderr } = await runCommand(["drive", "-"], {}, execution);
    expect([code, stderr]).toEqual([2, expect.stringContaining("there is no terminal to ask at. Give --yes")]);
  });

  test("a real process reads a real pipe", () => {
    const main = program("src/cli/main.ts");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--conditions=buyonce-source", main, "submit", "-", "--json"],
      { cwd: workingFolder(), input: execution, encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ execution: { executionId: "piped" } });
  });
});
