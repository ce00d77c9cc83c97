import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodeOfLost } from "../../src/cli/terminal/exit-code.ts";
import { watchOutput } from "../../src/cli/terminal/watch-output.ts";
import { type Host, run } from "../../src/cli/run.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { program } from "../test-programs.ts";

/** A disk that is full after so many bytes. */
function fullAfter(bytes: number): Writable {
  let room = bytes;
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      room -= chunk.length;
      if (room >= 0) done();
      else done(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }));
    },
  });
}

/** Runs the command line in this process, on streams of the test's. */
async function runOn(stdout: Writable, ...args: readonly string[]) {
  const stderr = new PassThrough();
  const signals = new EventEmitter();
  const exited = Promise.withResolvers<number>();
  const host = {
    stdin: Readable.from([]),
    stdout,
    stderr,
    env: {},
    on: (event: string, listener: (...given: unknown[]) => void) => signals.on(event, listener),
    off: (event: string, listener: (...given: unknown[]) => void) => signals.off(event, listener),
    exit: exited.resolve,
  };
  await run(args, "1.2.3", host as unknown as Host);
  stderr.end();
  return { code: await exited.promise, stderr: await text(stderr) };
}

let folder: string;
let ledger: string;
let invalid: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "buyonce-lost-"));
  ledger = join(folder, "ledger.db");
  await (await openSqliteLedger({ file: ledger })).close();
  invalid = join(folder, "invalid.json");
  writeFileSync(invalid, "{}");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("C9: what does not reach standard output", () => {
  const lost = /^buyonce: standard output could not be written \(.*ENOSPC.*\)/m;

  test.each([
    ["status --json", () => ["status", "--ledger", ledger, "--json"]],
    ["status", () => ["status", "--ledger", ledger]],
    ["redrive --json", () => ["redrive", "--ledger", ledger, "--json"]],
    ["settle --json", () => ["settle", "--ledger", ledger, "--json"]],
    ["audit --json", () => ["audit", "--ledger", ledger, "--json"]],
    ["audit", () => ["audit", "--ledger", ledger]],
    ["--help", () => ["drive", "--help"]],
    ["--version", () => ["--version"]],
  ])("of %s: 1 instead of 0, and said on standard error", async (_what, args) => {
    expect((await runOn(fullAfter(100_000), ...args())).code).toBe(0);
    for (const stdout of [fullAfter(0), fullAfter(4)]) {
      const { code, stderr } = await runOn(stdout, ...args());
      expect(code).toBe(1);
      expect(stderr).toMatch(lost);
    }
  });

  test("a code that says more stays: bad usage, an invalid file, an outcome that is not known", async () => {
    const { code, stderr } = await runOn(fullAfter(0), "drive", invalid, "--sandbox", "--json");
    expect(code).toBe(2);
    expect(stderr).toMatch(lost);
    expect(([0, 1, 2, 3, 4, 130] as const).map(exitCodeOfLost)).toEqual([1, 1, 2, 3, 4, 130]);
  });

  test("it is noticed at the end, where a stream says so late", async () => {
    const slow = new Writable({
      write: (_chunk, _encoding, done) => void setImmediate(() => done(new Error("EIO: i/o error, write"))),
    });
    const watched = watchOutput(slow);
    slow.write("the report");
    expect(watched.failure).toBeUndefined();
    await watched.flush();
    expect(watched.failure?.message).toContain("EIO");
    await watched.flush();
  });

  test("a write of which a file took a part is gone on with; what is not taken then is noticed", async () => {
    const file = join(folder, "out.json");
    const stream = Object.assign(new PassThrough(), { fd: openSync(file, "w") });
    try {
      let room = 12;
      const watched = watchOutput(stream, ((descriptor: number, bytes: Buffer) => {
        if (room === 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        const length = Math.min(5, room, bytes.length);
        room -= length;
        return writeSync(descriptor, bytes, 0, length);
      }) as typeof writeSync);
      watched.write("1234567é9");
      await watched.flush();
      expect(watched.failure).toBeUndefined();
      expect(readFileSync(file, "utf8")).toBe("1234567é9");
      watched.write("abc");
      expect(watched.failure?.message).toContain("ENOSPC");
      expect(readFileSync(file, "utf8")).toBe("1234567é9ab");
    } finally {
      closeSync(stream.fd);
    }
  });

  test("the first thing that went wrong is told, and a stream that took all has no failure", async () => {
    const watched = watchOutput(fullAfter(10));
    await watched.flush();
    expect(watched.failure).toBeUndefined();
  });
});

describe("C9: the process", () => {
  const main = program("src/cli/main.ts");
  /** Ends with its exit code, standard output being what is given. */
  const status = (stdout: number | "pipe", ...more: readonly string[]) =>
    run(stdout, "status", "--ledger", ledger, ...more);
  async function run(stdout: number | "pipe", ...args: readonly string[]) {
    const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", stdout, "pipe"] });
    // A reader that goes away before anything is said.
    child.stdout?.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr as Readable), once(child, "close")]);
    return { code: code as number, stderr };
  }

  test.each([["--json"], []])(
    "that may not write there, or whose reader went away, ends with 1: status %s",
    async (...more) => {
      // A descriptor that is open for reading alone.
      const readable = openSync(invalid, "r");
      try {
        const refused = await status(readable, ...more);
        expect(refused).toMatchObject({
          code: 1,
          stderr: expect.stringContaining("standard output could not be written"),
        });
      } finally {
        closeSync(readable);
      }
      expect(readFileSync(invalid, "utf8")).toBe("{}");
      const gone = await status("pipe", ...more);
      expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("EPIPE") });
    },
  );

  test.each([["--help"], ["drive", "--help"], ["--version"]])(
    "a reader of %s %s may stop at any line",
    async (...args) => {
      const cut = args.filter((arg) => typeof arg === "string");
      expect(await run("pipe", ...cut)).toEqual({ code: 0, stderr: "" });
    },
  );
});
