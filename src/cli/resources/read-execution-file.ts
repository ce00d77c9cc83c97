import { createReadStream } from "node:fs";
import { BuyonceError, messageOf } from "../../contract/errors.ts";
import { findJsonProblem } from "../../contract/find-json-problem.ts";

/** What is read, and how much of it at most. */
interface TextFile {
  /** `execution file`. */
  readonly what: string;
  readonly megabytes: number;
  /** What to do about one that is larger. */
  readonly split: string;
}

/** Ten thousand recommendations fit several times over. */
const executionFile: TextFile = { what: "execution file", megabytes: 10, split: "Split it into several executions." };

const exportFile: TextFile = { what: "export", megabytes: 100, split: "Export it in parts." };

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EPERM: "this user may not read it",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
};

/**
 * The JSON value in an execution file, not yet validated. A byte order mark is skipped.
 * Throws a BuyonceError `invalid-execution` for a file that cannot be read, is larger than 10 MB, is not UTF-8, or is not
 * JSON (with line and column); a name given twice in one object is an error too.
 */
export async function readExecutionFile(file: string): Promise<unknown> {
  const text = await readText(file, executionFile);
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    const { line, column, message } = problem;
    throw invalid(`The execution file ${file} is not valid JSON: line ${line}, column ${column}: ${message}.`);
  }
  return JSON.parse(text) as unknown;
}

/**
 * The text of an export of another engine's tables. A byte order mark is skipped. Throws a BuyonceError `invalid-execution` for a
 * file that cannot be read, is larger than 100 MB, is not UTF-8, or is empty.
 */
export async function readExportFile(file: string): Promise<string> {
  return readText(file, exportFile);
}

async function readText(file: string, kind: TextFile): Promise<string> {
  const bytes = await readBytes(file, kind);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid(`The ${kind.what} ${file} is not UTF-8 text. Save it as UTF-8.`, cause);
  }
  if (text.trim() === "") throw invalid(`The ${kind.what} ${file} is empty.`);
  return text;
}

/** Reads no more than the limit, whatever the file system says of the size: a pipe has none. */
async function readBytes(file: string, { what, megabytes, split }: TextFile): Promise<Buffer> {
  const maxBytes = megabytes * 1_000_000;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream(file, { end: maxBytes })) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw invalid(`The ${what} ${file} cannot be read: ${reasons[code] ?? messageOf(error)}.`, error);
  }
  if (size > maxBytes) throw invalid(`The ${what} ${file} is larger than ${megabytes} MB. ${split}`);
  return Buffer.concat(chunks);
}

function invalid(message: string, cause?: unknown): BuyonceError {
  return new BuyonceError({ code: "invalid-execution", message: `${message} Nothing was sent.`, cause });
}
