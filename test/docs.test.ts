import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const text = (path: string) => readFileSync(file(path), "utf8");

describe("what the documentation says", () => {
  test("the README shows the engine example as it is", () => {
    expect(text("README.md")).toContain(`\`\`\`ts\n${text("examples/engine.ts")}\`\`\``);
  });

  test("the engine example buys, and buys nothing when it runs again", async () => {
    const folder = mkdtempSync(join(tmpdir(), "buyonce-example-"));
    const run = async () => {
      const command = ["--conditions=buyonce-source", file("examples/engine.ts")];
      const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder });
      return stdout;
    };
    try {
      const first = await run();
      expect(first).toMatch(/^0 purchased [0-9a-f-]{36} 24 GBP\n$/);
      expect(await run()).toBe(first.replace("purchased", "already-purchased"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("docs/errors.md lists every error code once, and no other", () => {
    const [, union = ""] = /export type ErrorCode =(.*?);/s.exec(text("src/spec/errors.ts")) ?? [];
    const codes = [...union.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
    const listed = [...text("docs/errors.md").matchAll(/\| `([a-z-]+)` /g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(20);
    expect(listed.toSorted()).toEqual(codes.toSorted());
  });
});
