import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

test("twins on the command line: quote and drive warn, --forbid-twins refuses and is recorded, limits allows them", async () => {
  const folder = workingFolder();
  const [one] = fixture.recommendations;
  for (const executionId of ["night-1", "night-2", "night-3"]) {
    writeFileSync(
      join(folder, `${executionId}.json`),
      JSON.stringify({ ...fixture, executionId, recommendations: [one] }),
    );
  }
  const twice = { ...fixture, executionId: "twice", recommendations: [one, one] };
  writeFileSync(join(folder, "twice.json"), JSON.stringify(twice));
  const run = (...args: string[]) => runCommand([...args, "--sandbox"]);
  expect((await run("drive", "night-1.json")).code).toBe(0);

  const quoted = await run("quote", "night-2.json");
  expect([quoted.code, quoted.stdout.replaceAll(/\s+/g, " ")]).toEqual([
    0,
    expect.stringContaining("#0 Is it meant? The same was bought for #0 of execution night-1 at 20"),
  ]);
  const driven = await run("drive", "night-2.json");
  expect([driven.code, driven.stderr]).toEqual([
    0,
    expect.stringContaining("there is a twin: The same was bought for"),
  ]);
  expect(driven.stdout.replaceAll(/\s+/g, " ")).toContain("The same was bought for #0 of ");

  for (const args of [["quote"], ["drive"]]) {
    const refused = await run(...args, "night-3.json", "--forbid-twins", "--json");
    expect([refused.code, refused.stdout]).toEqual([3, expect.stringContaining('"code": "twin-forbidden"')]);
    const inFile = await run(...args, "twice.json", "--forbid-twins");
    const said = "recommendations[1] is the same as recommendations[0], and twins are forbidden";
    expect([inFile.code, inFile.stderr.replaceAll(/[\s:]+/g, " ")]).toEqual([2, expect.stringContaining(said)]);
    expect((await run(...args, "night-3.json", "--twins-within", "0")).code).toBe(2);
  }
  expect((await run("executions", "night-3")).stdout).toMatch(/^twins +forbidden within 7 days$/m);
  expect((await run("redrive", "night-3", "--retry-refused", "--json")).stdout).toContain("twin-forbidden");
  const allow = ["limits", "night-3", "--forbid-twins-within", "none", "--person", "ann", "--reason", "two are wanted"];
  const allowed = await run(...allow);
  expect([allowed.stderr, allowed.code]).toEqual(["", 0]);
  expect((await run("drive", "night-3.json", "--json")).stdout).toContain('"status": "purchased"');
});
