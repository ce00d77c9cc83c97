import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { BuyonceError, RefusedError, messageOf } from "../spec/errors.ts";
import type { JsonValue } from "../spec/json.ts";
import { lockFile } from "./lock-file.ts";

/** The first line of every journal; keeps the sandbox from overwriting a file that is not one. */
const header = '{"format":"buyonce-sandbox","version":1}';
const lineSchema = z.object({ key: z.string().includes("/"), value: z.json().optional() });

/** One JSON line `{key, value}` per write; a line without a value deletes. */
export interface Journal {
  append(key: string, value: JsonValue | undefined): void;
  close(): void;
}

/**
 * Replays the file, rewrites it with one line per entry, and opens it for writing. A last line that was cut by a crash is
 * dropped: its request was never answered. Each write is handed to the operating system before `append` returns, so it
 * survives the death of the process, though not of the machine.
 */
export function openJournal(
  file: string,
  state: {
    replay(key: string, value: JsonValue | undefined): void;
    entries(): readonly (readonly [string, JsonValue])[];
  },
): Journal {
  let lock: Disposable | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    lock = lockFile(`${file}.lock`);
    replayLines(file, (key, value) => state.replay(key, value));
    const lines = state.entries().map(([key, value]) => lineOf(key, value));
    writeFileSync(`${file}.new`, [header, ...lines].map((line) => `${line}\n`).join(""), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    const descriptor = openSync(file, "a");
    const held = lock;
    return {
      append: (key, value) => {
        writeSync(descriptor, `${lineOf(key, value)}\n`);
      },
      close: () => {
        closeSync(descriptor);
        held[Symbol.dispose]();
      },
    };
  } catch (error) {
    lock?.[Symbol.dispose]();
    if (BuyonceError.isInstance(error)) {
      throw error;
    }
    throw unusable(file, messageOf(error), error);
  }
}

function replayLines(file: string, replay: (key: string, value: JsonValue | undefined) => void): void {
  const lines = (readIfPresent(file) ?? "").split("\n");
  // What follows the last line break is empty, or a line that was cut.
  lines.pop();
  const first = lines.shift();
  if (first !== undefined && first !== header) {
    throw unusable(file, "it is not a sandbox state file of this version");
  }
  for (const [index, line] of lines.entries()) {
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      throw unusable(file, `line ${index + 2} cannot be read`, parsed.error);
    }
    replay(parsed.data.key, parsed.data.value);
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lineOf(key: string, value: JsonValue | undefined): string {
  return JSON.stringify({ key, value });
}

function unusable(file: string, why: string, cause?: unknown): RefusedError {
  return new RefusedError({
    code: "invalid-configuration",
    message: `The sandbox state file "${file}" cannot be used: ${why}. Name another file, or remove this one to start anew.`,
    cause,
  });
}
