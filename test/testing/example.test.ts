import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { proofTest } from "../standing-for-all.ts";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const text = (path: string) => readFileSync(file(path), "utf8");
const page = text("docs/own-executor.md");

describe("docs/own-executor.md", () => {
  test("shows the example as it is", () => {
    expect(page).toContain(`\`\`\`ts\n${text("examples/own-executor.ts")}\`\`\``);
  });

  proofTest(
    "the example buys once, keeps the contract and survives the search, and prints what the page shows",
    async () => {
      const command = ["--conditions=buyonce-source", file("examples/own-executor.ts")];
      const { stdout } = await promisify(execFile)(process.execPath, command);
      // How many paths there are changes with the drive.
      const anyCount = (lines: string) => lines.replace(/all \d{4,} paths/, "all <many> paths");
      expect(stdout).toMatch(/all \d{4,} paths, violations 0\n$/);
      const [, shown = ""] = /It prints\n\n```\n([^]*?)```/.exec(page) ?? [];
      expect(anyCount(stdout)).toBe(anyCount(shown));
    },
  );

  test("explains every member of an executor", () => {
    const [, body = ""] = /interface ServiceExecutor<[^]*?\{\n([^]*?)\n\}/.exec(text("src/contract/executor.ts")) ?? [];
    const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, name]) => name);
    expect(members.length).toBeGreaterThan(12);
    for (const name of members) expect(page, name).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, "m"));
  });
});
