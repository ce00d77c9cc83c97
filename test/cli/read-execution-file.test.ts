import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExecutionFile } from "../../src/cli/resources/read-execution-file.ts";
import type { StandardInput } from "../../src/cli/terminal/terminal.ts";

const noInput = Object.assign(Readable.from([]), { isTTY: true });
const read = (file: string, stdin: StandardInput = noInput) => readExecutionFile(file, stdin);

describe("readExecutionFile", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "buyonce-file-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function written(content: string | Buffer): Promise<string> {
    const file = join(folder, "execution.json");
    await writeFile(file, content);
    return file;
  }
  const refusal = (message: string) => expect.objectContaining({ code: "invalid-execution", message });

  test("a good file", async () => {
    expect(await read(await written('{"executionId":"é"}'))).toEqual({ executionId: "é" });
  });

  test("a byte order mark is skipped", async () => {
    expect(await read(await written("\uFEFF[1]"))).toEqual([1]);
  });

  test("no such file", async () => {
    await expect(read(join(folder, "none.json"))).rejects.toEqual(
      refusal(
        `The execution file ${join(folder, "none.json")} cannot be read: there is no such file. Nothing was sent.`,
      ),
    );
  });

  test("a folder", async () => {
    await expect(read(folder)).rejects.toEqual(
      refusal(`The execution file ${folder} cannot be read: it is a folder. Nothing was sent.`),
    );
  });

  test("a file that this user may not read", async () => {
    const file = await written("[]");
    await chmod(file, 0);
    await chmod(folder, 0o755);
    // The superuser may read everything, so it is tried as an ordinary user where the tests run as root.
    const module = new URL("../../src/cli/resources/read-execution-file.ts", import.meta.url).href;
    const script = `
      import { readExecutionFile } from ${JSON.stringify(module)};
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      const error = await readExecutionFile(${JSON.stringify(file)}).then(() => ({ message: "read" }), (error) => error);
      console.log(error.code, error.message);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expect(stdout.trim()).toBe(
      `invalid-execution The execution file ${file} cannot be read: this user may not read it. Nothing was sent.`,
    );
    await chmod(file, 0o600);
  });

  test("10 MB are read, one byte more is not", async () => {
    const padded = (bytes: number) => `"${"x".repeat(bytes - 2)}"`;
    expect(await read(await written(padded(10_000_000)))).toHaveLength(9_999_998);
    const file = await written(padded(10_000_001));
    await expect(read(file)).rejects.toEqual(
      refusal(`The execution file ${file} is larger than 10 MB. Split it into several executions. Nothing was sent.`),
    );
  });

  test("a file without an end is not read to its end", async () => {
    await expect(read("/dev/zero")).rejects.toThrow("larger than 10 MB");
  });

  test("an empty file", async () => {
    const file = await written(" \n");
    await expect(read(file)).rejects.toEqual(refusal(`The execution file ${file} is empty. Nothing was sent.`));
  });

  test("no UTF-8", async () => {
    const file = await written(Buffer.from([0x22, 0xe9, 0x22]));
    await expect(read(file)).rejects.toEqual(
      refusal(`The execution file ${file} is not UTF-8 text. Save it as UTF-8. Nothing was sent.`),
    );
  });

  test("malformed JSON, with its place", async () => {
    const file = await written('{\n  "executionId": "a",\n}');
    await expect(read(file)).rejects.toEqual(
      refusal(
        `The execution file ${file} is not valid JSON: line 3, column 1: expected a name in double quotes. Nothing was sent.`,
      ),
    );
  });

  test("a quantity given twice: nobody knows which was approved", async () => {
    const file = await written('{"quantity": 1, "quantity": 10}');
    await expect(read(file)).rejects.toThrow('the name "quantity" is given twice');
  });

  describe("- is standard input", () => {
    const piped = (...chunks: readonly (string | Buffer)[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

    test("in chunks, one of which ends within a character, with a byte order mark", async () => {
      const bytes = Buffer.from('\uFEFF{"executionId":"é"}');
      expect(await read("-", piped(bytes.subarray(0, 20), bytes.subarray(20)))).toEqual({ executionId: "é" });
    });

    test("a terminal is not waited for", async () => {
      const typed = Object.assign(piped("[]"), { isTTY: true });
      await expect(read("-", typed)).rejects.toEqual(
        refusal(
          "The execution on standard input cannot be read: standard input is a terminal. Name a file, or give one by < FILE or a pipe. Nothing was sent.",
        ),
      );
    });

    test("empty", async () => {
      await expect(read("-", piped())).rejects.toEqual(
        refusal("The execution on standard input is empty. Nothing was sent."),
      );
    });

    test("10 MB are read; of what has no end, not much more", async () => {
      const megabyte = Buffer.alloc(1_000_000, "1");
      expect(await read("-", piped('"', Buffer.alloc(9_999_998, "1"), '"'))).toHaveLength(9_999_998);
      let given = 0;
      const endless = Readable.from(
        (function* () {
          for (given = 0; given < 1000; given += 1) yield megabyte;
        })(),
        { highWaterMark: 1 },
      );
      await expect(read("-", endless)).rejects.toEqual(
        refusal(
          "The execution on standard input is larger than 10 MB. Split it into several executions. Nothing was sent.",
        ),
      );
      expect(given).toBeLessThan(20);
    });

    test("a stream that breaks off is no execution", async () => {
      const broken = Readable.from(
        (function* () {
          yield Buffer.from("[]");
          throw new Error("the pipe broke");
        })(),
      );
      await expect(read("-", broken)).rejects.toThrow(
        "The execution on standard input cannot be read: the pipe broke.",
      );
    });

    test("a file of that name is ./-", async () => {
      await writeFile(join(folder, "-"), "[1]");
      expect(await read(join(folder, "-"))).toEqual([1]);
    });
  });
});
