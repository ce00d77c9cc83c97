import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shownTables } from "../../bench/written-tables.ts";

/** Headings and columns, numbers left out. */
function tablesIn(text: string): readonly { readonly heading: string; readonly columns: readonly string[] }[] {
  return text.split(/^### /m).flatMap((part) => {
    const [heading = ""] = part.split("\n");
    return [...part.matchAll(/^\|(.*)\|\n\| *[-:]+/gm)].map(([, cells = ""]) => ({
      heading: heading.replaceAll(/[\d,.]+/g, "#").replaceAll("\\", ""),
      columns: cells.split("|").map((cell) => cell.trim().replaceAll("\\", "")),
    }));
  });
}

test("the benchmark runs in its smallest size and prints every table", async () => {
  const command = [fileURLToPath(new URL("../../bench/bench.ts", import.meta.url)), "--tiny"];
  const { stdout } = await promisify(execFile)(process.execPath, command);
  expect(stdout).toMatch(/^buyonce bench, tiny: \d+ cores .*, Node \d+\.\d+\.\d+, /);
  const headings = [...stdout.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual([
    expect.stringMatching(/^N recommendations in a tenant with T orders/),
    expect.stringMatching(/^N recommendations in an empty tenant/),
    expect.stringMatching(/^Requests when 2 of 2 purchases are made and their answers lost/),
    "4 recommendations in one tenant that takes 10 writes an hour; an hour of 1 s",
    expect.stringMatching(/own cost per recommendation/),
    "Memory",
    expect.stringMatching(/^One step in a ledger/),
    expect.stringMatching(/^A look at a ledger/),
    "Workers on one PostgreSQL",
    "4 executions from 2 clients over two servers and one PostgreSQL",
    "Accepting an execution of 100 recommendations",
    expect.stringMatching(/^Start-up/),
  ]);
  // Two pages, the first one again, two prices, two purchases; with a listing each, three pages more.
  expect(stdout).toMatch(/^\| +2 \| +60 \| +7 \| .*\| +10 \|/m);
  // The pages show the same tables, with the figures of a full run.
  const printed = tablesIn(stdout);
  const shown = shownTables();
  expect(shown.map(({ page }) => page)).toContain("README.md");
  for (const { topic, text } of shown) {
    expect(text, topic).toMatch(/^Measured on \d+ \w+ 20\d\d: /m);
    for (const table of tablesIn(text)) expect(printed, topic).toContainEqual(table);
  }
});
