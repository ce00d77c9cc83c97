import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

test("A3: of an altered file each row says what was recorded at its place, not what the file has there now", async () => {
  const folder = workingFolder();
  const [first, second, third] = fixture.recommendations;
  const write = (name: string, ...recommendations: unknown[]) =>
    writeFileSync(join(folder, name), JSON.stringify({ ...fixture, recommendations }));
  write("e.json", first, second);
  write("altered.json", third, first, second);
  expect((await runCommand(["drive", "e.json", "--sandbox"])).code).toBe(0);
  const { code, stdout, stderr } = await runCommand(["drive", "altered.json", "--sandbox"]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^0 +1 × Standard_B1ls .*already-/m);
  expect(stdout).toMatch(/^1 +1 × Azure_Redis_Cache_.*already-|^1 +1 × Azure_Redis_Cache_.*\n.*already-/m);
  expect(stdout).toMatch(/#0 was\s+added/);
  // The lines while it runs, too.
  expect(stderr).toMatch(/#0 1 × Standard_B1ls .*already-purchased/);
  expect(stdout).toContain("Purchase requests that it received: 0.");
});
