import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { saidOnce } from "../../src/cli/text/said-once.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

const long = (text: string) => text.padEnd(100, ".");

test("a long message that several rows share is their code, and stands once below; short ones and single ones stay", () => {
  const [shared, other] = ["first", "second"].map((text) => ({ code: "lookup-failed", message: long(text) }));
  const [single, short] = [
    { code: "not-offered", message: long("single") },
    { code: "aborted", message: "Stopped." },
  ];
  if (shared === undefined || other === undefined) throw new Error("two");
  const one = saidOnce([shared, undefined, shared, single, short, short], 200);
  expect([shared, single, short].map(one.inRow)).toEqual([
    "lookup-failed",
    `${single.message} (not-offered)`,
    "Stopped. (aborted)",
  ]);
  expect(one.below()).toBe(`\nlookup-failed: ${shared.message}\n`);

  const two = saidOnce([shared, shared, other, other], 200);
  // What no row shows is not said below.
  expect([two.below(), two.inRow(other)]).toEqual(["", "lookup-failed [2]"]);
  expect([two.inRow(shared), two.below()]).toEqual([
    "lookup-failed [1]",
    `\nlookup-failed [2]: ${other.message}\n\nlookup-failed [1]: ${shared.message}\n`,
  ]);
});

test("50 places of an altered file: drive, quote and status say the code in each row and the reason once", async () => {
  workingFolder();
  const write = (count: number) => {
    const recommendations = Array<unknown>(count).fill(fixture.recommendations[0]);
    writeFileSync("e.json", JSON.stringify({ ...fixture, recommendations }));
  };
  write(49);
  expect((await runCommand(["submit", "e.json", "--sandbox"])).code).toBe(0);
  write(50);
  const reason = "This is not the execution that was recorded";
  const count = (text: string, part: string) => text.split(part).length - 1;
  const driven = (await runCommand(["drive", "e.json", "--sandbox"])).stdout;
  const quoted = (await runCommand(["quote", "e.json", "--sandbox"])).stdout;
  for (const text of [driven, quoted]) {
    const lines = text.split("\n");
    expect(lines.filter((line) => /^ *\d+ .*execution-changed$/.test(line))).toHaveLength(50);
    expect(count(text, reason)).toBe(1);
    expect(text.replaceAll("\n", " ")).toContain(
      `execution-changed: ${reason} as ${fixture.executionId}: #49 was added.`,
    );
  }
  const who = ["--person", "ann", "--reason", "so"];
  write(49);
  expect((await runCommand(["limits", fixture.executionId, "--sandbox", "--max-total", "1 GBP", ...who])).code).toBe(0);
  expect((await runCommand(["drive", "e.json", "--sandbox"])).code).toBe(3);
  const { stdout } = await runCommand(["status", "--sandbox"]);
  expect([count(stdout, "1,176.00 GBP") + count(stdout, "1176.00 GBP"), count(stdout, "total-above-limit")]).toEqual([
    1, 50,
  ]);
});
