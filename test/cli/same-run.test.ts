import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { commandLineOf } from "../../src/cli/commands/same-run.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

describe("commands to be copied mean the same ledger and clouds", () => {
  const url = "http://127.0.0.1:4001";

  test.each([
    [{}, {}, "buyonce drive e.json", "buyonce status"],
    [
      { ledger: "my ledger.db" },
      {},
      "buyonce drive e.json --ledger 'my ledger.db'",
      "buyonce status --ledger 'my ledger.db'",
    ],
    [{ sandbox: true }, {}, "buyonce drive e.json --sandbox", "buyonce status --sandbox"],
    [
      { sandbox: true, ledger: "a.db" },
      {},
      "buyonce drive e.json --ledger a.db --sandbox",
      "buyonce status --ledger a.db",
    ],
    [{ awsEndpoint: url }, {}, `buyonce drive e.json --aws-endpoint ${url}`, "buyonce status --sandbox"],
    // Named by the variable, it still is; but not against an imitation.
    [{ ledger: "a.db" }, { BUYONCE_LEDGER: "a.db" }, "buyonce drive e.json", "buyonce status"],
    [
      { sandbox: true, ledger: "a.db" },
      { BUYONCE_LEDGER: "a.db" },
      "buyonce drive e.json --ledger a.db --sandbox",
      "buyonce status --ledger a.db",
    ],
  ])("%j, %j", (options, env, drive, status) => {
    const line = commandLineOf(options, { terminal: { env } });
    expect([line("drive", "e.json"), line("status")]).toEqual([drive, status]);
  });

  test.each([
    "postgres://u:s3cret@h:5432/db",
    "postgres://u@h:5432/db?password=s3cret",
    "postgresql://u:s3cret@h:5432/db?sslmode=require",
  ])("a password is left out: %s", (ledger) => {
    const command = commandLineOf({ ledger }, { terminal: { env: {} } })("redrive");
    expect(command).toMatch(/^buyonce redrive --ledger '?postgres(ql)?:\/\/u@h:5432\/db(\?sslmode=require)?'?$/);
  });
});

/** The commands that a text holds on lines of their own. */
const commandsIn = (text: string) =>
  [...text.matchAll(/^ {4}buyonce (.*)$/gm)].map(([, words = ""]) => words.split(" "));

test("what a drive says to do next works when it is copied: with its endpoints and its ledger, from the file and from the ledger", async () => {
  workingFolder();
  await using sandbox = await startCloudSandbox();
  const recommendations = fixture.recommendations.slice(0, 1);
  writeFileSync("e.json", JSON.stringify({ ...fixture, recommendations }));
  const cloud = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
  const down = () =>
    sandbox.addFault({ match: { method: "GET" }, times: 1000, fault: { kind: "status", status: 403, when: "before" } });
  down();
  const first = await runCommand(["drive", "e.json", "--ledger", "own.db", ...cloud]);
  expect(first.code).toBe(3);
  const [again = [], ...more] = commandsIn(first.stdout);
  expect([again, more]).toEqual([["drive", "e.json", "--ledger", "own.db", ...cloud], []]);
  // From the ledger: what it says then is to run just that again.
  const redriven = await runCommand(["redrive", fixture.executionId, "--ledger", "own.db", ...cloud]);
  const [fromLedger = []] = commandsIn(redriven.stdout);
  expect(fromLedger).toEqual(["redrive", fixture.executionId, "--ledger", "own.db", ...cloud]);
  sandbox.clearFaults();
  expect((await runCommand(fromLedger)).code).toBe(0);
  expect((await runCommand(again)).stdout).toContain("already-");
  expect(sandbox.purchases()).toBe(1);
});
