import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

const id = fixture.executionId;
const who = ["--person", "ann", "--reason", "agreed", "--sandbox"];

interface Shown {
  readonly execution: { readonly state: string; readonly termsHash: string; readonly termsVersion: number };
  readonly history?: readonly { readonly event: string; readonly person?: string }[];
}

test("an execution's life on the command line: submitted, approved, limited, cancelled, reopened; each refusal changes nothing", async () => {
  const folder = workingFolder();
  const recommendations = fixture.recommendations.slice(0, 2);
  writeFileSync(join(folder, "e.json"), JSON.stringify({ ...fixture, recommendations }));
  const shown = async () =>
    JSON.parse((await runCommand(["executions", id, "--sandbox", "--json"])).stdout) as Required<Shown>;
  const run = async (...args: string[]) => (await runCommand([...args, ...who])).code;

  expect((await runCommand(["submit", "e.json", "--sandbox", "--require-approval"])).stdout).toContain("waiting");
  expect((await runCommand(["drive", "e.json", "--sandbox"])).stdout).toContain("approval-missing");
  const other = await runCommand(["approve", id, "--terms", "0".repeat(64), ...who]);
  expect([other.code, other.stderr]).toEqual([3, expect.stringContaining("(`buyonce status`), then try again.")]);
  expect(await run("approve", "none", "--terms", "0".repeat(64))).toBe(2);
  const { termsHash } = (await shown()).execution;
  expect(await run("approve", id, "--terms", termsHash)).toBe(0);
  expect(await run("limits", id)).toBe(2);
  expect(await run("limits", id, "--max-total", "1 GBP", "--expected-version", "1")).toBe(3);
  expect(await run("limits", id, "--max-total", "9000 GBP", "--max-price", "1=2400 GBP")).toBe(0);
  expect((await shown()).execution.state).toBe("working");
  expect(await run("limits", id, "--max-total", "none", "--max-total", "9 GBP")).toBe(2);
  expect(await run("limits", id, "--max-total", "none")).toBe(0);
  expect((await shown()).execution).not.toHaveProperty("maxTotals");
  expect(await run("approve", id, "--terms", (await shown()).execution.termsHash)).toBe(0);
  const cancelled = await runCommand(["cancel", id, ...who]);
  expect([cancelled.code, cancelled.stdout]).toEqual([
    0,
    expect.stringMatching(/^not bought +2$[^]*\nNothing is on its way: /m),
  ]);
  expect(cancelled.stdout).not.toContain("to come");
  expect((await runCommand(["drive", "e.json", "--sandbox"])).stdout).toContain("execution-cancelled");
  expect(await run("reopen", id)).toBe(0);
  expect(await run("skip", id, "1")).toBe(0);
  expect((await shown()).history.map(({ event, person }) => [event, person])).toEqual([
    ["record", undefined],
    ...["approve", "limits", "limits", "approve", "cancel", "reopen", "skip"].map((event) => [event, "ann"]),
  ]);
  const { code, stdout } = await runCommand(["executions", "--sandbox"]);
  expect([code, stdout]).toEqual([0, expect.stringContaining("It waits for an approval.")]);
});

test("status shows the facts of executions as executions does: of one, of several, and in JSON", async () => {
  const folder = workingFolder();
  const recommendations = fixture.recommendations.slice(0, 2);
  for (const executionId of ["one", "two"]) {
    writeFileSync(join(folder, "e.json"), JSON.stringify({ ...fixture, executionId, recommendations }));
    expect((await runCommand(["submit", "e.json", "--sandbox", "--require-approval"])).code).toBe(0);
  }
  const shown = async (...args: string[]) => (await runCommand([...args, "--sandbox"])).stdout;
  const facts = (text: string) => text.slice(0, text.indexOf("\n\n", text.indexOf("terms")));
  expect(facts(await shown("status", "one"))).toBe(facts(await shown("executions", "one")));
  expect(await shown("status")).toContain(`${await shown("executions")}\n`);
  const document = async (...args: string[]) => JSON.parse(await shown(...args, "--json")) as object;
  expect(await document("status")).toMatchObject(await document("executions"));
  const { execution } = (await document("executions", "one")) as { execution: object };
  expect(await document("status", "one")).toMatchObject({ executions: [execution] });
  expect(await document("status", "--state", "refused")).toMatchObject({ executions: [], recommendations: [] });
});
