import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sourceCommandLine } from "../../bench/start-up/bench-command-line.ts";
import { isOwn } from "../../src/cli/compile-cache.ts";
import { standingForAll } from "../standing-for-all.ts";

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), "buyonce-cache-")));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = (name: string, mode: number) => {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  chmodSync(path, mode);
  return path;
};

describe.skipIf(process.platform === "win32")("a folder for what is run is the user's own", () => {
  test.each([
    { mode: 0o700, own: true },
    { mode: 0o755, own: true },
    { mode: 0o770, own: false },
    { mode: 0o777, own: false },
    // Others could put their own files beside.
    { mode: 0o1777, own: false },
  ])("of the mode $mode: $own", ({ mode, own }) => {
    expect(isOwn(folder("compiled", mode))).toBe(own);
  });

  test.each([
    { mode: 0o755, own: true },
    // As /tmp is: what is in it only its owner can rename.
    { mode: 0o1777, own: true },
    { mode: 0o777, own: false },
    { mode: 0o775, own: false },
  ])("in one of the mode $mode: $own", ({ mode, own }) => {
    const compiled = folder("above/buyonce/compiled", 0o700);
    folder("above", mode);
    expect(isOwn(compiled)).toBe(own);
  });

  test.runIf(process.getuid?.() !== 0)("never one of somebody else", () => expect(isOwn("/usr")).toBe(false));
});

describe.runIf(process.platform === "linux")("compiled code", () => {
  const version = (env: Record<string, string>) => {
    // The test runner's own, if it has one, is not meant.
    const { NODE_COMPILE_CACHE: _runners, ...inherited } = process.env;
    return promisify(execFile)(process.execPath, [sourceCommandLine.file, "--version"], {
      env: { ...inherited, ...env },
    });
  };

  test("is kept in the user's cache", async () => {
    await version({ XDG_CACHE_HOME: home });
    const kept = join(home, "buyonce/compiled");
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    expect(readdirSync(kept)).toHaveLength(1);
  });

  const notKept = [
    { name: "where it is told not to", env: () => ({ NODE_DISABLE_COMPILE_CACHE: "1" }), made: false },
    { name: "where Node keeps it elsewhere", env: () => ({ NODE_COMPILE_CACHE: folder("other", 0o700) }), made: false },
    { name: "where no folder can be made", env: () => ({ XDG_CACHE_HOME: "/dev/null" }), made: false },
    { name: "where others can write", env: () => ({ XDG_CACHE_HOME: folder("open", 0o777) }), made: true },
  ];
  test.each(standingForAll(notKept, ({ made }) => made))(
    "is not kept $name, and nothing is said",
    async ({ env, made }) => {
      const given: Record<"XDG_CACHE_HOME", string> = { XDG_CACHE_HOME: join(home, "cache"), ...env() };
      expect(await version(given)).toMatchObject({ stderr: "", stdout: expect.stringMatching(/^\d/) as unknown });
      const kept = join(given.XDG_CACHE_HOME, "buyonce/compiled");
      expect(existsSync(kept)).toBe(made);
      if (made) expect(readdirSync(kept)).toEqual([]);
    },
  );
});
