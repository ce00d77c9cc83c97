import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { BuyonceError, RefusedError, messageOf } from "../../../src/contract/errors.ts";
import type { JsonValue } from "../../../src/contract/json.ts";
import { specialFile } from "../../../src/contract/special-file.ts";
import { lockFile } from "./lock-file.ts";

/** The first line of every journal: what does not begin with it is not overwritten. */
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
    // Before anything is written: neither the lock nor the new file may appear beside what is not ours.
    checkStateFile(file);
    mkdirSync(dirname(file), { recursive: true });
    lock = lockFile(`${file}.lock`);
    replayLines(file, (key, value) => state.replay(key, value));
    const lines = state.entries().map(([key, value]) => lineOf(key, value));
    replaceFile(file, [header, ...lines].map((line) => `${line}\n`).join(""));
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
    throw unusable(file, messageOf(error), { cause: error });
  }
}

/** Throws unless the file is missing or a state file, and its lock missing or one. */
function checkStateFile(file: string): void {
  const special = specialFile(file);
  if (special !== undefined) throw unusable(file, `it is ${special}`);
  readLines(file);
  // SQLite never writes to the database that it locks.
  const lock = `${file}.lock`;
  const strange = specialFile(lock);
  if (strange !== undefined || (statSync(lock, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw unusable(file, `"${lock}" is ${strange ?? "another program's file"}`);
  }
}

/** Puts a whole file in its place at once; what is written first has a name that is nobody's. */
function replaceFile(file: string, text: string): void {
  const fresh = `${file}.${randomUUID()}.new`;
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: "wx" });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function replayLines(file: string, replay: (key: string, value: JsonValue | undefined) => void): void {
  for (const [index, line] of readLines(file).entries()) {
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      throw unusable(file, `line ${index + 2} cannot be read`, { cause: parsed.error, isOurs: true });
    }
    replay(parsed.data.key, parsed.data.value);
  }
}

/** The lines after the first, which says that it is a state file; none where there is no file. Throws for another's. */
function readLines(file: string): readonly string[] {
  const text = readIfPresent(file);
  if (text === undefined) return [];
  const [first, ...lines] = text.split("\n");
  if (first !== header) throw unusable(file, "it is not a sandbox state file of this version");
  // What follows the last line break is empty, or a line that was cut.
  lines.pop();
  return lines;
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

/** Nobody is told to remove what need not be a state file. */
function unusable(file: string, why: string, { cause, isOurs = false }: { cause?: unknown; isOurs?: boolean } = {}) {
  const advice = isOurs ? "Name another file, or remove this one to start anew." : "Name another file.";
  return new RefusedError({
    code: "invalid-configuration",
    message: `The sandbox state file "${file}" cannot be used: ${why}. ${advice}`,
    cause,
  });
}
